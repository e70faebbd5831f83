#include "http/file_root.hpp"

#include <filesystem>
#include <string>

#include <sys/stat.h>

#include <sio/error.hpp>

#include <doctest/doctest.h>

#include "unit/http/temporary_directory.hpp"

using sio::http::FileRoot;
using sio::http::is_safe_path;

namespace {

using Patience = FileRoot::Patience;
using Resolver = FileRoot::Resolver;

}  // namespace

TEST_CASE("both resolvers open what is inside and nothing outside") {
    const test::TemporaryDirectory directory;
    directory.write("secret.txt", "secret");
    directory.write("root/a/b/file.txt", "content");
    std::filesystem::create_symlink("../secret.txt", directory.file("root/out"));
    std::filesystem::create_directory_symlink("..", directory.file("root/up"));
    std::filesystem::create_directory_symlink("a", directory.file("root/inside"));
    std::filesystem::create_directory_symlink("/", directory.file("root/slash"));
    for (const auto resolver : {Resolver::kernel, Resolver::steps}) {
        const FileRoot root(directory.file("root"), resolver);
        const auto open = [&](const char* path) { return root.open(path, Patience::disk).file; };
        CHECK(open("a/b/file.txt").size == 7);
        CHECK(open("").is_directory);
        CHECK(open("a/").is_directory);
        CHECK(open("a/b").is_directory);
        for (const char* path : {"absent", "a/absent/x", "a/b/file.txt/x", "../secret.txt", "a/../../secret.txt", "out",
                                 "up/secret.txt", "/etc/passwd", "slash/etc/passwd"}) {
            CAPTURE(std::string(path));
            CHECK_FALSE(open(path));
        }
        // The kernel knows where a link leads; the steps refuse them all.
        CHECK(static_cast<bool>(open("inside/b/file.txt")) == (resolver == Resolver::kernel));
        CHECK(root.path() == std::filesystem::canonical(directory.file("root")).string());
    }
}

TEST_CASE("without the kernel's resolver nothing is known without waiting") {
    const test::TemporaryDirectory directory;
    directory.write("file.txt", "x");
    CHECK(FileRoot(directory.path(), Resolver::steps).open("file.txt", Patience::cached).would_block);
    CHECK_FALSE(FileRoot(directory.path(), Resolver::steps).open("file.txt", Patience::disk).would_block);
}

TEST_CASE("pipes and devices are not opened, and do not block") {
    const test::TemporaryDirectory directory;
    REQUIRE(::mkfifo(directory.file("pipe").c_str(), 0600) == 0);
    for (const auto resolver : {Resolver::kernel, Resolver::steps}) {
        CHECK_FALSE(FileRoot(directory.path(), resolver).open("pipe", Patience::disk).file);
    }
}

TEST_CASE("a root that is no directory is an error that says so") {
    const test::TemporaryDirectory directory;
    CHECK_THROWS_AS(FileRoot(directory.file("absent")), sio::Error);
}

TEST_CASE("safe paths name something below") {
    for (const char* path : {"", "a", "a/b.txt", "a/", "a b", "..a", "a..", "...x", ".well-known/x"}) {
        CAPTURE(std::string(path));
        CHECK(is_safe_path(path, true));
    }
    for (const char* path : {".", "..", "a/..", "../a", "a/./b", "/a", "a//b", "//", "a\\b", "..\\a"}) {
        CAPTURE(std::string(path));
        CHECK_FALSE(is_safe_path(path, true));
    }
    CHECK_FALSE(is_safe_path(std::string_view("a\0b", 3), true));
    CHECK_FALSE(is_safe_path(std::string(5000, 'a'), true));
    CHECK_FALSE(is_safe_path(".git/config", false));
    CHECK_FALSE(is_safe_path("a/.hidden", false));
    CHECK(is_safe_path("a/.hidden", true));
    CHECK(is_safe_path(".well-known/x", false));
}
