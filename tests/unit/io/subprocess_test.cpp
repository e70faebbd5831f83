#include <sio/subprocess.hpp>

#include <doctest/doctest.h>
#include <signal.h>
#include <sio/error.hpp>
#include <sio/greenlet.hpp>

#include <string>
#include <system_error>

using namespace std::chrono_literals;
using Stream = sio::SubprocessOptions::Stream;

TEST_CASE("a program gets its arguments and input as they are, and its output is kept") {
    sio::run([] {
        const auto cat = sio::run_program({"cat"}, "in and out");
        CHECK(cat.status == 0);
        CHECK(cat.out == "in and out");
        const auto echo = sio::run_program({"printf", "%s|", "a b", "$HOME", "*"});
        CHECK(echo.out == "a b|$HOME|*|");
        const auto failing = sio::run_program({"sh", "-c", "echo oops >&2; exit 3"});
        CHECK(failing.status == 3);
        CHECK(failing.err == "oops\n");
    });
}

TEST_CASE("more passes through the pipes than they hold, both ways") {
    sio::run([] {
        const std::string much(1'000'000, 'z');
        CHECK(sio::run_program({"cat"}, much).out == much);
        // A program that does not want its input.
        CHECK(sio::run_program({"true"}, much).status == 0);
    });
}

TEST_CASE("a conversation with a program") {
    sio::run([] {
        sio::Subprocess program({"cat"}, {.in = Stream::pipe, .out = Stream::pipe});
        CHECK_FALSE(program.poll());
        for (const char* word : {"one", "two"}) {
            program.write(word);
            CHECK(program.read() == word);
        }
        CHECK_FALSE(program.wait(1ms));
        program.close_in();
        CHECK(program.read().empty());
        CHECK(program.wait() == 0);
        CHECK(program.poll() == 0);
    });
}

TEST_CASE("a signal's number is in the status; ended programs get no more") {
    sio::run([] {
        sio::Subprocess program({"sleep", "100"});
        auto waiter = sio::spawn([&] { return program.wait(); });
        sio::sleep(1ms);
        program.terminate();
        CHECK(waiter.get() == -SIGTERM);
        program.kill();
        CHECK(program.wait() == -SIGTERM);
    });
}

TEST_CASE("directory, environment, and both outputs in one") {
    sio::run([] {
        sio::Subprocess program(
            {"sh", "-c", "pwd; echo $SIO_TEST >&2"},
            {.out = Stream::pipe, .err_to_out = true, .directory = "/", .environment = {{"SIO_TEST", "set"}}});
        CHECK(program.communicate().out == "/\nset\n");
    });
}

TEST_CASE("a program that does not exist, and one that writes too much") {
    sio::run([] {
        try {
            sio::Subprocess({"/nonexistent/program"});
            FAIL("it runs");
        } catch (const std::system_error& error) {
            CHECK(error.code() == std::errc::no_such_file_or_directory);
        }
        CHECK_THROWS_AS(sio::Subprocess({}), std::system_error);
        sio::Subprocess yes({"yes"}, {.out = Stream::pipe});
        CHECK_THROWS_AS(yes.communicate({}, 100'000), sio::Error);
        CHECK(yes.wait() == -SIGKILL);
    });
}

TEST_CASE("an interrupted run_program kills the program") {
    sio::run([] { CHECK_FALSE(sio::with_timeout(5ms, [] { sio::run_program({"sleep", "100"}); })); });
}

namespace {

/// Whether the system still has the process in its table, running or as a zombie.
bool is_known(pid_t pid) { return ::kill(pid, 0) == 0; }

}  // namespace

TEST_CASE("a program that outlives its object leaves no zombie, nor does one that outlives its loop") {
    pid_t left = 0;
    sio::run([&] {
        const pid_t pid = sio::Subprocess({"sleep", "0.05"}).pid();
        while (is_known(pid)) sio::sleep(1ms);
        left = sio::Subprocess({"sleep", "0.05"}).pid();
    });
    CHECK(is_known(left));
    sio::run([&] {
        while (is_known(left)) {
            CHECK(sio::run_program({"true"}).status == 0);
            sio::sleep(1ms);
        }
    });
}

TEST_CASE("a process that ignores SIGCHLD hears that the way in which programs end is lost") {
    ::signal(SIGCHLD, SIG_IGN);
    sio::run([] {
        sio::Subprocess program({"sh", "-c", "sleep 0.3; exit 3"});
        try {
            program.wait();
            FAIL("there is a status");
        } catch (const std::system_error& error) {
            CHECK(error.code() == std::errc::no_child_process);
        }
        program.kill();
        CHECK_THROWS_AS(sio::run_program({"cat"}, "text"), std::system_error);
        CHECK_THROWS_AS(program.poll(), std::system_error);
    });
    ::signal(SIGCHLD, SIG_DFL);
}
