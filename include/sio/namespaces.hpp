#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <sio/broadcast_operator.hpp>
#include <sio/event_table.hpp>
#include <sio/namespace.hpp>

namespace sio {

namespace dispatch {
class Registry;
}

namespace detail {

/// A namespace object as it comes from its factory: the pointer for its event table beside the object itself.
struct MadeNamespace {
    std::shared_ptr<BaseNamespace> object;
    void* self = nullptr;
};

/// What the registry knows about a class of namespaces.
struct NamespaceClass {
    const EventTableData* events = nullptr;
    std::function<MadeNamespace()> make;
};

}  // namespace detail

/// Which class serves which namespace. gevent-socketio: the dictionary that socketio_manage() takes, and sdjango's
/// `@namespace`.
///
///     sio::Namespaces namespaces;
///     namespaces.add<ChatNamespace>("/chat", database);   // each client gets a ChatNamespace(database)
///     namespaces.of("/chat").to("lobby").emit("news", "hello");
///
/// Copies are the same registry. Threads: add() before the first client comes, after which it throws std::logic_error; of()
/// from anywhere, at any time.
class Namespaces {
public:
    /// Decides about a name that no add() has given; see add_matching().
    using Predicate = std::function<bool(std::string_view name)>;

    Namespaces();

    /// Clients that connect to `name` get a T made of `arguments`, of which this keeps a copy: `std::ref(state)` for what they
    /// are to share. A constructor that would change the copy does not compile.
    /// Throws std::invalid_argument for a name without `/` at its beginning, with `?` or `,` in it, or given already; and
    /// for mistakes in T's event table that only show at run time (an event registered twice).
    template <class T, class... A>
    Namespaces& add(std::string_view name, A&&... arguments) {
        add_class(name, class_of<T>(make_with<T>(std::forward<A>(arguments)...)));
        return *this;
    }
    /// The same with a function that makes the object, for each client: `[&] { return std::make_shared<T>(...); }`.
    template <class T, std::invocable F>
    Namespaces& add_factory(std::string_view name, F factory) {
        static_assert(std::is_copy_constructible_v<F>, "sio: the factory of a namespace must be copyable");
        add_class(name, class_of<T>(std::move(factory)));
        return *this;
    }
    /// Namespaces whose names are not known beforehand: the first predicate that says yes decides. It is asked with what
    /// clients send: any text.
    template <class T, class... A>
    Namespaces& add_matching(Predicate predicate, A&&... arguments) {
        add_class(std::move(predicate), class_of<T>(make_with<T>(std::forward<A>(arguments)...)));
        return *this;
    }

    /// Everyone in the namespace, on every server that uses this registry; narrow it with to() and except().
    /// Sending from a thread that is no shard, or of another shard, is queued to the shards.
    /// Throws std::invalid_argument for what cannot be a name (`chat`) and, once clients have come, for a name that nobody
    /// serves.
    [[nodiscard]] BroadcastOperator of(std::string_view name) const;

    /// Whether a client could connect to it.
    bool contains(std::string_view name) const;

    /// For sio itself.
    dispatch::Registry& registry() const noexcept { return *registry_; }

private:
    template <class T, class... A>
    static auto make_with(A&&... arguments) {
        constexpr bool copyable = (true && ... && std::is_copy_constructible_v<std::decay_t<A>>);
        static_assert(
            copyable,
            "sio: add() keeps copies of its arguments, and one of these cannot be copied: pass std::ref(it), or "
            "a std::shared_ptr");
        constexpr bool fits = std::is_constructible_v<T, const std::unwrap_ref_decay_t<A>&...>;
        constexpr bool fits_copies = !fits && std::is_constructible_v<T, std::unwrap_ref_decay_t<A>&...>;
        static_assert(
            !copyable || !fits_copies,
            "sio: the namespace class takes a reference to what it may change, and would be given a copy: pass "
            "std::ref(it)");
        static_assert(!copyable || fits || fits_copies,
                      "sio: the namespace class has no public constructor for these arguments");
        if constexpr (copyable && fits) {
            return [kept = std::make_tuple(std::forward<A>(arguments)...)] {
                return std::apply([](auto&&... argument) { return std::make_shared<T>(argument...); }, kept);
            };
        } else {
            return [] { return std::shared_ptr<T>(); };
        }
    }
    template <class T, class F>
    static detail::NamespaceClass class_of(F factory) {
        constexpr bool derived = std::is_base_of_v<BaseNamespace, T> && std::is_convertible_v<T*, BaseNamespace*>;
        static_assert(derived, "sio: a namespace class derives publicly, and only virtually, from sio::BaseNamespace");
        detail::NamespaceClass made;
        if constexpr (derived) {
            made.events = &detail::event_table<T>();
            made.make = [factory = std::move(factory)]() mutable {
                std::shared_ptr<T> object = factory();
                void* self = static_cast<void*>(object.get());
                return detail::MadeNamespace{std::move(object), self};
            };
        }
        return made;
    }
    void add_class(std::string_view name, detail::NamespaceClass made);
    void add_class(Predicate predicate, detail::NamespaceClass made);

    std::shared_ptr<dispatch::Registry> registry_;
};

}  // namespace sio
