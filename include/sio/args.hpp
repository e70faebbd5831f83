#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <sio/binary.hpp>
#include <sio/json_convert.hpp>
#include <sio/json_fwd.hpp>

namespace sio {

/// The arguments of an event or of an acknowledgement, as they came: JSON text, and the attachments that belong to it.
///
/// Nothing is parsed before it is asked for, and an Args that is passed on (echoed, broadcast) is copied as text, so a
/// server need not understand what it forwards. Among the arguments of emit(), an Args stands for all that it holds.
///
///     void on_move(const sio::Args& args) { emit_to_room("game", "move", args); }
///
/// A value: it owns its text. Indexes count from 0. Text from a client has been checked to be valid JSON.
class Args {
public:
    Args() = default;
    /// `text`: JSON values with commas between, without brackets. Placeholders in it count from the first attachment.
    explicit Args(std::string text, std::vector<Binary> attachments = {}) noexcept
        : text_(std::move(text)), attachments_(std::move(attachments)) {}

    /// `Args::of(1, "two")`: one argument for each value.
    template <class... Values>
    static Args of(const Values&... values);

    /// Counts by reading through the text.
    std::size_t size() const noexcept;
    bool empty() const noexcept { return text_.empty(); }

    /// One argument as a document. Throws std::out_of_range. Needs <sio/json.hpp>.
    Json operator[](std::size_t index) const;
    /// One argument as a T. Throws Error(errc::invalid_value) that says what is wrong, also when there is none
    /// (std::optional: empty then).
    template <JsonReadable T>
    T get(std::size_t index) const;
    /// The same, or nothing when there is none or it is no T.
    template <JsonReadable T>
    std::optional<T> get_if(std::size_t index) const;
    /// All of them at once: `auto [id, text] = args.as<int, std::string>();`. Throws as get(), also when there are more.
    template <JsonReadable... T>
    std::tuple<T...> as() const;

    /// The arguments from that index on, to pass them on; nothing when there are not so many.
    Args from(std::size_t index) const;

    /// The JSON values with commas between, exactly as they came.
    const std::string& text() const noexcept { return text_; }
    const std::vector<Binary>& attachments() const noexcept { return attachments_; }

    /// Adds one argument for each value.
    template <class... Values>
    void append(const Values&... values);

    /// Replaces the content and keeps the storage.
    void assign(std::string_view text, std::span<const Binary> attachments = {});

    friend bool operator==(const Args&, const Args&) = default;

private:
    /// Positions `reader` at that argument; false when there is none.
    static bool seek(JsonReader& reader, std::size_t index);

    std::string text_;
    std::vector<Binary> attachments_;
};

/// What an event is answered with: the arguments of the acknowledgement, or nothing, when no acknowledgement is to be
/// sent (yet). It goes out only when the client asked for one.
using Reply = std::optional<Args>;

namespace detail {

/// Whether T can be an argument of emit().
template <class T>
concept Emittable = std::same_as<std::remove_cvref_t<T>, Args> || JsonWritable<std::remove_cvref_t<T>>;

/// Appends the text of `args`, its placeholders renumbered to follow the attachments that are there.
void write_args(JsonWriter& writer, const Args& args);

template <class T>
void write_argument(JsonWriter& writer, const T& value) {
    if constexpr (std::same_as<T, Args>) {
        write_args(writer, value);
    } else {
        constexpr bool writable = JsonWritable<T>;
        static_assert(writable,
                      "sio: this argument cannot be sent as JSON; give its type a json_write(sio::JsonWriter&, const "
                      "T&), or describe it with BOOST_DESCRIBE_STRUCT (sio::Json needs <sio/json.hpp>)");
        if constexpr (writable) json_write(writer, value);
    }
}

/// "argument 2.name: expected a string, got a number".
std::string describe_bad_argument(std::size_t index, const JsonReader& reader);
// Throw Error(errc::invalid_value).
[[noreturn]] void throw_bad_argument(std::size_t index, const JsonReader& reader);
[[noreturn]] void throw_missing_argument(std::size_t index);
[[noreturn]] void throw_extra_arguments(std::size_t expected);

/// How many of the types must be there: all but the optional ones at the end.
template <class... T>
constexpr std::size_t required_count() {
    std::size_t count = 0;
    std::size_t index = 0;
    ((++index, count = is_optional<T> ? count : index), ...);
    return count;
}

/// What became of reading a list of arguments.
struct ArgumentsRead {
    enum class Status : unsigned char { ok, missing, extra, bad };
    Status status = Status::ok;
    std::size_t index = 0;
};

template <class... T>
ArgumentsRead read_arguments(JsonReader& reader, std::tuple<T...>& values) {
    ArgumentsRead result;
    std::size_t index = 0;
    auto read_one = [&](auto& value) {
        using Value = std::remove_cvref_t<decltype(value)>;
        if (result.status != ArgumentsRead::Status::ok) return;
        if (!reader.next_argument()) {
            if (!is_optional<Value> || index < required_count<T...>()) result = {ArgumentsRead::Status::missing, index};
        } else if (!json_read(reader, value)) {
            result = {ArgumentsRead::Status::bad, index};
        }
        ++index;
    };
    std::apply([&](T&... value) { (read_one(value), ...); }, values);
    if (result.status == ArgumentsRead::Status::ok && reader.next_argument()) {
        result = {ArgumentsRead::Status::extra, sizeof...(T)};
    }
    return result;
}

}  // namespace detail

template <class... Values>
Args Args::of(const Values&... values) {
    Args args;
    args.append(values...);
    return args;
}

template <class... Values>
void Args::append(const Values&... values) {
    JsonWriter writer(text_, &attachments_, JsonWriter::Continue{});
    (detail::write_argument(writer, values), ...);
}

template <JsonReadable T>
T Args::get(std::size_t index) const {
    JsonReader reader(text_, attachments_);
    T value{};
    if (!seek(reader, index)) {
        if constexpr (!detail::is_optional<T>) detail::throw_missing_argument(index);
    } else if (!json_read(reader, value)) {
        detail::throw_bad_argument(index, reader);
    }
    return value;
}

template <JsonReadable T>
std::optional<T> Args::get_if(std::size_t index) const {
    JsonReader reader(text_, attachments_);
    std::optional<T> value(std::in_place);
    if (!seek(reader, index) || !json_read(reader, *value)) value.reset();
    return value;
}

template <JsonReadable... T>
std::tuple<T...> Args::as() const {
    using Status = detail::ArgumentsRead::Status;
    JsonReader reader(text_, attachments_);
    std::tuple<T...> values;
    const auto [status, index] = detail::read_arguments(reader, values);
    if (status == Status::bad) detail::throw_bad_argument(index, reader);
    if (status == Status::missing) detail::throw_missing_argument(index);
    if (status == Status::extra) detail::throw_extra_arguments(index);
    return values;
}

}  // namespace sio
