#include "http/file_body.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

using sio::FileBody;

namespace {

/// A directory with a file `data` of ten digits.
struct Place {
    std::filesystem::path directory;

    Place() {
        std::string name = (std::filesystem::temp_directory_path() / "sio-file-body-XXXXXX").string();
        directory = ::mkdtemp(name.data());
        std::ofstream(file()) << "0123456789";
    }
    ~Place() { std::filesystem::remove_all(directory); }

    std::string file() const { return directory / "data"; }
};

}  // namespace

TEST_CASE("a range of a file is read, whichever") {
    const Place place;
    CHECK(sio::http::read_file({.path = place.file(), .offset = 0, .length = 10}) == "0123456789");
    CHECK(sio::http::read_file({.path = place.file(), .offset = 3, .length = 4}) == "3456");
    CHECK(sio::http::read_file({.path = place.file(), .offset = 10, .length = 0}).empty());
}

TEST_CASE("the open file is read, not what has taken its name") {
    const Place place;
    const auto open = sio::http::open_file({.path = place.file(), .offset = 0, .length = 10});
    std::filesystem::remove(place.file());
    std::ofstream(place.file()) << "another";
    CHECK(sio::http::read_file({.path = place.file(), .offset = 0, .length = 3, .descriptor = open}) == "012");
}

TEST_CASE("a range beyond the end, a missing file and a directory are errors that name the file") {
    const Place place;
    const auto error_of = [](const FileBody& body) -> std::string {
        try {
            static_cast<void>(sio::http::read_file(body));
        } catch (const std::exception& error) {
            return error.what();
        }
        return {};
    };
    CHECK(error_of({.path = place.file(), .offset = 5, .length = 6}).starts_with(place.file()));
    CHECK(error_of({.path = place.file(), .offset = 11, .length = 0}).starts_with(place.file()));
    CHECK(error_of({.path = place.file() + "x", .offset = 0, .length = 1}).starts_with(place.file() + "x"));
    CHECK(error_of({.path = place.directory, .offset = 0, .length = 0}).find("not a regular file") !=
          std::string::npos);
}

TEST_CASE("a pipe is refused and does not block") {
    const Place place;
    const std::string pipe = place.directory / "pipe";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    CHECK_THROWS_AS(static_cast<void>(sio::http::read_file({.path = pipe, .offset = 0, .length = 1})),
                    std::runtime_error);
}
