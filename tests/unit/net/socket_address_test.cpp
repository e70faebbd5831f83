#include "net/socket_address.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "net/admission.hpp"
#include "net/http_date.hpp"

using namespace sio;
using namespace sio::net;
using Family = SocketAddress::Family;

namespace {

SocketAddress v4(const char* text, std::uint16_t port = 80) {
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    REQUIRE(::inet_pton(AF_INET, text, &address.sin_addr) == 1);
    return SocketAddress(reinterpret_cast<const ::sockaddr&>(address));
}

SocketAddress v6(const char* text, std::uint16_t port = 80) {
    ::sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    REQUIRE(::inet_pton(AF_INET6, text, &address.sin6_addr) == 1);
    return SocketAddress(reinterpret_cast<const ::sockaddr&>(address));
}

}  // namespace

TEST_CASE("addresses print as people write them") {
    CHECK(v4("1.2.3.4", 5000).text() == "1.2.3.4:5000");
    CHECK(v6("2001:db8::1", 5000).text() == "[2001:db8::1]:5000");
    CHECK(v6("::ffff:1.2.3.4", 5000).text() == "1.2.3.4:5000");
    CHECK(v6("::ffff:1.2.3.4").family() == Family::v4);
    ::sockaddr unix_address{};
    unix_address.sa_family = AF_UNIX;
    CHECK(SocketAddress(unix_address).text() == "unix socket");
    CHECK(SocketAddress(unix_address).address().empty());
    CHECK(SocketAddress::peer_of(-1).family() == Family::none);
    CHECK(sizeof(SocketAddress) == 20);
}

TEST_CASE("loopback addresses are known") {
    CHECK(v4("127.0.0.1").is_loopback());
    CHECK(v4("127.1.2.3").is_loopback());
    CHECK(v6("::1").is_loopback());
    CHECK(v6("::ffff:127.0.0.1").is_loopback());
    CHECK_FALSE(v4("128.0.0.1").is_loopback());
    CHECK_FALSE(v6("::2").is_loopback());
    CHECK_FALSE(v6("1::1").is_loopback());
}

TEST_CASE("the network of a client is its IPv4 address or its IPv6 /64") {
    CHECK(v4("1.2.3.4", 1).network() == v4("1.2.3.4", 2).network());
    CHECK(v4("1.2.3.4").network() != v4("1.2.3.5").network());
    CHECK(v6("2001:db8:1:2::1").network() == v6("2001:db8:1:2:ffff::9").network());
    CHECK(v6("2001:db8:1:2::1").network() != v6("2001:db8:1:3::1").network());
    CHECK(v6("::ffff:1.2.3.4").network() == v4("1.2.3.4").network());
    CHECK(v6("102:304::").network() != v4("1.2.3.4").network());
}

TEST_CASE("connections are counted for each address, loopback excepted") {
    HttpLimits limits;
    limits.max_connections = 10;
    limits.max_connections_per_address = 2;
    Admission admission(limits);
    CHECK(admission.admit(v4("1.2.3.4")));
    CHECK(admission.admit(v4("1.2.3.4")));
    CHECK_FALSE(admission.admit(v4("1.2.3.4")));
    CHECK(admission.admit(v4("1.2.3.5")));
    CHECK(admission.admit(v6("2001:db8::1")));
    CHECK(admission.admit(v6("2001:db8::2")));
    CHECK_FALSE(admission.admit(v6("2001:db8::3")));
    for (int i = 0; i < 5; ++i) CHECK(admission.admit(v4("127.0.0.1")));
    CHECK_FALSE(admission.admit(v4("127.0.0.1")));  // ten of all
    admission.release(v4("1.2.3.4"));
    CHECK(admission.admit(v4("1.2.3.4")));
    CHECK_FALSE(admission.admit(v4("9.9.9.9")));
}

TEST_CASE("a refused connection is not counted") {
    HttpLimits limits;
    limits.max_connections = 2;
    limits.max_connections_per_address = 1;
    Admission admission(limits);
    CHECK(admission.admit(v4("1.2.3.4")));
    for (int i = 0; i < 10; ++i) CHECK_FALSE(admission.admit(v4("1.2.3.4")));
    CHECK(admission.admit(v4("1.2.3.5")));
}

TEST_CASE("without a limit of its own the server takes what the open files allow") {
    CHECK(Admission(HttpLimits{}).max_connections() > 64);
}

TEST_CASE("dates are what RFC 9110 shows") {
    HttpDate date;
    CHECK(date.at(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(date.at(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
    CHECK(date.at(1709164800) == "Thu, 29 Feb 2024 00:00:00 GMT");
    CHECK(date.at(1709164800) == "Thu, 29 Feb 2024 00:00:00 GMT");
}
