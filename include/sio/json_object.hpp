#pragma once

#include <string_view>
#include <tuple>
#include <utility>

#include <sio/json_convert.hpp>

namespace sio {

/// An object put together on the spot; see object().
template <class... Members>
class JsonObject {
public:
    explicit JsonObject(Members&&... members) noexcept : members_(std::forward<Members>(members)...) {}

    friend void json_write(JsonWriter& writer, const JsonObject& object) {
        writer.begin_object();
        object.write_members(writer, std::make_index_sequence<sizeof...(Members) / 2>{});
        writer.end_object();
    }

private:
    template <std::size_t... I>
    void write_members(JsonWriter& writer, std::index_sequence<I...>) const {
        ((writer.key(std::get<2 * I>(members_)), json_write(writer, std::get<2 * I + 1>(members_))), ...);
    }

    std::tuple<Members...> members_;
};

/// `emit("user", sio::object("name", name, "age", 42))` sends `{"name":"...","age":42}`.
///
/// Keys and values in turn. Refers to variables that it is given, so it is for use in the same expression.
template <class... Members>
JsonObject<Members...> object(Members&&... members) {
    static_assert(sizeof...(Members) % 2 == 0, "sio: sio::object() takes keys and values in turn");
    return JsonObject<Members...>(std::forward<Members>(members)...);
}

}  // namespace sio
