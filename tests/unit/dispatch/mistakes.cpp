// Compiled by mistakes.cmake behind mistakes.hpp, each time with another MISTAKE; without one it must compile.

struct Opaque {
    void* pointer;
};

class Other : public virtual sio::BaseNamespace {
public:
    void on_other(int);
};

class Base : public virtual sio::BaseNamespace {
public:
    static void events(sio::EventTable<Base>&) {}
};

class Second : public virtual sio::BaseNamespace {
public:
    static void events(sio::EventTable<Second>&) {}
};

class Chat : public virtual sio::BaseNamespace, public sio::RoomsMixin {
public:
    static void events(sio::EventTable<Chat>& on) {
        on("fine", &Chat::on_fine);
#if MISTAKE == 1  // no handler: takes no namespace
        on("event", []{});
#elif MISTAKE == 2   // another class
        on("event", &Other::on_other);
#elif MISTAKE == 3   // unreadable parameter
        on("event", &Chat::on_opaque);
#elif MISTAKE == 4   // reference to change
        on("event", &Chat::on_reference);
#elif MISTAKE == 5   // acknowledgement not last
        on("event", &Chat::on_ack_first);
#elif MISTAKE == 6   // all arguments, and another
        on("event", &Chat::on_args_and_more);
#elif MISTAKE == 7   // unwritable result
        on("event", &Chat::on_result);
#elif MISTAKE == 8   // reserved name
        on("disconnect", &Chat::on_fine);
#elif MISTAKE == 9   // not a base
        on.inherit<Other>();
#elif MISTAKE == 10  // generic
        on("event", [](auto&, int) {});
#endif
    }

private:
    void on_fine(std::string) {
#if MISTAKE == 11  // unwritable argument
        emit("event", Opaque());
#elif MISTAKE == 12  // callback not last
        emit("event", [](int){}, 1);
#elif MISTAKE == 13  // acknowledged broadcast
        to("room").emit("event", [](int){});
#elif MISTAKE == 14  // unreadable answer
        call<Opaque>("event");
#elif MISTAKE == 21  // deaf callback
        timeout(std::chrono::seconds(1)).emit("event", [](int){});
#elif MISTAKE == 22  // what is true?
        disconnect(true);
#elif MISTAKE == 23
        socket().disconnect(true);
#elif MISTAKE == 24
        everyone().disconnect_sockets(true);
#elif MISTAKE == 25
        socket().kill(true);
#endif
    }
    void on_opaque(int, Opaque) {}
    void on_reference(std::string&) {}
    void on_ack_first(sio::Ack, int) {}
    void on_args_and_more(sio::Args, int) {}
    Opaque on_result() { return {}; }
};

class Hidden : public virtual sio::BaseNamespace {
#if MISTAKE == 15  // a table that nobody can reach
    static void events(sio::EventTable<Hidden>&) {}
#endif
};

// Two tables, and none of its own.
class Ambiguous : public Base
#if MISTAKE == 16
    ,
                  public Second
#endif
{
};

#if MISTAKE == 17  // not a namespace
class Stray {};
#else
class Stray : public virtual sio::BaseNamespace {};
#endif

class Picky : public virtual sio::BaseNamespace {
public:
    explicit Picky(int) {}
};

struct State {
    int count = 0;
};
class Sharing : public virtual sio::BaseNamespace {
public:
    explicit Sharing(State&) {}
    explicit Sharing(std::unique_ptr<State>&) {}
};

void add(sio::Namespaces& namespaces) {
    namespaces.add<Chat>("/chat").add<Hidden>("/hidden").add<Ambiguous>("/two").add<Stray>("/stray");
#if MISTAKE == 18  // constructor arguments
    namespaces.add<Picky>("/picky", "text");
#else
    namespaces.add<Picky>("/picky", 1);
#endif
    static State state;
#if MISTAKE == 19  // a copy for each client
    namespaces.add<Sharing>("/sharing", state);
#elif MISTAKE == 20  // cannot be copied
    namespaces.add<Sharing>("/sharing", std::make_unique<State>());
#else
    namespaces.add<Sharing>("/sharing", std::ref(state));
#endif
}
