#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace sio::greenlet {

/// Something for a ThreadPool to do; owned by whoever submits it, until run() has returned or withdraw() succeeded, or by the
/// pool.
class PoolTask {
public:
    virtual ~PoolTask() = default;

    virtual void run() noexcept = 0;

private:
    friend class ThreadPool;
    PoolTask* next_ = nullptr;  // while queued
    bool owned_ = false;        // by the pool
};

/// Threads for work that blocks. They are started as work comes, up to the limit, and run with all signals blocked.
/// Threads: every member from any.
class ThreadPool {
public:
    /// `threads`: at least 1.
    explicit ThreadPool(std::size_t threads);
    /// Returns when what runs has ended. Nothing but owned tasks may be queued any more.
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    /// Queues the task. First come, first served.
    void submit(PoolTask& task);
    /// Queues a task that the pool destroys when it has run, or without running it when the pool ends first.
    void submit_owned(std::unique_ptr<PoolTask> task);
    /// Takes back a task that has not begun; false when it has.
    bool withdraw(PoolTask& task) noexcept;

    std::size_t size() const noexcept { return limit_; }

    /// Threads of all pools of the process that wait for work and for which there is none.
    static std::size_t idle_threads() noexcept;

private:
    void serve();
    void add_thread();
    void count_idle() noexcept;

    const std::size_t limit_;
    std::mutex mutex_;
    std::condition_variable work_;
    PoolTask* first_ = nullptr;
    PoolTask* last_ = nullptr;
    std::size_t queued_ = 0;
    std::size_t idle_ = 0;
    std::size_t counted_idle_ = 0;  // in idle_threads()
    bool ending_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace sio::greenlet
