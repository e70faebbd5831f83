#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <sio/redis/command.hpp>

namespace sio::redis {

/// Commands that are sent together and answered together: Client::execute() and Client::transaction(). May be executed
/// any number of times.
class Pipeline {
public:
    template <class... Args>
    Pipeline& command(std::string_view name, const Args&... args) {
        return add(Command(name, args...));
    }
    /// Throws Error(errc::unsupported) for what Client::command() does not take.
    Pipeline& add(const Command& command);

    /// Commands.
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    void clear() noexcept;
    /// What is sent.
    const std::string& bytes() const noexcept { return bytes_; }

private:
    std::string bytes_;
    std::size_t size_ = 0;
};

}  // namespace sio::redis
