#pragma once

#include <cstdint>
#include <string>

#include "common_namespace.hpp"

namespace testbed {

/// `/matrix` of the matrix port: every feature of a client, one event each, beside the common app's.
class MatrixNamespace : public CommonNamespace {
public:
    static void events(sio::EventTable<MatrixNamespace>& on);
    void recv_disconnect() override;

private:
    std::optional<std::string> on_query(const std::string& key);
    void on_message(const sio::Packet& packet);
    void on_ask(const sio::Args& args);
    void on_give_binary(std::size_t length);
    void on_to_room(const sio::Args& args);
    void on_tick(std::uint64_t number);
    sio::Args on_ticks();
    void on_flood(std::uint32_t count);

    std::string name_;
    std::uint64_t ticks_ = 0;
    bool in_order_ = true;
};

/// `/` of the matrix port.
class RootNamespace : public virtual sio::BaseNamespace {
public:
    static void events(sio::EventTable<RootNamespace>& on);
};

/// `/forbidden`: nobody gets in.
class ForbiddenNamespace : public virtual sio::BaseNamespace {
public:
    void recv_connect() override { throw sio::ConnectionRefused("forbidden", sio::object("code", 7)); }
};

}  // namespace testbed
