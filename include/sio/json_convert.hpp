#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <sio/json_reader.hpp>
#include <sio/json_writer.hpp>

// C++ values <-> JSON text, straight, without a document in between:
//
//   bool, integers, floating point, strings, sio::Binary (an attachment), std::nullptr_t (null), std::optional and smart
//   pointers (null when empty), std::pair and std::tuple (arrays), containers (arrays), containers with string keys
//   (objects), std::variant (written as what it holds, read as the first alternative that fits), sio::Json, and, with
//   <sio/describe.hpp>, structs and enums described with Boost.Describe.
//
// Teach it a type of your own by two functions in that type's namespace:
//
//   void json_write(sio::JsonWriter& writer, const Colour& colour) { writer.string(colour.name()); }
//   bool json_read(sio::JsonReader& reader, Colour& colour) {
//       std::string name;
//       return reader.read_string(name) && (colour.assign(name) || reader.fail("no such colour"));
//   }

namespace sio {

/// Can be written: has a json_write().
template <class T>
concept JsonWritable = requires(JsonWriter& writer, const T& value) { json_write(writer, value); };

/// Can be read: has a json_read(), and can be made empty first.
template <class T>
concept JsonReadable = std::default_initializable<T> && requires(JsonReader& reader, T& value) {
    { json_read(reader, value) } -> std::same_as<bool>;
};

namespace detail {

template <class T>
concept CharacterLike = std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
                        std::same_as<T, char16_t> || std::same_as<T, char32_t>;
template <class T>
concept JsonInteger = std::integral<T> && !std::same_as<T, bool> && !CharacterLike<T>;
template <class T>
concept TextLike = std::convertible_to<const T&, std::string_view>;
template <class T>
concept Range = requires(const T& range) {
    range.begin();
    range.end();
    typename T::value_type;
};
template <class T>
concept StringMap = Range<T> && requires(T& map) {
    typename T::key_type;
    typename T::mapped_type;
    map.clear();
} && TextLike<typename T::key_type>;
template <class T>
concept Sequence = Range<T> && !TextLike<T> && !StringMap<T>;
template <class T>
concept GrowingSequence = Sequence<T> && requires(T& range, typename T::value_type value) {
    range.clear();
    range.insert(range.end(), std::move(value));
};

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

template <class T>
bool read_integer_as(JsonReader& reader, T& value) {
    std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t> wide = 0;
    if (!reader.read_integer(wide)) return false;
    if (!std::in_range<T>(wide)) return reader.fail("number out of range");
    value = static_cast<T>(wide);
    return true;
}

}  // namespace detail

// ---- writing

inline void json_write(JsonWriter& writer, std::nullptr_t) { writer.null(); }
template <std::same_as<bool> T>
void json_write(JsonWriter& writer, const T& value) {
    writer.boolean(value);
}
template <detail::JsonInteger T>
void json_write(JsonWriter& writer, const T& value) {
    writer.integer(static_cast<std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>(value));
}
template <std::floating_point T>
void json_write(JsonWriter& writer, const T& value) {
    writer.number(static_cast<double>(value));
}
template <detail::TextLike T>
void json_write(JsonWriter& writer, const T& value) {
    writer.string(value);
}
inline void json_write(JsonWriter& writer, const Binary& value) { writer.binary(value); }
template <JsonWritable T>
void json_write(JsonWriter& writer, const std::optional<T>& value);
template <JsonWritable T>
void json_write(JsonWriter& writer, const std::unique_ptr<T>& value);
template <JsonWritable T>
void json_write(JsonWriter& writer, const std::shared_ptr<T>& value);
template <JsonWritable... T>
void json_write(JsonWriter& writer, const std::variant<T...>& value);
template <JsonWritable A, JsonWritable B>
void json_write(JsonWriter& writer, const std::pair<A, B>& value);
template <JsonWritable... T>
void json_write(JsonWriter& writer, const std::tuple<T...>& value);

template <detail::StringMap T>
requires JsonWritable<typename T::mapped_type>
void json_write(JsonWriter& writer, const T& map) {
    writer.begin_object();
    for (const auto& [key, value] : map) {
        writer.key(key);
        json_write(writer, value);
    }
    writer.end_object();
}
template <detail::Sequence T>
requires JsonWritable<typename T::value_type>
void json_write(JsonWriter& writer, const T& range) {
    writer.begin_array();
    for (const typename T::value_type& value : range) json_write(writer, value);
    writer.end_array();
}
inline void json_write(JsonWriter& writer, std::monostate) { writer.null(); }
template <JsonWritable T>
void json_write(JsonWriter& writer, const std::optional<T>& value) {
    value ? json_write(writer, *value) : writer.null();
}
template <JsonWritable T>
void json_write(JsonWriter& writer, const std::unique_ptr<T>& value) {
    value ? json_write(writer, *value) : writer.null();
}
template <JsonWritable T>
void json_write(JsonWriter& writer, const std::shared_ptr<T>& value) {
    value ? json_write(writer, *value) : writer.null();
}
template <JsonWritable... T>
void json_write(JsonWriter& writer, const std::variant<T...>& value) {
    std::visit([&writer](const auto& held) { json_write(writer, held); }, value);
}
template <JsonWritable A, JsonWritable B>
void json_write(JsonWriter& writer, const std::pair<A, B>& value) {
    writer.begin_array();
    json_write(writer, value.first);
    json_write(writer, value.second);
    writer.end_array();
}
template <JsonWritable... T>
void json_write(JsonWriter& writer, const std::tuple<T...>& value) {
    writer.begin_array();
    std::apply([&writer](const T&... element) { (json_write(writer, element), ...); }, value);
    writer.end_array();
}

// ---- reading

template <std::same_as<bool> T>
bool json_read(JsonReader& reader, T& value) {
    return reader.read_boolean(value);
}
template <detail::JsonInteger T>
bool json_read(JsonReader& reader, T& value) {
    return detail::read_integer_as(reader, value);
}
template <std::floating_point T>
bool json_read(JsonReader& reader, T& value) {
    double wide = 0;
    if (!reader.read_number(wide)) return false;
    value = static_cast<T>(wide);
    return true;
}
inline bool json_read(JsonReader& reader, std::string& value) { return reader.read_string(value); }
inline bool json_read(JsonReader& reader, Binary& value) { return reader.read_binary(value); }
inline bool json_read(JsonReader& reader, std::nullptr_t&) { return reader.read_null(); }
inline bool json_read(JsonReader& reader, std::monostate&) { return reader.read_null(); }
template <JsonReadable T>
bool json_read(JsonReader& reader, std::optional<T>& value);
template <JsonReadable T>
bool json_read(JsonReader& reader, std::unique_ptr<T>& value);
template <JsonReadable... T>
bool json_read(JsonReader& reader, std::variant<T...>& value);
template <JsonReadable A, JsonReadable B>
bool json_read(JsonReader& reader, std::pair<A, B>& value);
template <JsonReadable... T>
bool json_read(JsonReader& reader, std::tuple<T...>& value);
template <JsonReadable T, std::size_t N>
bool json_read(JsonReader& reader, std::array<T, N>& value);

template <detail::StringMap T>
requires std::constructible_from<typename T::key_type, std::string> && JsonReadable<typename T::mapped_type>
bool json_read(JsonReader& reader, T& map) {
    map.clear();
    if (!reader.enter_object()) return false;
    for (std::string_view view; reader.next_member(view);) {
        std::string key(view);
        typename T::mapped_type value{};
        if (!json_read(reader, value)) return reader.failed_in(key);
        map.insert_or_assign(std::move(key), std::move(value));  // of two members with one name the last counts
    }
    return true;
}
template <detail::GrowingSequence T>
requires JsonReadable<typename T::value_type>
bool json_read(JsonReader& reader, T& range) {
    range.clear();
    if (!reader.enter_array()) return false;
    for (std::size_t index = 0; reader.next_element(); ++index) {
        typename T::value_type value{};
        if (!json_read(reader, value)) return reader.failed_in(index);
        range.insert(range.end(), std::move(value));
    }
    return true;
}
template <JsonReadable T>
bool json_read(JsonReader& reader, std::optional<T>& value) {
    value.reset();
    return reader.at_null() ? reader.read_null() : json_read(reader, value.emplace());
}
template <JsonReadable T>
bool json_read(JsonReader& reader, std::unique_ptr<T>& value) {
    value.reset();
    if (reader.at_null()) return reader.read_null();
    value = std::make_unique<T>();
    return json_read(reader, *value);
}

namespace detail {

/// Reads the next element of an array with a fixed number of them.
template <class T>
bool read_fixed_element(JsonReader& reader, T& value, std::size_t index, std::size_t count) {
    if (!reader.next_element()) {
        return reader.fail("expected " + std::to_string(count) + " elements, got " + std::to_string(index));
    }
    return json_read(reader, value) || reader.failed_in(index);
}
inline bool read_fixed_end(JsonReader& reader, std::size_t count) {
    return !reader.next_element() || reader.fail("expected no more than " + std::to_string(count) + " elements");
}

template <class Variant, std::size_t I = 0>
bool read_variant(JsonReader& reader, Variant& value) {
    if constexpr (I == std::variant_size_v<Variant>) {
        return reader.expected("a value of another kind");
    } else {
        JsonReader attempt = reader;
        std::variant_alternative_t<I, Variant> alternative{};
        if (!json_read(attempt, alternative)) return read_variant<Variant, I + 1>(reader, value);
        reader = std::move(attempt);
        value.template emplace<I>(std::move(alternative));
        return true;
    }
}

}  // namespace detail

template <JsonReadable... T>
bool json_read(JsonReader& reader, std::variant<T...>& value) {
    return detail::read_variant(reader, value);
}
template <JsonReadable A, JsonReadable B>
bool json_read(JsonReader& reader, std::pair<A, B>& value) {
    return reader.enter_array() && detail::read_fixed_element(reader, value.first, 0, 2) &&
           detail::read_fixed_element(reader, value.second, 1, 2) && detail::read_fixed_end(reader, 2);
}
template <JsonReadable... T>
bool json_read(JsonReader& reader, std::tuple<T...>& value) {
    return reader.enter_array() &&
           std::apply(
               [&reader](T&... element) {
                   std::size_t index = 0;
                   return (detail::read_fixed_element(reader, element, index++, sizeof...(T)) && ...);
               },
               value) &&
           detail::read_fixed_end(reader, sizeof...(T));
}
template <JsonReadable T, std::size_t N>
bool json_read(JsonReader& reader, std::array<T, N>& value) {
    if (!reader.enter_array()) return false;
    for (std::size_t index = 0; index < N; ++index) {
        if (!detail::read_fixed_element(reader, value[index], index, N)) return false;
    }
    return detail::read_fixed_end(reader, N);
}

/// The JSON text of a value: `json_text(std::vector{1, 2})` is `[1,2]`. Binary values are refused
/// (Error(errc::unsupported)).
template <JsonWritable T>
std::string json_text(const T& value) {
    std::string text;
    JsonWriter writer(text);
    json_write(writer, value);
    return text;
}

}  // namespace sio
