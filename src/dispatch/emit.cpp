#include <sio/detail/emit.hpp>

#include <string>
#include <utility>

#include <sio/log.hpp>

#include "util/printable.hpp"

namespace sio::detail {
namespace {

// Emits nest only when a json_write() emits, or blocks while another greenlet emits: a few are enough.
constexpr std::size_t max_kept = 8;
constexpr std::size_t max_kept_bytes = 64 * 1024;

std::vector<std::unique_ptr<ScratchArgs::Storage>>& kept() {
    thread_local std::vector<std::unique_ptr<ScratchArgs::Storage>> storages;
    return storages;
}

}  // namespace

ScratchArgs::ScratchArgs() {
    auto& storages = kept();
    if (storages.empty()) {
        storage_ = std::make_unique<Storage>();
    } else {
        storage_ = std::move(storages.back());
        storages.pop_back();
    }
}

ScratchArgs::~ScratchArgs() {
    auto& storages = kept();
    if (storages.size() >= max_kept || storage_->text.capacity() > max_kept_bytes) return;
    storage_->text.clear();
    storage_->attachments.clear();
    try {
        storages.push_back(std::move(storage_));
    } catch (const std::bad_alloc&) {
        // It goes, then.
    }
}

void log_bad_ack(const ArgumentsRead& result, const JsonReader& reader) {
    const std::string what = result.status == ArgumentsRead::Status::missing
                                 ? "argument " + std::to_string(result.index + 1) + " is missing"
                                 : describe_bad_argument(result.index, reader);
    log(LogLevel::debug, "dispatch", util::printable("an acknowledgement does not fit its callback: " + what));
}

}  // namespace sio::detail
