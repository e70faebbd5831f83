#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace test {

/// A directory that is gone, with what is in it, at the end of the test.
class TemporaryDirectory {
public:
    TemporaryDirectory() {
        auto pattern = (std::filesystem::temp_directory_path() / "sio-test-XXXXXX").string();
        if (!::mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp");
        path_ = pattern;
    }
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    const std::string& path() const noexcept { return path_; }
    std::string file(std::string_view name) const { return path_ + '/' + std::string(name); }

    /// Creates the directories on the way, too. Replaces a file as editors do: by another one of its name.
    void write(std::string_view name, std::string_view content) const {
        const std::filesystem::path target = file(name);
        std::filesystem::create_directories(target.parent_path());
        const auto temporary = target.string() + ".new";
        std::ofstream(temporary, std::ios::binary) << content;
        std::filesystem::rename(temporary, target);
    }

private:
    std::string path_;
};

}  // namespace test
