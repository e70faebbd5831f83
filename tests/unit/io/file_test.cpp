#include <sio/file.hpp>

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sio/error.hpp>
#include <sio/greenlet.hpp>

#include <chrono>
#include <filesystem>
#include <limits>
#include <string>
#include <system_error>
#include <vector>

using namespace std::chrono_literals;

namespace {

class Directory {
public:
    Directory() {
        char pattern[] = "/tmp/sio-file-XXXXXX";
        path_ = ::mkdtemp(pattern);
    }
    ~Directory() { std::filesystem::remove_all(path_); }
    std::string operator/(const std::string& name) const { return path_ + '/' + name; }

private:
    std::string path_;
};

}  // namespace

TEST_CASE("a file is written and read, whole and in parts") {
    const Directory directory;
    sio::run([&] {
        const std::string path = directory / "file";
        std::string data(300'000, 'x');
        data += "end";
        sio::write_file(path, data);
        CHECK(sio::read_file(path) == data);
        CHECK_THROWS_AS(sio::read_file(path, 1000), sio::Error);
        sio::File file(path);
        CHECK(file.read(3) == "xxx");
        file.seek(300'000);
        CHECK(file.read(100) == "end");
        CHECK(file.read(1).empty());
        file.seek(299'999);
        sio::File moved = std::move(file);
        CHECK(moved.read_all() == "xend");
    });
}

TEST_CASE("whoever asks for more than there can be gets what there is") {
    const Directory directory;
    sio::run([&] {
        const std::string path = directory / "file";
        sio::write_file(path, std::string(2'500'000, 'x'));
        CHECK(sio::File(path).read(std::numeric_limits<std::size_t>::max()).size() == 2'500'000);
        CHECK(sio::File(path).read_all(std::numeric_limits<std::size_t>::max()).size() == 2'500'000);
    });
}

TEST_CASE("lines are read with and without an end, up to a limit") {
    const Directory directory;
    sio::run([&] {
        const std::string path = directory / "lines";
        const std::string long_line(200'000, 'y');
        sio::write_file(path, "one\n\n" + long_line + "\nlast");
        sio::File file(path);
        CHECK(file.read_line() == "one");
        CHECK(file.read_line() == "");
        CHECK(file.read_line() == long_line);
        CHECK(file.read_line() == "last");
        CHECK_FALSE(file.read_line());
        file.seek(0);
        CHECK(file.read_line() == "one");
        CHECK(file.read(1) == "\n");
        CHECK_THROWS_AS(file.read_line(1000), sio::Error);
    });
}

TEST_CASE("appending goes to the end, updating to where reading was") {
    const Directory directory;
    sio::run([&] {
        const std::string path = directory / "file";
        for (const char* part : {"ab\n", "cd\n"}) {
            sio::File log(path, sio::File::Mode::append);
            log.write(part);
            log.sync();
            log.close();
            log.close();
        }
        CHECK(sio::read_file(path) == "ab\ncd\n");
        sio::File file(path, sio::File::Mode::update);
        CHECK(file.read_line() == "ab");
        file.write("XY");
        file.close();
        CHECK(sio::read_file(path) == "ab\nXY\n");
    });
}

TEST_CASE("errors name the call and the path") {
    const Directory directory;
    sio::run([&] {
        try {
            sio::File(directory / "absent");
            FAIL("it was opened");
        } catch (const std::system_error& error) {
            CHECK(error.code() == std::errc::no_such_file_or_directory);
            CHECK(std::string(error.what()).starts_with("open " + (directory / "absent")));
        }
        sio::File file(directory / "file", sio::File::Mode::write);
        CHECK_THROWS_AS(file.read(1), std::system_error);
    });
    CHECK_THROWS_AS(sio::read_file(directory / "file"), sio::Error);
}

TEST_CASE(
    "a pipe with a name is waited for on the loop: neither opening, reading nor writing holds a killed greenlet") {
    const Directory directory;
    const std::string path = directory / "pipe";
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    sio::run([&] {
        // Nobody reads.
        CHECK_FALSE(sio::with_timeout(2ms, [&] { sio::File(path, sio::File::Mode::write); }));
        sio::File reader(path);
        CHECK_FALSE(sio::with_timeout(2ms, [&] { reader.read(1); }));
        sio::File writer(path, sio::File::Mode::write);
        CHECK_FALSE(sio::with_timeout(2ms, [&] { reader.read(1); }));
        auto line = sio::spawn([&] { return reader.read_line(); });
        writer.write("over the pipe\n");
        CHECK(line.get() == "over the pipe");
        // More than it holds.
        CHECK_FALSE(sio::with_timeout(2ms, [&] { writer.write(std::string(1'000'000, 'x')); }));
        writer.close();
        CHECK(reader.read(2'000'000).find_first_not_of('x') == std::string::npos);
        CHECK(reader.read(1).empty());
    });
}

TEST_CASE("whatever interrupts a file's calls, its bytes come once each, and what is written goes where reading was") {
    const Directory directory;
    const std::string path = directory / "numbers";
    std::string numbers;
    for (int i = 10'000; i < 30'000; ++i) numbers += std::to_string(i) + '\n';
    sio::run([&] {
        sio::write_file(path, numbers);
        sio::File file(path, sio::File::Mode::update);
        std::string got;
        for (int i = 0; got.size() < numbers.size(); ++i) {
            // Now and then the greenlet is killed while a thread reads.
            auto reader = sio::spawn([&] {
                const std::string part = file.read(97);
                got += part;
            });
            if (i % 2 == 0) sio::sleep(std::chrono::microseconds(0));
            reader.kill();
        }
        CHECK(got == numbers);
        file.seek(0);
        CHECK(file.read_line() == "10000");
        for (int i = 0; i < 50; ++i) {
            auto writer = sio::spawn([&] { file.write("abcde\n"); });
            sio::sleep(std::chrono::microseconds(0));
            writer.kill();
        }
        file.close();
        const std::string after = sio::read_file(path);
        CHECK(after.size() == numbers.size());
        CHECK(after.find('\0') == std::string::npos);
        CHECK(after.starts_with("10000\n"));
        CHECK(after.ends_with("29999\n"));
    });
}
