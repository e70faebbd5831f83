#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <sio/ack.hpp>
#include <sio/args.hpp>
#include <sio/packet.hpp>

// How a handler is called with what a packet holds: its signature taken apart, its parameters checked one by one while
// the table compiles, and read from the packet's JSON text when an event arrives.

namespace sio {

class BaseNamespace;

namespace detail {

/// A handler of any signature, as the dispatcher sees it.
class EventHandler {
public:
    virtual ~EventHandler() = default;
    /// `self` points to the class that the handler was registered for. Exceptions of the handler pass through.
    virtual Reply call(void* self, const Packet& packet) const = 0;
};

/// Sends gevent's `invalid_method_args` for arguments that the handler cannot take.
void refuse_arguments(BaseNamespace& self, const Packet& packet, const ArgumentsRead& result, const JsonReader& reader,
                      std::size_t required, std::size_t allowed);
Ack make_ack(BaseNamespace& self, const Packet& packet);

template <class...>
struct TypeList {};

/// Signature<F>: what F returns, the object it is called on, and its parameters. Undefined for what is no handler.
template <class F, class = void>
struct Signature {
    static constexpr bool is_handler = false;
};
template <class R, class Object, class... P>
struct MemberSignature {
    static constexpr bool is_handler = true;
    static constexpr bool is_member = true;
    using Result = R;
    using Self = Object;
    using Parameters = TypeList<P...>;
};
// A member that can be called on an lvalue, whatever else is said about it.
template <class R, class C, class... P>
struct Signature<R (C::*)(P...)> : MemberSignature<R, C, P...> {};
template <class R, class C, class... P>
struct Signature<R (C::*)(P...) const> : MemberSignature<R, C, P...> {};
template <class R, class C, class... P>
struct Signature<R (C::*)(P...)&> : MemberSignature<R, C, P...> {};
template <class R, class C, class... P>
struct Signature<R (C::*)(P...) const&> : MemberSignature<R, C, P...> {};
template <class R, class C, class... P>
struct Signature<R (C::*)(P...) noexcept> : MemberSignature<R, C, P...> {};
template <class R, class C, class... P>
struct Signature<R (C::*)(P...) const noexcept> : MemberSignature<R, C, P...> {};
template <class R, class C, class... P>
struct Signature<R (C::*)(P...) & noexcept> : MemberSignature<R, C, P...> {};
template <class R, class C, class... P>
struct Signature<R (C::*)(P...) const & noexcept> : MemberSignature<R, C, P...> {};

template <class R, class Object, class... P>
struct FunctionSignature {
    static constexpr bool is_handler = true;
    static constexpr bool is_member = false;
    using Result = R;
    using Self = Object;
    using Parameters = TypeList<P...>;
};
template <class R, class Object, class... P>
struct Signature<R (*)(Object&, P...)> : FunctionSignature<R, Object, P...> {};
template <class R, class Object, class... P>
struct Signature<R (*)(Object&, P...) noexcept> : FunctionSignature<R, Object, P...> {};

template <class Member>
struct WithoutFirst {
    static constexpr bool is_handler = false;
};
template <class R, class C, class Object, class... P>
struct WithoutFirst<MemberSignature<R, C, Object&, P...>> : FunctionSignature<R, Object, P...> {};
template <class R, class C, class... P>
MemberSignature<R, C, P...> signature_base(const MemberSignature<R, C, P...>&);

template <class F>
struct Signature<F, std::void_t<decltype(&F::operator())>>
    : WithoutFirst<decltype(signature_base(Signature<decltype(&F::operator())>{}))> {};

template <class P>
using Bare = std::remove_cvref_t<P>;
template <class P>
inline constexpr bool takes_packet = std::is_same_v<Bare<P>, Packet>;
template <class P>
inline constexpr bool takes_args = std::is_same_v<Bare<P>, Args>;
template <class P>
inline constexpr bool takes_ack = std::is_same_v<Bare<P>, Ack>;
/// What a parameter is read into before the call.
template <class P>
using Stored = std::conditional_t<std::is_same_v<Bare<P>, std::string_view>, std::string, Bare<P>>;

template <class R>
inline constexpr bool is_reply = std::is_void_v<R> || std::is_same_v<R, Reply> || Emittable<R>;
template <class... T>
inline constexpr bool is_reply<std::tuple<T...>> = (Emittable<T> && ...);

/// One parameter of a handler. The compiler names it where an assertion fails: `ParameterCheck<Parameter, 2>`.
template <class P, std::size_t Number, bool Last, bool Only>
struct ParameterCheck {
    static constexpr bool writable = std::is_lvalue_reference_v<P> && !std::is_const_v<std::remove_reference_t<P>>;
    static constexpr bool whole = takes_packet<P> || takes_args<P>;
    static constexpr bool readable = [] {
        if constexpr (takes_packet<P> || takes_args<P> || takes_ack<P> || std::is_pointer_v<Bare<P>>) {
            return !std::is_pointer_v<Bare<P>>;
        } else {
            return static_cast<bool>(JsonReadable<Stored<P>>);
        }
    }();
    static_assert(!writable,
                  "sio: a handler's parameter cannot be a non-const reference; take it by value or by const&");
    static_assert(
        writable || readable,
        "sio: a handler's parameter cannot be read from JSON; give its type a json_read(sio::JsonReader&, T&), or "
        "describe it with BOOST_DESCRIBE_STRUCT (sio::Json needs <sio/json.hpp>)");
    static_assert(!takes_ack<P> || Last, "sio: sio::Ack must be the handler's last parameter");
    static_assert(!whole || Only,
                  "sio: sio::Packet and sio::Args stand for all arguments; no others can be beside them");
    static constexpr bool ok = !writable && readable && (!takes_ack<P> || Last) && (!whole || Only);
};

template <class List, class Numbers>
struct ParametersCheck;
template <class... P, std::size_t... I>
struct ParametersCheck<TypeList<P...>, std::index_sequence<I...>> {
    static constexpr std::size_t acks = (0 + ... + (takes_ack<P> ? 1 : 0));
    template <class Parameter, std::size_t Number>
    using Check = ParameterCheck<Parameter, Number, Number == sizeof...(P), sizeof...(P) - acks == 1>;
    static constexpr bool ok = (true && ... && Check<P, I + 1>::ok);
};

/// Hands a stored argument to a parameter.
template <class P>
decltype(auto) pass(Stored<P>& stored) {
    if constexpr (std::is_lvalue_reference_v<P>) {
        return static_cast<const Stored<P>&>(stored);
    } else {
        return std::move(stored);
    }
}

template <class T>
void append_result(Args& args, const T& result) {
    args.append(result);
}
template <class... T>
void append_result(Args& args, const std::tuple<T...>& result) {
    std::apply([&args](const T&... value) { args.append(value...); }, result);
}

/// The handler's result as the arguments of the acknowledgement. Not written out when nobody asked.
template <class F>
Reply reply_of(const Packet& packet, F&& run) {
    using Result = std::remove_cvref_t<decltype(run())>;
    if constexpr (std::is_void_v<Result>) {
        run();
        return Reply(std::in_place);
    } else if constexpr (std::is_same_v<Result, Reply> || std::is_same_v<Result, Args>) {
        return run();
    } else {
        decltype(auto) result = run();
        Reply reply(std::in_place);
        if (packet.id) append_result(*reply, result);
        return reply;
    }
}
template <class T, class F, class Parameters>
class TypedHandler;

template <class T, class F, class... P>
class TypedHandler<T, F, TypeList<P...>> final : public EventHandler {
public:
    explicit TypedHandler(F function) : function_(std::move(function)) {}

    Reply call(void* self, const Packet& packet) const override {
        T& object = *static_cast<T*>(self);
        constexpr bool with_ack = (false || ... || takes_ack<P>);
        if constexpr ((false || ... || (takes_packet<P> || takes_args<P>))) {
            const auto& all = whole(packet);
            if constexpr (with_ack) {
                return deferred(object, all, make_ack(object, packet));
            } else {
                return reply_of(packet, [&]() -> decltype(auto) { return run(object, all); });
            }
        } else {
            return read_and_call(object, packet, without_ack(TypeList<P...>{}));
        }
    }

private:
    static const auto& whole(const Packet& packet) {
        if constexpr ((false || ... || takes_packet<P>)) {
            return packet;
        } else {
            return packet.args;
        }
    }

    template <class... All>
    static auto without_ack(TypeList<All...>) {
        return drop_ack(TypeList<>{}, TypeList<All...>{});
    }
    template <class... Kept>
    static auto drop_ack(TypeList<Kept...> kept, TypeList<>) {
        return kept;
    }
    template <class... Kept, class First, class... Rest>
    static auto drop_ack(TypeList<Kept...>, TypeList<First, Rest...>) {
        if constexpr (takes_ack<First>) {
            return drop_ack(TypeList<Kept...>{}, TypeList<Rest...>{});
        } else {
            return drop_ack(TypeList<Kept..., First>{}, TypeList<Rest...>{});
        }
    }

    template <class... Q>
    Reply read_and_call(T& object, const Packet& packet, TypeList<Q...>) const {
        JsonReader reader(packet.args.text(), packet.args.attachments());
        std::tuple<Stored<Q>...> values;
        const ArgumentsRead result = read_arguments(reader, values);
        if (result.status != ArgumentsRead::Status::ok) {
            refuse_arguments(object, packet, result, reader, required_count<Stored<Q>...>(), sizeof...(Q));
            return std::nullopt;
        }
        return std::apply(
            [&](Stored<Q>&... value) -> Reply {
                if constexpr (sizeof...(Q) != sizeof...(P)) {
                    return deferred(object, pass<Q>(value)..., make_ack(object, packet));
                } else {
                    return reply_of(packet, [&]() -> decltype(auto) { return run(object, pass<Q>(value)...); });
                }
            },
            values);
    }

    template <class... A>
    decltype(auto) run(T& object, A&&... arguments) const {
        if constexpr (std::is_member_function_pointer_v<F>) {
            return (object.*function_)(std::forward<A>(arguments)...);
        } else {
            return function_(object, std::forward<A>(arguments)...);
        }
    }
    /// A handler with an Ack answers by it; what it returns besides is nothing to send.
    template <class... A>
    Reply deferred(T& object, A&&... arguments) const {
        static_cast<void>(run(object, std::forward<A>(arguments)...));
        return std::nullopt;
    }

    F function_;
};

}  // namespace detail
}  // namespace sio
