#include "greenlet/task_label.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>

#include "greenlet/worker.hpp"

namespace sio::greenlet {

namespace {

thread_local TaskBoard* current_board = nullptr;

}  // namespace

const TaskLabel& TaskLabel::constant(std::string_view text) {
    // Never destroyed: other threads may read to the end of the process.
    static auto& mutex = *new std::mutex;
    static auto& labels = *new std::map<std::string, std::unique_ptr<TaskLabel>, std::less<>>;
    static const auto& none = *new TaskLabel;
    const std::lock_guard lock(mutex);
    auto found = labels.find(text);
    if (found == labels.end()) {
        if (labels.size() >= max_constants) return none;
        found = labels.emplace(text, std::make_unique<TaskLabel>(text)).first;
    }
    return *found->second;
}

void TaskLabel::set(std::string_view text) noexcept {
    std::array<char, max_size> bytes{};
    std::memcpy(bytes.data(), text.data(), std::min(text.size(), max_size));
    for (std::size_t i = 0; i < words_.size(); ++i) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + i * sizeof word, sizeof word);
        words_[i].store(word, std::memory_order_relaxed);
    }
}

std::string TaskLabel::text() const {
    std::array<char, max_size> bytes;
    for (std::size_t i = 0; i < words_.size(); ++i) {
        const std::uint64_t word = words_[i].load(std::memory_order_relaxed);
        std::memcpy(bytes.data() + i * sizeof word, &word, sizeof word);
    }
    return {bytes.begin(), std::find(bytes.begin(), bytes.end(), '\0')};
}

TaskBoard* TaskBoard::current() noexcept { return current_board; }
TaskBoard::Attachment::Attachment(TaskBoard& board) noexcept { current_board = &board; }
TaskBoard::Attachment::~Attachment() { current_board = nullptr; }

TaskLabel& TaskBoard::take_label(std::string_view text) {
    if (free_.empty()) {
        free_.reserve(labels_.size() + 1);
        free_.push_back(&labels_.emplace_back());
    }
    TaskLabel& label = *free_.back();
    free_.pop_back();
    label.set(text);
    return label;
}

TaskName::TaskName(std::string_view text) {
    Worker* const worker = Worker::current();
    if (!worker || !current_board) return;
    board_ = current_board;
    label_ = &board_->take_label(text);
    before_ = worker->task();
    worker->set_task(label_);
}

TaskName::~TaskName() {
    if (!board_) return;
    if (Worker* const worker = Worker::current()) worker->set_task(before_);
    board_->give_back(*label_);
}

void set_task(const TaskLabel* label) noexcept {
    if (Worker* const worker = Worker::current()) worker->set_task(label);
}

}  // namespace sio::greenlet
