#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "client.hpp"
#include "run.hpp"

namespace bench {

// Each connects what it needs, measures, checks that nothing was lost or came in another order, and returns its report.
std::string run_echo(Run& run);
std::string run_broadcast(Run& run);
std::string run_rooms(Run& run);
std::string run_polling(Run& run);
std::string run_connect(Run& run);
std::string run_idle(Run& run);

/// The connections of a scenario.
class Clients {
public:
    /// Opens `count` of them, some at a time, and waits until all have joined.
    Clients(Run& run, ClientListener& listener, std::size_t count);

    Client& operator[](std::size_t index) { return *all_[index]; }
    std::size_t size() const noexcept { return all_.size(); }
    auto begin() { return all_.begin(); }
    auto end() { return all_.end(); }

private:
    std::vector<std::unique_ptr<Client>> all_;
};

/// Takes `expected` from the front of `text`; false when something else is there.
bool take(std::string_view& text, std::string_view expected) noexcept;
/// Takes a number from the front of `text`; false when there is none.
bool take(std::string_view& text, std::uint64_t& number) noexcept;

}  // namespace bench
