#pragma once

#include <sio/sio.hpp>

namespace testbed {

/// The common app: what load and attack tools use.
class CommonNamespace : public virtual sio::BaseNamespace, public sio::LonelyRoomMixin, public sio::BroadcastMixin {
public:
    static void events(sio::EventTable<CommonNamespace>& on);

private:
    sio::Reply on_join(const sio::Args& args);
    sio::Reply on_leave(const sio::Args& args);
    void on_room(const sio::Args& args);
};

}  // namespace testbed
