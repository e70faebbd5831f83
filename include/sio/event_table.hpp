#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include <sio/detail/event_handler.hpp>
#include <sio/event_name.hpp>

namespace sio {

template <class T>
class EventTable;

namespace detail {

/// How to get from the class that a table was made for to the base class that a handler belongs to, step by step.
struct UpCast {
    void* (*step)(void*);
    const UpCast* before;

    static void* apply(const UpCast* cast, void* self) { return cast ? cast->step(apply(cast->before, self)) : self; }
};

/// A row of an event table.
struct EventMethod {
    std::string event;
    /// gevent's name for it, which ACLs use: `on_` and the event, spaces as `_`.
    std::string method;
    std::unique_ptr<EventHandler> handler;
    const UpCast* cast = nullptr;

    Reply call(void* self, const Packet& packet) const {
        return handler->call(cast ? UpCast::apply(cast, self) : self, packet);
    }
};

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

/// The events of one class, made once, when the class is added to a Namespaces, and never changed afterwards.
class EventTableData {
public:
    EventTableData() = default;
    EventTableData(const EventTableData&) = delete;
    EventTableData& operator=(const EventTableData&) = delete;

    /// By the event's exact name; null when there is none.
    const EventMethod* find_event(std::string_view event) const noexcept;
    /// By gevent's method name. Of two events with one method name ("a b", "a_b") the one registered first.
    const EventMethod* find_method(std::string_view method) const noexcept;

    /// Replaces what a base class registered. Throws std::invalid_argument when one class registers a name twice.
    void add(std::string_view event, std::unique_ptr<EventHandler> handler, const UpCast* cast, std::size_t depth);
    const UpCast* add_cast(void* (*step)(void*), const UpCast* before);
    /// `tag`: the class whose initialize() it is; one is run once.
    void add_initializer(const void* tag, void (*run)(void* self), const UpCast* cast);
    /// Runs initialize() of the class and of all that it took over, bases first.
    void initialize(void* self) const;

private:
    struct Row : EventMethod {
        std::size_t depth = 0;
    };
    struct Initializer {
        const void* tag;
        void (*run)(void* self);
        const UpCast* cast;
    };
    using Index = std::unordered_map<std::string_view, const EventMethod*, TextHash, std::equal_to<>>;

    std::vector<std::unique_ptr<Row>> rows_;
    std::vector<std::unique_ptr<UpCast>> casts_;
    std::vector<Initializer> initializers_;
    Index events_;
    Index methods_;
};

/// The address stands for the class.
template <class T>
inline constexpr char class_tag = 0;

/// The class that declares the member function: T, or the base that it comes from.
template <class Owner>
Owner declared_in(void (Owner::*)());

/// The class whose table the static member function T::events fills: T itself, or the base that it comes from.
template <class Table>
Table events_owner(void (*)(EventTable<Table>&));
template <class T>
concept HasEvents = requires { events_owner(&T::events); };
/// Whether T or a base has any member called `events`, private ones too: then the name is ambiguous in Probe.
struct NamesEvents {
    int events;
};
template <class T>
struct EventsProbe : T, NamesEvents {};
template <class T>
constexpr bool names_events() {
    if constexpr (std::is_final_v<T>) {
        return false;
    } else {
        return !requires { &EventsProbe<T>::events; };
    }
}

template <class T>
void fill_events(EventTable<T>& table);

}  // namespace detail

/// Says which member function handles which event, once for a class. gevent-socketio finds `on_*` methods by their names;
/// C++ has to be told:
///
///     static void events(sio::EventTable<ChatNamespace>& on) {
///         on("join", &ChatNamespace::on_join);
///         on("user message", &ChatNamespace::on_user_message);
///         on("ping me", [](ChatNamespace& self) { self.emit("pong"); });
///     }
///
/// Event names are exact and may hold any characters. A handler is a member function (private ones too), or a callable
/// that takes the namespace by reference first. Its parameters are read from JSON, in order (see json_convert.hpp): too
/// few, too many or ones of another type are answered with the error `invalid_method_args`, and the handler does not run.
/// `std::optional` parameters at the end may be missing. Instead of typed parameters it may take `const sio::Args&` (all
/// arguments) or `const sio::Packet&`, and after any of these an `sio::Ack`, to answer later. What it returns is the
/// acknowledgement: a std::tuple is several arguments, nothing (void) is none.
///
/// A class without a table of its own uses that of its base; one with its own says `on.inherit<Base>()`. What does not
/// fit does not compile. It runs once in a process, before the class's first use.
template <class T>
class EventTable {
public:
    /// Registers `handler` for `event`. Throws std::invalid_argument for a name that this class has registered already.
    template <class F>
    EventTable& operator()(EventName event, F handler) {
        using Function = std::decay_t<F>;
        using Signature = detail::Signature<Function>;
        static_assert(
            Signature::is_handler,
            "sio: an event handler is a member function, or a callable that takes the namespace by reference first and "
            "has no auto parameters");
        if constexpr (Signature::is_handler) {
            using Self = typename Signature::Self;
            constexpr bool of_this_class = std::is_base_of_v<std::remove_const_t<Self>, T>;
            static_assert(of_this_class, "sio: this event handler belongs to another class than the event table");
            constexpr bool replies = detail::is_reply<std::remove_cvref_t<typename Signature::Result>>;
            static_assert(replies, "sio: what this event handler returns cannot be sent as JSON");
            if constexpr (of_this_class && replies) add<Function, Signature>(event, std::move(handler));
        }
        return *this;
    }

    /// Takes over the events of `Base`, which T derives from, and has its initialize() run before T's (do not call it
    /// yourself then). Events that T registers too are T's.
    template <class Base>
    EventTable& inherit() {
        constexpr bool is_base = std::is_base_of_v<Base, T> && !std::is_same_v<Base, T>;
        static_assert(is_base, "sio: EventTable::inherit<Base>() is for base classes");
        if constexpr (is_base) {
            const auto* cast = data_.add_cast([](void* self) { return up<Base>(self); }, cast_);
            EventTable<Base> base(data_, cast, depth_ + 1);
            detail::fill_events(base);
            constexpr bool runnable = requires { detail::declared_in(&Base::initialize); };
            static_assert(runnable,
                          "sio: initialize() of an inherited namespace class must be public and not overloaded");
            if constexpr (runnable) {
                // Only a class that declares it: what it has inherited is another's.
                if constexpr (std::is_same_v<decltype(detail::declared_in(&Base::initialize)), Base>) {
                    data_.add_initializer(
                        &detail::class_tag<Base>, [](void* self) { static_cast<Base*>(self)->Base::initialize(); },
                        cast);
                }
            }
        }
        return *this;
    }

    /// For sio itself.
    EventTable(detail::EventTableData& data, const detail::UpCast* cast, std::size_t depth) noexcept
        : data_(data), cast_(cast), depth_(depth) {}

private:
    template <class Base>
    static void* up(void* self) {
        return static_cast<Base*>(static_cast<T*>(self));
    }

    template <class Function, class Signature>
    void add(std::string_view event, Function handler) {
        using Parameters = typename Signature::Parameters;
        if constexpr (check(Parameters{})) {
            data_.add(event, std::make_unique<detail::TypedHandler<T, Function, Parameters>>(std::move(handler)), cast_,
                      depth_);
        }
    }
    template <class... P>
    static constexpr bool check(detail::TypeList<P...>) {
        return detail::ParametersCheck<detail::TypeList<P...>, std::index_sequence_for<P...>>::ok;
    }

    detail::EventTableData& data_;
    const detail::UpCast* cast_;
    std::size_t depth_;
};

namespace detail {

template <class T>
void fill_events(EventTable<T>& table) {
    if constexpr (HasEvents<T>) {
        using Owner = decltype(events_owner(&T::events));
        if constexpr (std::is_same_v<Owner, T>) {
            T::events(table);
        } else {
            table.template inherit<Owner>();
        }
    } else {
        static_assert(
            !names_events<T>(),
            "sio: events() must be public and `static void events(sio::EventTable<Class>&)`; a class with two bases "
            "that have tables needs its own, which inherits them");
    }
}

/// Calls it where access allows.
void run_initialize(BaseNamespace& self);

/// T's own initialize() comes last, unless it is one that has been taken over.
template <class T>
void add_own_initializer(EventTableData& data) {
    const auto run = [](void* self) { run_initialize(*static_cast<T*>(self)); };
    if constexpr (requires { declared_in(&T::initialize); }) {
        data.add_initializer(&class_tag<decltype(declared_in(&T::initialize))>, run, nullptr);
    } else {
        data.add_initializer(&class_tag<T>, run, nullptr);  // private, which its own class may well have it
    }
}

/// The table of T, made when first asked for.
template <class T>
const EventTableData& event_table() {
    struct Made {
        EventTableData data;
        Made() {
            EventTable<T> table(data, nullptr, 0);
            fill_events(table);
            add_own_initializer<T>(data);
        }
    };
    static const Made made;
    return made.data;
}

}  // namespace detail
}  // namespace sio
