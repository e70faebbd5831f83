#pragma once

#include <boost/json.hpp>

#include <sio/json_fwd.hpp>
#include <sio/json_reader.hpp>
#include <sio/json_writer.hpp>

namespace sio {

// sio::Json as a parameter, an argument of emit(), or a member of a described struct. An attachment is read as its
// placeholder, `{"_placeholder":true,"num":0}`.

void json_write(JsonWriter& writer, const boost::json::value& value);
void json_write(JsonWriter& writer, const boost::json::object& value);
void json_write(JsonWriter& writer, const boost::json::array& value);
bool json_read(JsonReader& reader, boost::json::value& value);
bool json_read(JsonReader& reader, boost::json::object& value);
bool json_read(JsonReader& reader, boost::json::array& value);

}  // namespace sio
