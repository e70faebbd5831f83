#pragma once

#include <memory>
#include <string>

#include <sio/environ.hpp>

namespace sio::http {

/// The Environ of a request that was answered long ago, kept in case that somebody asks for it.
///
/// pack() makes it one string, a quarter of the memory; the first get() afterwards makes it an Environ again, for good.
/// What set<T>() has put there is kept as it is.
class KeptEnviron {
public:
    explicit KeptEnviron(Environ environ) : environ_(std::make_unique<Environ>(std::move(environ))) {}

    /// Valid until this object is destroyed, or packed.
    Environ& get() {
        if (!environ_) unpack();
        return *environ_;
    }
    void pack();

private:
    struct Codec;
    struct Packed;
    struct Free {
        void operator()(Packed* packed) const noexcept;
    };

    void unpack();

    std::unique_ptr<Environ> environ_;
    std::unique_ptr<Packed, Free> packed_;
};

}  // namespace sio::http
