#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sio/engine_options.hpp>

#include "greenlet/loop.hpp"
#include "session/channel.hpp"
#include "unit/transport/peers.hpp"

// What every transport of every generation does alike, whatever its requests and bytes look like.

namespace sio::test {

/// A server that sends every text message of its clients back, and a client of one transport, both as the contract sees
/// them. Made and used in a greenlet of a loop; one for each test.
class TransportDriver {
public:
    virtual ~TransportDriver() = default;

    /// As the server is to call it.
    virtual std::string_view transport_name() const = 0;
    /// Whether its protocol can carry that text.
    virtual bool takes(std::string_view) const { return true; }
    /// A session over the transport, past all greetings.
    virtual void open() = 0;
    /// The client sends messages, all of them at once where the transport can.
    virtual void send(const std::vector<std::string>& messages) = 0;
    /// The messages that have reached the client since the last call. A transport that is polled polls.
    virtual std::vector<std::string> received() = 0;
    /// The server sends messages, all within one turn.
    virtual void send_from_server(const std::vector<std::string>& messages) = 0;
    /// The server ends the session in order.
    virtual void close_from_server() = 0;
    virtual void pause_reading() = 0;
    virtual void resume_reading() = 0;
    /// What the server says of the session.
    virtual std::string_view channel_transport_name() = 0;
    /// The client leaves as its protocol has it.
    virtual void leave() = 0;
    /// The client sends something that its protocol does not know.
    virtual void send_nonsense() = 0;
    /// Whether the reference server passes over it.
    virtual bool ignores_nonsense() const { return false; }
    /// Nothing of what is sent is read by the client from now on.
    virtual void stop_reading() = 0;
    /// Whether the client could tell that the session is over.
    virtual bool client_sees_end() = 0;
    /// The client is gone, with every connection that it has.
    virtual void go_away() = 0;

    /// The reasons for which sessions have ended, as the server was told.
    std::vector<std::string> ends;
    std::size_t delivered = 0;  ///< messages that the server was handed
};

/// `make(loop, options)` gives a driver. Runs in a doctest case of its own.
template <class Make>
void check_transport_contract(Make&& make) {
    using Messages = std::vector<std::string>;
    const auto with = [&](EngineOptions options, auto&& script) {
        greenlet::Loop loop{{.virtual_time = true}};
        loop.post([&] {
            loop.enter([&] {
                {
                    const std::unique_ptr<TransportDriver> driver = make(loop, options);
                    driver->open();
                    script(*driver);
                    driver->go_away();
                }
                loop.stop();
            });
        });
        loop.run();
    };

    SUBCASE("messages come back unchanged, whatever characters they have") {
        with({}, [](TransportDriver& driver) {
            for (const std::string text : {"hello", "", " ",
                                           "Gr\xc3\xbc\xc3\x9f"
                                           "e",
                                           "\xf0\x9f\x92\xa9 \xe2\x82\xac",
                                           "a\xe2\x80\xa8"
                                           "b\xe2\x80\xa9",
                                           "</script>\"'\\ <!--", "\n\r\t", "\\n\n\\r", "\\\n",
                                           "\xef\xbf\xbd"
                                           "3\xef\xbf\xbd",
                                           "a\x1e"
                                           "b",
                                           "\x01\x7f", "5:::{}", "4\\/"}) {
                if (!driver.takes(text)) continue;
                CAPTURE(text);
                driver.send({text});
                CHECK(driver.received() == Messages{text});
            }
            CHECK(driver.channel_transport_name() == driver.transport_name());
            CHECK(driver.ends.empty());
        });
    }

    SUBCASE("messages stay in their order, alone and many at once, both ways") {
        with({}, [](TransportDriver& driver) {
            Messages many;
            for (int i = 0; i < 200; ++i) many.push_back("message " + std::to_string(i));
            driver.send(many);
            CHECK(driver.received() == many);
            for (int i = 0; i < 20; ++i) driver.send({many[static_cast<std::size_t>(i)]});
            CHECK(driver.received() == Messages(many.begin(), many.begin() + 20));
            driver.send_from_server(many);
            CHECK(driver.received() == many);
        });
    }

    SUBCASE("a large message goes through whole") {
        with({}, [](TransportDriver& driver) {
            const std::string large(300'000, 'x');
            driver.send({large});
            CHECK(driver.received() == Messages{large});
        });
    }

    SUBCASE("what the server says before it ends a session arrives, and the end is told once") {
        with({}, [](TransportDriver& driver) {
            driver.send_from_server({"one", "last"});
            driver.close_from_server();
            CHECK(driver.received() == Messages{"one", "last"});
            CHECK(driver.client_sees_end());
            CHECK(driver.ends == Messages{"forced close"});
        });
    }

    SUBCASE("a client that leaves is gone at once, and told of once") {
        with({}, [](TransportDriver& driver) {
            driver.leave();
            turn();
            CHECK(driver.ends.size() == 1);
            driver.send_from_server({"to nobody"});
            turn();
            CHECK(driver.ends.size() == 1);
        });
    }

    SUBCASE("nonsense ends the session as a parse error, unless the reference server passes over it") {
        with({}, [](TransportDriver& driver) {
            driver.send_nonsense();
            turn();
            if (driver.ignores_nonsense()) {
                driver.send({"sense"});
                CHECK(driver.received() == Messages{"sense"});
                CHECK(driver.ends.empty());
                return;
            }
            CHECK(driver.ends == Messages{"parse error"});
            CHECK(driver.client_sees_end());
        });
    }

    SUBCASE("a client that does not read is closed, and what it costs is bounded") {
        EngineOptions options;
        options.max_queued_bytes = 10'000;
        with(options, [](TransportDriver& driver) {
            driver.stop_reading();
            for (int i = 0; i < 30; ++i) driver.send_from_server({std::string(1000, 'x')});
            CHECK(driver.ends == Messages{"slow consumer"});
        });
    }

    SUBCASE("too large a message ends the session without being handed on") {
        EngineOptions options;
        options.max_payload_bytes = 1000;
        with(options, [](TransportDriver& driver) {
            driver.send({std::string(2000, 'x')});
            turn();
            CHECK(driver.ends.size() == 1);
            CHECK(driver.delivered == 0);
        });
    }

    SUBCASE("nothing is lost of what comes while reading is paused") {
        with({}, [](TransportDriver& driver) {
            driver.pause_reading();
            driver.send({"one", "two"});
            driver.resume_reading();
            turn();
            CHECK(driver.received() == Messages{"one", "two"});
            CHECK(driver.ends.empty());
        });
    }
}

}  // namespace sio::test
