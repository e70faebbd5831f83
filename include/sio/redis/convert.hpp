#pragma once

// Value::as(); included by sio/redis/value.hpp.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <sio/binary.hpp>
#include <sio/redis/value.hpp>

namespace sio::redis {

namespace detail {

[[noreturn]] void fail_conversion(const Value& value, std::string_view wanted);
std::string to_text(const Value& value);
bool to_boolean(const Value& value);
std::int64_t to_signed(const Value& value, std::int64_t min, std::int64_t max);
std::uint64_t to_unsigned(const Value& value, std::uint64_t max);
double to_real(const Value& value);
/// Elements in a row; not those of a map, whose order says nothing.
const Value::Items& to_sequence(const Value& value);
/// Keys and values: a map, an array of arrays of two, or a flat array with an even number of elements.
void for_each_pair(const Value& value, void* context, void (*visit)(void*, const Value& key, const Value& mapped));

template <class T>
concept MapLike = requires(T map, typename T::key_type key, typename T::mapped_type mapped) {
    map.emplace(std::move(key), std::move(mapped));
};
template <class T>
concept SetLike = !MapLike<T> && requires(T set, typename T::key_type key) { set.insert(std::move(key)); };

}  // namespace detail

/// How a Value becomes a `T`; specialise it for types of your own. `convert()` is not called with errors.
template <class T>
struct Converter;

template <>
struct Converter<Value> {
    static Value convert(const Value& value) { return value; }
};

template <>
struct Converter<std::string> {
    static std::string convert(const Value& value) { return detail::to_text(value); }
};

template <>
struct Converter<std::string_view> {
    static std::string_view convert(const Value& value) { return value.text(); }
};

template <>
struct Converter<Binary> {
    static Binary convert(const Value& value) { return Binary(std::string(value.text())); }
};

template <>
struct Converter<bool> {
    static bool convert(const Value& value) { return detail::to_boolean(value); }
};

template <std::signed_integral T>
struct Converter<T> {
    static T convert(const Value& value) {
        using Limits = std::numeric_limits<T>;
        return static_cast<T>(detail::to_signed(value, Limits::min(), Limits::max()));
    }
};

template <std::unsigned_integral T>
struct Converter<T> {
    static T convert(const Value& value) {
        return static_cast<T>(detail::to_unsigned(value, std::numeric_limits<T>::max()));
    }
};

template <std::floating_point T>
struct Converter<T> {
    static T convert(const Value& value) { return static_cast<T>(detail::to_real(value)); }
};

template <class T>
struct Converter<std::optional<T>> {
    static std::optional<T> convert(const Value& value) {
        return value.is_null() ? std::nullopt : std::optional<T>(value.as<T>());
    }
};

template <class First, class Second>
struct Converter<std::pair<First, Second>> {
    static std::pair<First, Second> convert(const Value& value) {
        const auto& items = detail::to_sequence(value);
        if (items.size() != 2) detail::fail_conversion(value, "a pair");
        return {items[0].as<First>(), items[1].as<Second>()};
    }
};

template <class... Parts>
struct Converter<std::tuple<Parts...>> {
    static std::tuple<Parts...> convert(const Value& value) {
        const auto& items = detail::to_sequence(value);
        if (items.size() != sizeof...(Parts)) {
            detail::fail_conversion(value, "a tuple of " + std::to_string(sizeof...(Parts)));
        }
        return [&]<std::size_t... index>(std::index_sequence<index...>) {
            return std::tuple<Parts...>{items[index].template as<Parts>()...};
        }(std::index_sequence_for<Parts...>());
    }
};

template <class T>
struct Converter<std::vector<T>> {
    static std::vector<T> convert(const Value& value) {
        std::vector<T> result;
        const auto& items = detail::to_sequence(value);
        result.reserve(items.size());
        for (const Value& item : items) result.push_back(item.as<T>());
        return result;
    }
};

/// In the order of the answer: of maps, and of what maps are read from.
template <class Key, class Mapped>
struct Converter<std::vector<std::pair<Key, Mapped>>> {
    static std::vector<std::pair<Key, Mapped>> convert(const Value& value) {
        std::vector<std::pair<Key, Mapped>> result;
        detail::for_each_pair(value, &result, [](void* context, const Value& key, const Value& mapped) {
            static_cast<decltype(result)*>(context)->emplace_back(key.as<Key>(), mapped.as<Mapped>());
        });
        return result;
    }
};

template <detail::MapLike T>
struct Converter<T> {
    static T convert(const Value& value) {
        T result;
        detail::for_each_pair(value, &result, [](void* context, const Value& key, const Value& mapped) {
            static_cast<T*>(context)->emplace(key.as<typename T::key_type>(), mapped.as<typename T::mapped_type>());
        });
        return result;
    }
};

template <detail::SetLike T>
struct Converter<T> {
    static T convert(const Value& value) {
        T result;
        for (const Value& item : detail::to_sequence(value)) result.insert(item.as<typename T::key_type>());
        return result;
    }
};

}  // namespace sio::redis
