#include "greenlet/interruption.hpp"

#include <exception>

#include <sio/error.hpp>
#include <sio/greenlet_exit.hpp>

#include "greenlet/timeout_link.hpp"
#include "greenlet/worker.hpp"

namespace sio::greenlet {

bool is_interruption() noexcept {
    try {
        throw;
    } catch (const std::exception&) {
        return false;
    } catch (const GreenletExit&) {
        return true;
    } catch (const Timeout&) {
        return true;
    } catch (...) {
        return false;
    }
}

void keep_interruption() noexcept {
    Worker* worker = Worker::current();
    if (!worker) return;
    try {
        throw;
    } catch (const Timeout& timeout) {
        // A kill needs no help: the greenlet stays killed.
        for (TimeoutLink* link = worker->timeouts(); link; link = link->outer()) link->take_back(timeout);
    } catch (...) {
    }
}

}  // namespace sio::greenlet
