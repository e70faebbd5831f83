#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <sio/detail/event_handler.hpp>
#include <sio/detail/no_emit_macro.hpp>
#include <sio/error.hpp>

// How emit() turns values and a callback into text and an AckHandler, so that everything behind it is compiled once.

namespace sio::detail {

/// Reused storage for the arguments of one emit: no allocation once it has grown.
class ScratchArgs {
public:
    ScratchArgs();
    ~ScratchArgs();
    ScratchArgs(const ScratchArgs&) = delete;
    ScratchArgs& operator=(const ScratchArgs&) = delete;

    std::string& text() noexcept { return storage_->text; }
    std::vector<Binary>& attachments() noexcept { return storage_->attachments; }

    struct Storage {
        std::string text;
        std::vector<Binary> attachments;
    };

private:
    std::unique_ptr<Storage> storage_;
};

/// A callback of any signature, as the table of pending acknowledgements sees it.
class AckHandler {
public:
    virtual ~AckHandler() = default;
    /// Called at most once, in a greenlet. With an error there are no arguments.
    virtual void call(std::error_code error, const Args& args) = 0;
};

/// Logs an acknowledgement that its callback cannot take.
void log_bad_ack(const ArgumentsRead& result, const JsonReader& reader);

template <class List>
struct CallbackParameters;
template <class... P>
struct CallbackParameters<TypeList<P...>> {
    static constexpr bool with_error = false;
    using Values = TypeList<P...>;
};
template <class... P>
struct CallbackParameters<TypeList<std::error_code, P...>> {
    static constexpr bool with_error = true;
    using Values = TypeList<P...>;
};

/// The parameters of a callback: a function object or pointer, whose call operator is neither template nor overloaded.
template <class F, class = void>
struct CallbackSignature {
    static constexpr bool is_callback = false;
};
template <class R, class... P>
struct CallbackSignature<R (*)(P...), void> : CallbackParameters<TypeList<P...>> {
    static constexpr bool is_callback = true;
};
template <class F>
struct CallbackSignature<F, std::void_t<decltype(&F::operator())>>
    : CallbackParameters<typename Signature<decltype(&F::operator())>::Parameters> {
    static constexpr bool is_callback = true;
};
template <class F>
inline constexpr bool is_callback = CallbackSignature<std::decay_t<F>>::is_callback;

/// Whether it is no callback, or one that is told why there is no acknowledgement.
template <class F>
constexpr bool hears_of_failure() {
    if constexpr (is_callback<F>) {
        return CallbackSignature<std::decay_t<F>>::with_error;
    } else {
        return true;
    }
}

template <class F, class Values>
class TypedAckHandler;
template <class F, class... P>
class TypedAckHandler<F, TypeList<P...>> final : public AckHandler {
public:
    explicit TypedAckHandler(F function) : function_(std::move(function)) {}

    void call(std::error_code error, const Args& args) override {
        if (error) {
            if constexpr (with_error) fail(error);
            return;
        }
        if constexpr (sizeof...(P) == 1 && (false || ... || takes_args<P>)) {
            run(error, args);
        } else {
            JsonReader reader(args.text(), args.attachments());
            std::tuple<Stored<P>...> values;
            const ArgumentsRead result = read_arguments(reader, values);
            // More than the callback takes is nothing wrong: JavaScript ignores it, too.
            if (result.status == ArgumentsRead::Status::ok || result.status == ArgumentsRead::Status::extra) {
                std::apply([&](Stored<P>&... value) { run(error, pass<P>(value)...); }, values);
            } else {
                log_bad_ack(result, reader);
                if constexpr (with_error) fail(make_error_code(errc::invalid_value));
            }
        }
    }

private:
    static constexpr bool with_error = CallbackSignature<F>::with_error;

    template <class... A>
    void run(std::error_code error, A&&... arguments) {
        if constexpr (with_error) {
            function_(error, std::forward<A>(arguments)...);
        } else {
            function_(std::forward<A>(arguments)...);
        }
    }
    void fail(std::error_code error) {
        std::tuple<Stored<P>...> values;
        std::apply([&](Stored<P>&... value) { function_(error, pass<P>(value)...); }, values);
    }

    F function_;
};

template <class F>
std::unique_ptr<AckHandler> make_ack_handler(F&& function) {
    using Function = std::decay_t<F>;
    using Values = typename CallbackSignature<Function>::Values;
    return std::make_unique<TypedAckHandler<Function, Values>>(std::forward<F>(function));
}

struct EmitOptions {
    bool volatile_ = false;
    std::optional<std::chrono::milliseconds> timeout;
};

/// Writes all values but a callback at the end, and hands both to `send(text, attachments, callback)`.
template <class Send, class... A>
void emit_values(Send&& send, A&&... arguments) {
    ScratchArgs scratch;
    JsonWriter writer(scratch.text(), &scratch.attachments());
    std::unique_ptr<AckHandler> callback;
    [[maybe_unused]] auto take = [&](auto&& value) {
        using Value = std::remove_cvref_t<decltype(value)>;
        if constexpr (is_callback<Value>) {
            callback = make_ack_handler(std::forward<decltype(value)>(value));
        } else {
            write_argument(writer, value);
        }
    };
    (take(std::forward<A>(arguments)), ...);
    send(scratch.text(), scratch.attachments(), std::move(callback));
}

/// Callbacks may stand at the end only.
template <class... A>
constexpr bool callback_is_last() {
    std::size_t index = 0;
    bool ok = true;
    ((++index, ok = ok && (index == sizeof...(A) || !is_callback<A>)), ...);
    return ok;
}
template <class... A>
constexpr bool has_callback() {
    return (false || ... || is_callback<A>);
}

/// What call<T...>() returns: the arguments, one value, or a tuple of them.
template <class... T>
struct CallResult {
    using type = std::tuple<T...>;
};
template <class T>
struct CallResult<T> {
    using type = T;
};
template <>
struct CallResult<> {
    using type = Args;
};

/// The acknowledgement's first arguments as T...; later ones are ignored. Throws Error(errc::invalid_value).
template <class... T>
typename CallResult<T...>::type call_result(Args&& args) {
    if constexpr (sizeof...(T) == 0) {
        return std::move(args);
    } else {
        JsonReader reader(args.text(), args.attachments());
        std::tuple<T...> values;
        const ArgumentsRead result = read_arguments(reader, values);
        if (result.status == ArgumentsRead::Status::bad) throw_bad_argument(result.index, reader);
        if (result.status == ArgumentsRead::Status::missing) throw_missing_argument(result.index);
        if constexpr (sizeof...(T) == 1) {
            return std::move(std::get<0>(values));
        } else {
            return values;
        }
    }
}

}  // namespace sio::detail
