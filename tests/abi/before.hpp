#pragma once

#include <string>

namespace sio {

/// A small public interface, of which each change below is an edit: tests/abi/abi_check_test.py.
struct Options {
    int limit = 1;
};

class Server {
public:
    explicit Server(const Options& options);
    virtual ~Server() = default;
    virtual int port() const;
    std::string name(const Options& options) const;

private:
    int port_;
};

}  // namespace sio
