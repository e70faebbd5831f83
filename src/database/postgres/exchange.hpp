#pragma once

#include "database/exclusive_use.hpp"
#include "database/postgres/session.hpp"

namespace sio::postgres {

class Session::Exchange {
public:
    /// Throws Error(errc::in_use), and Error(errc::connection_closed).
    explicit Exchange(Session& session);
    ~Exchange() {
        if (!ended_) session_.close();
    }
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;

    /// Everything has been answered.
    void end() noexcept { ended_ = true; }

private:
    const database::ExclusiveUse use_;
    Session& session_;
    bool ended_ = false;
};

}  // namespace sio::postgres
