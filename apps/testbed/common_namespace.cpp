#include "common_namespace.hpp"

#include <string>
#include <string_view>

namespace testbed {

namespace {

/// The second of two arguments, of any kind; its attachments are all that there are when the first is text.
sio::Args second(const sio::Args& args) {
    sio::JsonReader reader(args.text());
    std::string_view payload;
    if (!reader.next_argument() || !reader.skip() || !reader.next_argument() || !reader.read_raw(payload)) return {};
    return sio::Args(std::string(payload), args.attachments());
}

}  // namespace

void CommonNamespace::events(sio::EventTable<CommonNamespace>& on) {
    on("echo", [](CommonNamespace&, const sio::Args& args) { return args; });
    on("bcast", [](CommonNamespace& self, const sio::Args& args) { self.broadcast_event("bcast", args); });
    on("join", &CommonNamespace::on_join);
    on("leave", &CommonNamespace::on_leave);
    on("room", &CommonNamespace::on_room);
}

sio::Reply CommonNamespace::on_join(const sio::Args& args) {
    const auto room = args.get_if<std::string>(0);
    if (!room) return std::nullopt;
    join(*room);
    return sio::Args::of(*room);
}

sio::Reply CommonNamespace::on_leave(const sio::Args& args) {
    const auto room = args.get_if<std::string>(0);
    if (!room) return std::nullopt;
    leave(*room);
    return sio::Args::of(*room);
}

void CommonNamespace::on_room(const sio::Args& args) {
    if (const auto room = args.get_if<std::string>(0)) emit_to_room(*room, "room", second(args));
}

}  // namespace testbed
