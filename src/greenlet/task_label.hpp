#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace sio::greenlet {

/// What a greenlet is doing, in words, for a watchdog that reads them from another thread while the greenlet's own is
/// stuck. A label's memory stays a label's: a reader that comes too late finds another text, never something else.
class TaskLabel {
public:
    static constexpr std::size_t max_size = 120;  // longer texts are cut
    static constexpr std::size_t max_constants = 10'000;

    TaskLabel() noexcept = default;
    explicit TaskLabel(std::string_view text) noexcept { set(text); }
    TaskLabel(const TaskLabel&) = delete;
    TaskLabel& operator=(const TaskLabel&) = delete;

    /// A label that is never destroyed, one for each text. Of more than `max_constants` texts, as clients might think of
    /// them, the later ones get an empty label.
    static const TaskLabel& constant(std::string_view text);

    /// The owner's thread.
    void set(std::string_view text) noexcept;
    /// Any thread. A mixture of two texts if it is set meanwhile.
    std::string text() const;

private:
    std::array<std::atomic<std::uint64_t>, max_size / sizeof(std::uint64_t)> words_{};
};

/// Where one thread says what it is doing now. Threads: task() any, everything else the one that attached it.
class TaskBoard {
public:
    /// The board of this thread, or null.
    static TaskBoard* current() noexcept;
    /// This thread's from now on, until the object goes.
    class Attachment {
    public:
        explicit Attachment(TaskBoard& board) noexcept;
        ~Attachment();
        Attachment(const Attachment&) = delete;
        Attachment& operator=(const Attachment&) = delete;
    };

    /// Null: nothing that has a name.
    const TaskLabel* task() const noexcept { return task_.load(std::memory_order_acquire); }

    void show(const TaskLabel* label) noexcept { task_.store(label, std::memory_order_release); }
    /// A label whose text changes from one use to the next.
    TaskLabel& take_label(std::string_view text);
    void give_back(TaskLabel& label) noexcept { free_.push_back(&label); }

private:
    std::atomic<const TaskLabel*> task_{nullptr};
    std::deque<TaskLabel> labels_;
    std::vector<TaskLabel*> free_;  // with room for all: give_back() does not allocate
};

/// Names the task of the current greenlet, until it goes. Nothing happens outside of a greenlet and of a thread with a
/// board.
class TaskName {
public:
    explicit TaskName(std::string_view text);
    ~TaskName();
    TaskName(const TaskName&) = delete;
    TaskName& operator=(const TaskName&) = delete;

private:
    TaskBoard* board_ = nullptr;
    TaskLabel* label_ = nullptr;
    const TaskLabel* before_ = nullptr;
};

/// The current greenlet does what the label says, until it ends or another label is set. Null: no name.
void set_task(const TaskLabel* label) noexcept;

}  // namespace sio::greenlet
