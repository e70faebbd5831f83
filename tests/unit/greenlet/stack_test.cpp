#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <functional>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <sio/greenlet.hpp>
#include <sio/raw.hpp>

#include "greenlet/loop.hpp"
#include "greenlet/sanitizer.hpp"
#include "greenlet/stack_arena.hpp"

using sio::greenlet::StackArena;

namespace {

/// How a child process ended, and what it wrote to standard error.
struct Ended {
    int status = 0;
    std::string errors;
};

Ended in_child(const std::function<void()>& body) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::dup2(ends[1], STDERR_FILENO);
        ::close(ends[0]);
        body();
        ::_exit(0);
    }
    ::close(ends[1]);
    Ended ended;
    std::array<char, 512> bytes;
    for (ssize_t n; (n = ::read(ends[0], bytes.data(), bytes.size())) > 0;) {
        ended.errors.append(bytes.data(), static_cast<std::size_t>(n));
    }
    ::close(ends[0]);
    ::waitpid(child, &ended.status, 0);
    return ended;
}

/// Runs overflow_program.cpp, in which no test framework handles signals.
Ended overflow_program(const char* mode) {
    std::vector<const char*> command = {SIO_OVERFLOW_PROGRAM, mode, nullptr};
    if (*SIO_EMULATOR) command.insert(command.begin(), SIO_EMULATOR);
    return in_child([&] { ::execvp(command.front(), const_cast<char* const*>(command.data())); });
}

bool died_of(const Ended& ended, int signal) { return WIFSIGNALED(ended.status) && WTERMSIG(ended.status) == signal; }

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The size of the stack below which `address` is a guard, or 0 when it is none.
std::size_t stack_overflowed_at(const void* address) {
    const auto stack = sio::greenlet::find_stack(address);
    return stack.in_guard ? stack.bytes : 0;
}

}  // namespace

TEST_CASE("an arena reuses stacks last in, first out, and they do not overlap") {
    const auto page_bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    StackArena arena(page_bytes * 5 - 480, 2);
    CHECK(arena.stack_bytes() == page_bytes * 5);
    std::vector<char*> stacks;
    std::set<char*> distinct;
    for (int i = 0; i < 200; ++i) {
        stacks.push_back(arena.allocate());
        distinct.insert(stacks.back());
        std::memset(stacks.back(), i, arena.stack_bytes());
    }
    CHECK(distinct.size() == 200);
    CHECK(arena.in_use() == 200);
    for (int i = 0; i < 200; ++i) {
        char* stack = stacks[static_cast<std::size_t>(i)];
        CHECK(stack[0] == static_cast<char>(i));
        CHECK(stack[arena.stack_bytes() - 1] == static_cast<char>(i));
        arena.deallocate(stack);
    }
    CHECK(arena.in_use() == 0);
    char* again = arena.allocate();
    CHECK(again == stacks[1]);  // the second of the two that stayed hot
    CHECK(again[0] == 1);       // with its memory
    char* first = arena.allocate();
    char* cold = arena.allocate();
    CHECK(cold == stacks[199]);
    CHECK(cold[0] == 0);  // its memory was given back
    CHECK(arena.capacity() == 200);
    for (char* stack : {again, first, cold}) arena.deallocate(stack);
}

TEST_CASE("guards of both kinds stop an access, before and after a stack was given back") {
    for (const auto guard : {StackArena::Guard::best, StackArena::Guard::mprotect}) {
        StackArena arena(16 * 1024, 0, "a test", guard);
        char* stack = arena.allocate();
        arena.deallocate(stack);  // cold: MADV_DONTNEED
        CHECK(arena.allocate() == stack);
        stack[0] = 1;
        for (const std::size_t below : {std::size_t{1}, StackArena::guard_bytes}) {
            CHECK(stack_overflowed_at(stack - below) == arena.stack_bytes());
            const Ended ended = in_child([&] {
                ::signal(SIGSEGV, SIG_DFL);
                *const_cast<volatile char*>(stack - below) = 1;
            });
            CHECK(died_of(ended, SIGSEGV));
        }
        CHECK(stack_overflowed_at(stack) == 0);
        arena.deallocate(stack);
    }
    int local = 0;
    CHECK(stack_overflowed_at(&local) == 0);
}

TEST_CASE("mprotect()ed guards end at a cap with an error that says so") {
    StackArena arena(16 * 1024, 0, "a test", StackArena::Guard::mprotect);
    CHECK_FALSE(arena.guards_are_markers());
    std::vector<char*> stacks;
    try {
        for (;;) stacks.push_back(arena.allocate());
    } catch (const sio::Error& error) {
        CHECK(error.code() == sio::errc::limit_exceeded);
    }
    CHECK(stacks.size() == StackArena::max_stacks_without_markers);
    for (char* stack : stacks) arena.deallocate(stack);
    arena.deallocate(arena.allocate());
}

TEST_CASE("a greenlet that overflows its stack ends the process with a clear message") {
    const Ended ended = overflow_program("named");
    const std::string size =
        std::to_string(sio::greenlet::LoopOptions{}.stack_bytes * sio::greenlet::sanitizer::frame_factor / 1024);
    CAPTURE(ended.errors);
    CHECK(contains(ended.errors, "sio: a greenlet overflowed its stack of " + size + " KiB (deep one, id "));
    CHECK(contains(ended.errors, "RunOptions::stack_bytes sets the size"));
    if (sio::greenlet::sanitizer::active) {
        CHECK(WEXITSTATUS(ended.status) != 0);  // with a report of its own behind ours
    } else {
        CHECK(died_of(ended, SIGSEGV));
    }
}

TEST_CASE("a frame that ends far beyond the stack is an overflow, and not its neighbour's memory") {
    for (const char* mode : {"large frame", "larger frame"}) {
        const Ended ended = overflow_program(mode);
        CAPTURE(ended.errors);
        CHECK(contains(ended.errors, "sio: a greenlet overflowed its stack of "));
        CHECK(contains(ended.errors, "(large frame, id "));
        CHECK_FALSE((WIFEXITED(ended.status) && WEXITSTATUS(ended.status) == 0));
    }
}

TEST_CASE("a raw greenlet's overflow is reported without a loop, with what sets its size") {
    const Ended ended = overflow_program("raw");
    CAPTURE(ended.errors);
    const std::string size = std::to_string(128 * sio::greenlet::sanitizer::frame_factor);
    CHECK(contains(ended.errors, "sio: a greenlet overflowed its stack of " + size + " KiB"));
    CHECK(contains(ended.errors, "sio::raw::set_stack_bytes() sets the size"));
}

TEST_CASE("stacks of other sizes than there can be are refused, with the name of the option") {
    const auto refusal = [](std::size_t bytes) -> std::string {
        try {
            sio::run([] {}, {.stack_bytes = bytes});
        } catch (const std::invalid_argument& error) {
            return error.what();
        }
        return {};
    };
    CHECK(refusal(0) == "sio: RunOptions::stack_bytes must be 16 KiB to 1 GiB, not 0 bytes");
    CHECK(refusal(16 * 1024 - 1) != "");
    CHECK(refusal((std::size_t{1} << 30) + 1) != "");
    CHECK(refusal(16 * 1024) == "");
    CHECK_THROWS_AS(sio::raw::set_stack_bytes(1), std::invalid_argument);
}

// Some 600 bytes a character: 64 KiB were too few for a field of a form.
TEST_CASE("std::regex_match over a line of 200 characters fits on a stack of the default size") {
    sio::run([] {
        const std::regex words("(a|b)*");
        CHECK(std::regex_match(std::string(200, 'a'), words));
        sio::raw::Greenlet raw([&] { CHECK(std::regex_match(std::string(200, 'b'), words)); });
        raw.switch_();
        CHECK(raw.dead());
    });
}

TEST_CASE("an overflow goes on to the handler that was there before, other faults do too") {
    const Ended overflow = overflow_program("previous handler");
    CHECK(WEXITSTATUS(overflow.status) == 7);
    CHECK(contains(overflow.errors, "(unnamed, id "));
    CHECK(contains(overflow.errors, "previous handler"));
    const Ended other = overflow_program("other fault");
    CHECK(WEXITSTATUS(other.status) == 7);
    CHECK(contains(other.errors, "previous handler"));
    CHECK_FALSE(contains(other.errors, "overflowed"));
}

TEST_CASE("the overflow report can be turned off") {
    const Ended ended = overflow_program("off");
    CHECK_FALSE((WIFEXITED(ended.status) && WEXITSTATUS(ended.status) == 0));
    CHECK_FALSE(contains(ended.errors, "sio:"));
}

TEST_CASE("the stack's size is an option") { CHECK(overflow_program("large stack").status == 0); }
