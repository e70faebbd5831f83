#include "util/network_key.hpp"

#include <doctest/doctest.h>

using sio::util::network_key;

TEST_CASE("addresses of one owner have one key: an IPv4 address, a /64") {
    CHECK(network_key("192.0.2.1") == network_key("192.0.2.1"));
    CHECK(network_key("192.0.2.1") != network_key("192.0.2.2"));
    CHECK(network_key("192.0.2.1") == network_key("::ffff:192.0.2.1"));
    CHECK(network_key("2001:db8:1:2::1") == network_key("2001:db8:1:2:ffff::9"));
    CHECK(network_key("2001:db8:1:2::1") != network_key("2001:db8:1:3::1"));
    CHECK(network_key("fe80::1%eth0") == network_key("fe80::2%eth1"));
    CHECK(network_key("") == network_key("no address"));
    CHECK(network_key("") == network_key(std::string(200, '1')));
    CHECK(network_key("") != network_key("255.255.255.255"));
}
