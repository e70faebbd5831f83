#pragma once

#include <sio/greenlet.hpp>

#include <chrono>

/// Whether `done()` became true within a minute. For a test in a greenlet that waits for what no event tells; on a busy
/// machine a fixed pause would be too short, or too long everywhere else.
template <class Predicate>
bool eventually(Predicate done) {
    for (const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
         !done() && std::chrono::steady_clock::now() < end;) {
        sio::sleep(std::chrono::milliseconds(1));
    }
    return done();
}
