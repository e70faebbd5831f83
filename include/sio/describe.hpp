#pragma once

#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

#include <boost/describe.hpp>
#include <boost/mp11/algorithm.hpp>

#include <sio/json_convert.hpp>

// Structs described with BOOST_DESCRIBE_STRUCT are JSON objects, enums described with BOOST_DESCRIBE_ENUM strings:
//
//     struct Message { std::string text; std::optional<int> room; };
//     BOOST_DESCRIBE_STRUCT(Message, (), (text, room))
//
// Reading: unknown members are ignored, std::optional ones may be missing, any other missing member is an error that names
// it; of two members with one name the last counts. Members of described base classes are members like any other.

namespace sio {

namespace detail {

template <class T>
concept DescribedStruct = std::is_class_v<T> && boost::describe::has_describe_members<T>::value &&
                          boost::describe::has_describe_bases<T>::value;
template <class T>
concept DescribedEnum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;
template <class T>
using DescribedMembers =
    boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

}  // namespace detail

template <detail::DescribedStruct T>
void json_write(JsonWriter& writer, const T& value) {
    writer.begin_object();
    boost::mp11::mp_for_each<detail::DescribedMembers<T>>([&](auto member) {
        writer.key(member.name);
        json_write(writer, value.*member.pointer);
    });
    writer.end_object();
}

template <detail::DescribedStruct T>
bool json_read(JsonReader& reader, T& value) {
    using Members = detail::DescribedMembers<T>;
    constexpr std::size_t count = boost::mp11::mp_size<Members>::value;
    if (!reader.enter_object()) return false;
    std::bitset<count> seen;
    for (std::string_view key; reader.next_member(key);) {
        bool known = false;
        bool good = true;
        std::size_t index = 0;
        boost::mp11::mp_for_each<Members>([&](auto member) {
            if (!known && key == member.name) {
                known = true;
                seen.set(index);
                good = json_read(reader, value.*member.pointer) || reader.failed_in(member.name);
            }
            ++index;
        });
        if (!good) return false;
        if (!known && !reader.skip()) return false;
    }
    std::size_t index = 0;
    const char* missing = nullptr;
    boost::mp11::mp_for_each<Members>([&](auto member) {
        using Member = std::remove_cvref_t<decltype(value.*member.pointer)>;
        if (!seen.test(index++) && !detail::is_optional<Member> && !missing) missing = member.name;
    });
    return !missing || reader.fail("the member \"" + std::string(missing) + "\" is missing");
}

template <detail::DescribedEnum T>
void json_write(JsonWriter& writer, T value) {
    const char* name = boost::describe::enum_to_string(value, nullptr);
    if (name) {
        writer.string(name);
    } else {
        writer.integer(static_cast<std::int64_t>(value));
    }
}

template <detail::DescribedEnum T>
bool json_read(JsonReader& reader, T& value) {
    std::string name;
    if (!reader.read_string(name)) return false;
    bool known = false;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto enumerator) {
        if (known || name != enumerator.name) return;
        known = true;
        value = enumerator.value;
    });
    return known || reader.fail("\"" + name + "\" is none of the names allowed");
}

}  // namespace sio
