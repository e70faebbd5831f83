#include "util/secure_id.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace sio::util {
namespace {

TEST_CASE("ids are 20 URL-safe characters and never the same") {
    std::set<std::string> seen;
    for (int i = 0; i < 20'000; ++i) {
        const std::string id = make_secure_id();
        CHECK(id.size() == secure_id_size);
        CHECK(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
              std::string::npos);
        CHECK(seen.insert(id).second);
    }
}

TEST_CASE("every character of the alphabet stands at every place of an id about as often") {
    constexpr int ids = 64'000;
    std::array<std::array<int, 128>, secure_id_size> counts{};
    for (int i = 0; i < ids; ++i) {
        const std::string id = make_secure_id();
        for (std::size_t place = 0; place < id.size(); ++place) ++counts[place][static_cast<unsigned char>(id[place])];
    }
    for (const auto& place : counts) {
        int letters = 0;
        for (const int count : place) {
            if (count == 0) continue;
            ++letters;
            // 1000 expected, with a standard deviation of 31: nine of them.
            CHECK(std::abs(count - ids / 64) < 280);
        }
        CHECK(letters == 64);
    }
}

TEST_CASE("threads do not get each other's ids") {
    std::array<std::vector<std::string>, 2> ids;
    const auto make = [](std::vector<std::string>& to) {
        for (int i = 0; i < 500; ++i) to.push_back(make_secure_id());
    };
    std::thread other([&] { make(ids[1]); });
    make(ids[0]);
    other.join();
    std::set<std::string> all(ids[0].begin(), ids[0].end());
    all.insert(ids[1].begin(), ids[1].end());
    CHECK(all.size() == 1000);
}

TEST_CASE("random bytes fill what they are given") {
    std::array<std::byte, 4096> bytes{};
    fill_random(bytes);
    std::array<int, 256> counts{};
    for (const std::byte byte : bytes) ++counts[std::to_integer<std::size_t>(byte)];
    CHECK(*std::max_element(counts.begin(), counts.end()) < 60);
    fill_random({});
}

}  // namespace
}  // namespace sio::util
