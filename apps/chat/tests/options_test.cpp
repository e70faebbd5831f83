#include "options.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

namespace chat {
namespace {

Options parse(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& variables = {}) {
    return parse_options(arguments, [&](const char* name) -> const char* {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
    });
}

}  // namespace

TEST_CASE("without options the chat listens on this machine only") {
    const auto options = parse({});
    CHECK(options.host == "127.0.0.1");
    CHECK(options.port == 5000);
    CHECK(options.admin_password.empty());
}

TEST_CASE("a flag goes before its variable") {
    CHECK(parse({}, {{"CHAT_PORT", "6000"}}).port == 6000);
    CHECK(parse({"--port", "7000"}, {{"CHAT_PORT", "6000"}}).port == 7000);
    CHECK(parse({"--port=0"}).port == 0);
    CHECK(parse({}, {{"CHAT_PORT", ""}}).port == 5000);
}

TEST_CASE("one thread serves, and metrics are nobody's, unless asked for") {
    CHECK(parse({}).workers == 1);
    CHECK(parse({}).metrics_path.empty());
    const auto options = parse({"--workers", "3"}, {{"CHAT_METRICS", "/metrics"}});
    CHECK(options.workers == 3);
    CHECK(options.metrics_path == "/metrics");
}

TEST_CASE("lists come with commas or by repeating, and a flag replaces the variable's") {
    const std::vector<std::string> both = {"https://a.example", "https://b.example"};
    CHECK(parse({"--origin", "https://a.example", "--origin", "https://b.example"}).origins == both);
    CHECK(parse({}, {{"CHAT_ORIGINS", "https://a.example,https://b.example"}}).origins == both);
    CHECK(parse({"--origin=https://c.example"}, {{"CHAT_ORIGINS", "https://a.example"}}).origins ==
          std::vector<std::string>{"https://c.example"});
}

TEST_CASE("mistakes are named in one line") {
    CHECK_THROWS_WITH_AS(parse({"--prot", "1"}), "unknown option --prot; --help lists them", OptionsError);
    CHECK_THROWS_WITH_AS(parse({"chat.db"}), "\"chat.db\" is no option; --help lists them", OptionsError);
    CHECK_THROWS_WITH_AS(parse({"--port"}), "--port needs a value", OptionsError);
    CHECK_THROWS_WITH_AS(parse({"--port", "70000"}), "--port: \"70000\" is no port: give a number from 0 to 65535",
                         OptionsError);
    CHECK_THROWS_WITH_AS(parse({}, {{"CHAT_PORT", "x"}}), "CHAT_PORT: \"x\" is no port: give a number from 0 to 65535",
                         OptionsError);
    CHECK_THROWS_WITH_AS(parse({"--log-level", "loud"}),
                         "--log-level: \"loud\" is no log level: give trace, debug, info, warning, error or off",
                         OptionsError);
    CHECK_THROWS_WITH_AS(parse({"--origin", "https://a.example/"}),
                         "--origin: \"https://a.example/\" is no origin: give one as https://chat.example.org",
                         OptionsError);
    CHECK_THROWS_WITH_AS(parse({"--workers", "0"}),
                         "--workers: \"0\" is no count of workers: give a number from 1 to 64", OptionsError);
    CHECK_THROWS_WITH_AS(parse({"--metrics", "metrics"}), "--metrics: \"metrics\" is no path: give one as /metrics",
                         OptionsError);
    CHECK_THROWS_WITH_AS(parse({"--tls-cert", "a.pem"}), "--tls-cert and --tls-key go together", OptionsError);
    CHECK_THROWS_WITH_AS(parse({"--secret-key", "short"}), "the secret key is too short: 32 characters or more",
                         OptionsError);
    CHECK_THROWS_WITH_AS(parse({"--admin-password-file", "/nowhere/password"}),
                         "--admin-password-file: cannot read /nowhere/password", OptionsError);
    CHECK_THROWS_WITH_AS(parse({"--help=yes"}), "--help takes no value", OptionsError);
}

TEST_CASE("the help names every option with its variable") {
    const auto help = help_text();
    for (const char* name : {"--host", "--port", "--database", "--admin-password-file", "CHAT_ADMIN_PASSWORD",
                             "--origin", "--tls-cert", "--log-level", "--help"}) {
        CHECK(help.find(name) != std::string::npos);
    }
}

TEST_CASE("the greeting has an address that a browser can open") {
    CHECK(greeting(parse({}), 5000) == "The chat is open at http://127.0.0.1:5000/");
    CHECK(greeting(parse({"--host", "0.0.0.0"}), 80) == "The chat is open at http://localhost:80/");
    CHECK(greeting(parse({"--host", "::1"}), 80) == "The chat is open at http://[::1]:80/");
    CHECK(greeting(parse({"--tls-cert", "a", "--tls-key", "b"}), 443) == "The chat is open at https://127.0.0.1:443/");
    CHECK(greeting(parse({"--host", "unix:/run/chat"}), 0) == "The chat listens at unix:/run/chat");
}

}  // namespace chat
