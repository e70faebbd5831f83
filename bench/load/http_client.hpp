#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "run.hpp"

namespace bench {

/// One kept-alive HTTP connection, with one request at a time.
class HttpClient final : public Handler {
public:
    /// Gets the body of a 200 answer; another status throws.
    using OnAnswer = std::function<void(std::string_view body)>;

    HttpClient(Run& run, std::size_t index, OnAnswer on_answer);
    ~HttpClient();

    void get(std::string_view target);
    void post(std::string_view target, std::string_view body);

    void on_event(std::uint32_t events) override;

private:
    void flush();
    void take_answer();

    Run& run_;
    int fd_;
    bool connected_ = false;
    OnAnswer on_answer_;
    std::string in_;
    std::string out_;
};

}  // namespace bench
