#pragma once

#include <string>

#include <sio/sio.hpp>

/// What the mounting examples serve: it greets, and sends back what it is told.
class EchoNamespace : public virtual sio::BaseNamespace {
public:
    static void events(sio::EventTable<EchoNamespace>& on) { on("echo", &EchoNamespace::on_echo); }

    void recv_connect() override { emit("welcome", "from sio"); }

private:
    sio::Args on_echo(sio::Args args) { return args; }
};
