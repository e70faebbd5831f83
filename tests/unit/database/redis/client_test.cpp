// Client against a real server. Each case has a server of its own where it changes or ends it.

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <sio/gevent.hpp>
#include <sio/redis.hpp>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <system_error>

#include "support/eventually.hpp"
#include "support/redis_server.hpp"

using namespace std::chrono_literals;
using sio::redis::Client;
using sio::redis::Options;
using sio::redis::Pipeline;
using sio::redis::Value;
using sio::test::RedisServer;
using Kind = Value::Kind;

namespace {

RedisServer& shared_server() {
    static RedisServer server;
    return server;
}

Options with_protocol(int protocol) {
    Options options(shared_server().url());
    options.protocol = protocol;
    return options;
}

/// `test(client)` with RESP3 and with RESP2, each time with nothing in the server.
template <class Test>
void with_both_protocols(Test test) {
    for (const int protocol : {3, 2}) {
        CAPTURE(protocol);
        sio::run([&] {
            Client redis(with_protocol(protocol));
            redis.command("FLUSHALL");
            test(redis);
        });
    }
}

template <class Function>
std::string error_of(Function function) {
    try {
        function();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "none";
}

template <class Function>
std::string code_of(Function function) {
    try {
        function();
    } catch (const sio::redis::Error& error) {
        return std::string(error.code());
    }
    return "none";
}

template <class Function>
bool fails_as_closed(Function function) {
    try {
        function();
    } catch (const sio::Error& error) {
        return error.code() == sio::errc::connection_closed;
    }
    return false;
}

// A command that the server answers only when somebody pushes to `list`.
auto blocked_in(Client& redis, const char* list) {
    return sio::spawn([&redis, list] { return redis.command("BLPOP", list, 0).as<std::vector<std::string>>(); });
}

bool server_has_blocked(Client& redis) {
    return eventually([&] {
        return redis.command("INFO", "clients").as<std::string>().find("blocked_clients:1") != std::string::npos;
    });
}

}  // namespace

TEST_CASE("every type comes as what it is") {
    with_both_protocols([](Client& redis) {
        CHECK(redis.command("SET", "text", "hello").text() == "OK");
        CHECK(redis.command("GET", "text").as<std::string>() == "hello");
        CHECK(redis.command("GET", "none").is_null());
        CHECK(redis.command("GET", "none").as<std::optional<std::string>>() == std::nullopt);
        CHECK(redis.command("INCRBY", "number", 41).as<int>() == 41);
        CHECK(redis.command("INCRBYFLOAT", "real", 1.5).as<double>() == 1.5);
        const std::map<std::string, int> fields{{"a", 1}, {"b", 2}};
        CHECK(redis.command("HSET", "hash", fields).as<int>() == 2);
        CHECK(redis.command("HGETALL", "hash").as<std::map<std::string, int>>() == fields);
        redis.command("RPUSH", "list", std::vector<std::string>{"x", "y"});
        CHECK(redis.command("LRANGE", "list", 0, -1).as<std::vector<std::string>>() ==
              std::vector<std::string>{"x", "y"});
        redis.command("SADD", "set", "p", "q");
        CHECK(redis.command("SMEMBERS", "set").as<std::set<std::string>>() == std::set<std::string>{"p", "q"});
        redis.command("ZADD", "scores", 1.25, "low", 2, "high");
        const auto scores = redis.command("ZRANGE", "scores", 0, -1, "WITHSCORES");
        CHECK(scores.as<std::vector<std::pair<std::string, double>>>() ==
              std::vector<std::pair<std::string, double>>{{"low", 1.25}, {"high", 2}});
        CHECK(redis.command("MGET", "text", "none").as<std::vector<std::optional<std::string>>>()[1] == std::nullopt);
        CHECK(redis.command("LATENCY", "DOCTOR").as<std::string>().size() > 0);
    });
}

TEST_CASE("RESP3 is spoken where it is wanted, and its own types arrive") {
    sio::run([] {
        Client three(with_protocol(3));
        CHECK(three.command("HGETALL", "none").kind() == Kind::map);
        CHECK(three.command("LATENCY", "DOCTOR").kind() == Kind::verbatim_string);
        CHECK(three.command("DEBUG", "PROTOCOL", "true").kind() == Kind::boolean);
        CHECK(three.command("DEBUG", "PROTOCOL", "bignum").kind() == Kind::big_number);
        CHECK(three.command("DEBUG", "PROTOCOL", "double").kind() == Kind::real);
        CHECK(three.command("DEBUG", "PROTOCOL", "set").kind() == Kind::set);
        CHECK(three.command("DEBUG", "PROTOCOL", "null").is_null());
        CHECK(three.command("DEBUG", "PROTOCOL", "attrib").text() == "Some real reply following the attribute");
        // A push message before the answer is dropped.
        CHECK(three.command("DEBUG", "PROTOCOL", "push").kind() != Kind::push);
        CHECK(three.command("PING").text() == "PONG");
        Client two(with_protocol(2));
        CHECK(two.command("HGETALL", "none").kind() == Kind::array);
    });
}

TEST_CASE("any bytes are values, and some megabytes too") {
    with_both_protocols([](Client& redis) {
        std::string every;
        for (int i = 0; i < 256; ++i) every += static_cast<char>(i);
        redis.command("SET", every, every);
        CHECK(redis.command("GET", every).as<std::string>() == every);
        std::string big(8'000'000, '\0');
        for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>(i * 31 % 251);
        redis.command("SET", "big", big);
        CHECK(redis.command("GET", "big").as<std::string>() == big);
        redis.command("SET", "empty", "");
        CHECK(redis.command("GET", "empty").as<std::optional<std::string>>() == "");
    });
}

TEST_CASE("what the server refuses is thrown, and the connection goes on") {
    with_both_protocols([](Client& redis) {
        redis.command("SET", "text", "hello");
        CHECK(code_of([&] { redis.command("LPUSH", "text", "x"); }) == "WRONGTYPE");
        CHECK(code_of([&] { redis.command("NONSENSE"); }) == "ERR");
        CHECK(redis.command("GET", "text").as<std::string>() == "hello");
        CHECK_THROWS_AS(redis.command("SUBSCRIBE", "x"), sio::Error);
    });
}

TEST_CASE("a thousand greenlets share one connection, each with its own answer") {
    with_both_protocols([](Client& redis) {
        std::vector<sio::Greenlet<bool>> all;
        for (int i = 0; i < 1000; ++i) {
            all.push_back(sio::spawn([&redis, i] {
                const std::string key = "k" + std::to_string(i);
                redis.command("SET", key, i);
                return redis.command("INCR", key).as<int>() == i + 1;
            }));
        }
        CHECK(std::all_of(all.begin(), all.end(), [](auto& each) { return each.get(); }));
        CHECK(redis.command("DBSIZE").as<int>() == 1000);
        const auto clients = redis.command("CLIENT", "LIST").as<std::string>();
        CHECK(clients.find(" db=0") != std::string::npos);
    });
}

TEST_CASE("commands of one turn go out together") {
    sio::run([] {
        Client redis(with_protocol(3));
        const auto reads = [&] {
            const auto stats = redis.command("INFO", "stats").as<std::string>();
            const std::string key = "total_reads_processed:";
            return std::stoi(stats.substr(stats.find(key) + key.size()));
        };
        const int before = reads();
        std::vector<sio::AnyGreenlet> all;
        for (int i = 0; i < 500; ++i) all.push_back(sio::spawn([&] { redis.command("PING"); }));
        sio::joinall(all);
        CHECK(reads() - before < 50);  // one each would be 500
    });
}

TEST_CASE("a pipeline has an answer for each command, errors among them") {
    with_both_protocols([](Client& redis) {
        Pipeline pipeline;
        pipeline.command("SET", "a", 1).command("LPUSH", "a", "x").command("INCR", "a");
        const auto replies = redis.execute(pipeline);
        REQUIRE(replies.size() == 3);
        CHECK(replies[0].text() == "OK");
        CHECK(replies[1].is_error());
        CHECK(code_of([&] { replies[1].as<int>(); }) == "WRONGTYPE");
        CHECK(replies[2].as<int>() == 2);
        CHECK(redis.execute(Pipeline()).empty());
    });
}

TEST_CASE("a transaction is executed as one, or not at all") {
    with_both_protocols([](Client& redis) {
        Pipeline pipeline;
        pipeline.command("INCR", "n").command("LPUSH", "n", "x").command("INCR", "n");
        const auto replies = redis.transaction(pipeline);
        REQUIRE(replies);
        CHECK((*replies)[0].as<int>() == 1);
        CHECK((*replies)[1].is_error());
        CHECK((*replies)[2].as<int>() == 2);
        Pipeline wrong;
        wrong.command("INCR", "n").command("GET");
        CHECK(code_of([&] { redis.transaction(wrong); }) == "ERR");
        CHECK(redis.command("GET", "n").as<int>() == 2);
    });
}

TEST_CASE("a watched key that was changed stops the transaction") {
    with_both_protocols([](Client& redis) {
        Client other(with_protocol(3));
        Pipeline set;
        set.command("SET", "n", "mine");
        redis.watch("n");
        CHECK_FALSE(redis.reusable());
        other.command("SET", "n", "theirs");
        CHECK_FALSE(redis.transaction(set));
        CHECK(redis.reusable());
        CHECK(redis.command("GET", "n").as<std::string>() == "theirs");
        redis.watch("n");
        CHECK(redis.transaction(set));
        redis.watch("n");
        other.command("SET", "n", "theirs");
        redis.unwatch();
        CHECK(redis.transaction(set));
    });
}

TEST_CASE("a watch whose answer nobody waited for is in force until unwatch or a transaction") {
    sio::run([] {
        Client redis(with_protocol(3));
        Client other(with_protocol(3));
        redis.command("DEL", "list", "n");
        auto blocks = blocked_in(redis, "list");
        CHECK(server_has_blocked(other));
        CHECK_FALSE(sio::with_timeout(20ms, [&] { redis.watch("n"); }));
        other.command("RPUSH", "list", "x");
        blocks.get();
        CHECK_FALSE(redis.reusable());
        other.command("SET", "n", "theirs");
        redis.unwatch();
        CHECK(redis.reusable());
        CHECK(redis.transaction(Pipeline().command("SET", "n", "mine")));
    });
}

TEST_CASE("a transaction fails when the connection that watched was lost") {
    sio::run([] {
        Client redis(with_protocol(3));
        Client other(with_protocol(3));
        redis.watch("n");
        other.command("CLIENT", "KILL", "ID", redis.command("CLIENT", "ID").as<int>());
        CHECK(eventually([&] { return !redis.is_connected(); }));
        Pipeline set;
        set.command("SET", "n", "mine");
        CHECK(fails_as_closed([&] { redis.transaction(set); }));
        CHECK(redis.transaction(set));
    });
}

TEST_CASE("a greenlet that is killed or out of time leaves the others' answers alone") {
    with_both_protocols([](Client& redis) {
        Client other(with_protocol(3));
        auto killed = blocked_in(redis, "list");
        CHECK(server_has_blocked(other));
        auto after = sio::spawn([&] { return redis.command("ECHO", "after").as<std::string>(); });
        CHECK_FALSE(sio::with_timeout(1ms, [&] { return redis.command("ECHO", "late").as<std::string>(); }));
        killed.kill();
        CHECK_FALSE(redis.reusable());
        other.command("RPUSH", "list", "x");
        CHECK(after.get() == "after");
        CHECK(redis.command("ECHO", "next").as<std::string>() == "next");
        CHECK(redis.reusable());
    });
}

TEST_CASE("a call's own limit is a Timeout") {
    sio::run([] {
        auto options = with_protocol(3);
        options.timeout = 20ms;
        Client redis(options);
        CHECK_THROWS_AS(redis.command("BLPOP", "nothing", 0), sio::Timeout);
    });
}

TEST_CASE("a connection that has fallen silent is given up with the call that notices") {
    RedisServer server;
    sio::run([&] {
        Options options(server.url());
        options.timeout = 500ms;
        Client redis(options);
        const auto connection = redis.command("CLIENT", "ID").as<int>();
        server.pause();
        CHECK_THROWS_AS(redis.ping(), sio::Timeout);
        server.resume();
        CHECK(eventually([&] { return !redis.is_connected(); }));
        CHECK(redis.command("CLIENT", "ID").as<int>() != connection);
    });
}

TEST_CASE("a call that is out of time leaves a connection that is alive to the others") {
    sio::run([] {
        int connections = 0;
        sio::StreamServer slow({"127.0.0.1", 0}, [&](sio::StreamSocket& socket, const sio::Address&) {
            ++connections;
            while (const auto line = socket.recv_line()) {
                if (line->starts_with("GET")) socket.sendall("+first\r\n");  // answers the command before
                if (line->starts_with("DEL")) socket.sendall("+second\r\n+third\r\n");
            }
        });
        slow.start();
        Options options("redis://127.0.0.1:" + std::to_string(slow.port()));
        options.protocol = 2;
        options.timeout = 1s;
        Client redis(options);
        auto first = sio::spawn([&] { return redis.command("ECHO", "x").as<std::string>(); });
        auto second = sio::spawn([&] { redis.command("GET", "x"); });
        CHECK(first.get() == "first");
        CHECK_THROWS_AS(second.get(), sio::Timeout);
        CHECK(redis.command("DEL", "x").as<std::string>() == "third");
        CHECK(connections == 1);
    });
}

TEST_CASE("name, database and user are what the options say") {
    RedisServer server({"--requirepass", "s3cret"});
    for (const int protocol : {3, 2}) {
        CAPTURE(protocol);
        sio::run([&] {
            Options options("redis://:s3cret@127.0.0.1:" + std::to_string(server.port()) + "/5");
            options.protocol = protocol;
            options.client_name = "tests";
            Client redis(options);
            CHECK(redis.command("CLIENT", "GETNAME").as<std::string>() == "tests");
            CHECK(redis.command("CLIENT", "INFO").as<std::string>().find(" db=5 ") != std::string::npos);
            redis.command("ACL", "SETUSER", "ada", "on", ">pass word", "~*", "+@all", "-flushall");

            options.user = "ada";
            options.password = "pass word";
            Client ada(options);
            CHECK(ada.command("ACL", "WHOAMI").as<std::string>() == "ada");
            CHECK(code_of([&] { ada.command("FLUSHALL"); }) == "NOPERM");
            options.password = "wrong";
            Client wrong(options);
            CHECK(code_of([&] { wrong.command("PING"); }) == "WRONGPASS");
            options.user.clear();
            options.password.clear();
            Client nobody(options);
            CHECK(code_of([&] { nobody.command("PING"); }) == "NOAUTH");
        });
    }
}

TEST_CASE("a server that does not know HELLO is spoken to in RESP2") {
    RedisServer server({"--rename-command", "HELLO", ""});
    sio::run([&] {
        Client redis(server.url());
        CHECK(redis.command("HGETALL", "none").kind() == Kind::array);
    });
}

TEST_CASE("a Unix socket serves as well") {
    sio::run([] {
        Client redis("unix://" + shared_server().unix_path());
        CHECK(redis.command("PING").text() == "PONG");
        Client nobody("unix:///nowhere/redis.sock");
        CHECK_THROWS_AS(nobody.command("PING"), std::system_error);
        Client long_path("unix:///" + std::string(200, 'x'));
        CHECK_THROWS_AS(long_path.command("PING"), sio::Error);
    });
}

TEST_CASE("a lost connection fails what was sent, and is opened again for what comes") {
    RedisServer server;
    sio::run([&] {
        Client redis(server.url());
        Client other(server.url());
        auto waiting = blocked_in(redis, "list");
        CHECK(server_has_blocked(other));
        server.stop();
        CHECK(fails_as_closed([&] { waiting.get(); }));
        CHECK(error_of([&] { waiting.get(); }).find("whether the command was executed is not known") !=
              std::string::npos);
        CHECK(eventually([&] { return !other.is_connected(); }));
        CHECK_THROWS_AS(other.command("PING"), std::system_error);
        server.start();
        CHECK(redis.command("PING").text() == "PONG");
        CHECK(eventually([&] { return error_of([&] { other.command("PING"); }) == "none"; }));
    });
}

TEST_CASE("attempts to connect keep their pauses") {
    sio::run([] {
        Options options("redis://127.0.0.1:" + std::to_string(RedisServer::free_port()));
        options.backoff_min = 100ms;
        Client redis(options);
        const auto begin = std::chrono::steady_clock::now();
        for (int i = 0; i < 3; ++i) CHECK_THROWS_AS(redis.command("PING"), std::system_error);
        CHECK(std::chrono::steady_clock::now() - begin >= 300ms);  // none, 100 and 200 ms
    });
}

TEST_CASE("a server that never greets takes the time that connecting may take") {
    sio::run([] {
        sio::StreamServer silent({"127.0.0.1", 0}, [](sio::StreamSocket& socket, const sio::Address&) {
            socket.recv_line();
            sio::sleep(1h);
        });
        silent.start();
        Options options("redis://127.0.0.1:" + std::to_string(silent.port()));
        options.connect_timeout = 20ms;
        Client redis(options);
        CHECK_THROWS_AS(redis.command("PING"), sio::Timeout);
    });
}

TEST_CASE("a server that speaks something else is given up") {
    sio::run([] {
        sio::StreamServer web({"127.0.0.1", 0}, [](sio::StreamSocket& socket, const sio::Address&) {
            socket.recv_line();
            socket.sendall("HTTP/1.1 400 Bad Request\r\n\r\n");
        });
        web.start();
        Client redis("redis://127.0.0.1:" + std::to_string(web.port()));
        CHECK(error_of([&] { redis.command("PING"); }).find("sent no RESP") != std::string::npos);
    });
}

TEST_CASE("an answer beyond the limits fails alone with its connection") {
    sio::run([] {
        auto options = with_protocol(3);
        options.limits.max_bytes = 1000;
        Client redis(options);
        redis.command("SET", "long", std::string(2000, 'x'));
        CHECK(error_of([&] { redis.command("GET", "long"); }).find("ReplyLimits::max_bytes") != std::string::npos);
        CHECK(redis.command("PING").text() == "PONG");
    });
}

TEST_CASE("a closed client fails those who wait and those who come") {
    sio::run([] {
        Client redis(with_protocol(3));
        Client other(with_protocol(3));
        auto waiting = blocked_in(redis, "nothing");
        CHECK(server_has_blocked(other));
        redis.close();
        CHECK(fails_as_closed([&] { waiting.get(); }));
        CHECK(fails_as_closed([&] { redis.command("PING"); }));
        CHECK_FALSE(redis.reusable());
    });
}

TEST_CASE("a client belongs to its loop") {
    sio::run([] {
        Client redis(with_protocol(3));
        redis.command("PING");
        const std::string error =
            sio::offload([&] { return error_of([&] { sio::run([&] { redis.command("PING"); }); }); });
        CHECK(error.find("another loop") != std::string::npos);
    });
    Client outside(with_protocol(3));
    CHECK_THROWS_AS(outside.command("PING"), sio::Error);
}
