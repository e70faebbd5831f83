#include "greenlet/thread_pool.hpp"

#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <tuple>

namespace sio::greenlet {

namespace {
std::atomic<std::size_t> all_idle{0};
}

std::size_t ThreadPool::idle_threads() noexcept { return all_idle; }

ThreadPool::ThreadPool(std::size_t threads) : limit_(std::max<std::size_t>(1, threads)) { threads_.reserve(limit_); }

ThreadPool::~ThreadPool() {
    {
        const std::lock_guard lock(mutex_);
        while (PoolTask* task = first_) {
            assert(task->owned_ && "a pool ends after the loops that use it");
            first_ = task->next_;
            delete task;
        }
        ending_ = true;
    }
    work_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

void ThreadPool::submit(PoolTask& task) {
    const std::lock_guard lock(mutex_);
    if (idle_ <= queued_ && threads_.size() < limit_) add_thread();
    task.next_ = nullptr;
    (last_ ? last_->next_ : first_) = &task;
    last_ = &task;
    ++queued_;
    count_idle();
    work_.notify_one();
}

void ThreadPool::submit_owned(std::unique_ptr<PoolTask> task) {
    task->owned_ = true;
    submit(*task);
    std::ignore = task.release();  // the pool has it
}

// A signal is to be handled by a thread that waits for signals, never by one that is inside a database query.
void ThreadPool::add_thread() {
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
        threads_.emplace_back([this] { serve(); });
    } catch (...) {
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        if (threads_.empty()) throw;
        return;  // those that there are will get to it
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

bool ThreadPool::withdraw(PoolTask& task) noexcept {
    const std::lock_guard lock(mutex_);
    PoolTask* before = nullptr;
    for (PoolTask* queued = first_; queued; before = queued, queued = queued->next_) {
        if (queued != &task) continue;
        (before ? before->next_ : first_) = task.next_;
        if (last_ == &task) last_ = before;
        --queued_;
        count_idle();
        return true;
    }
    return false;
}

// The lock is held. One that is to be woken for what is queued, or has not looked yet, is not idle: whoever asks whether
// anybody might still wake a greenlet must not overlook it.
void ThreadPool::count_idle() noexcept {
    const std::size_t idle = idle_ > queued_ ? idle_ - queued_ : 0;
    all_idle += idle - counted_idle_;
    counted_idle_ = idle;
}

void ThreadPool::serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
        ++idle_;
        count_idle();
        work_.wait(lock, [this] { return first_ || ending_; });
        --idle_;
        if (!first_) return count_idle();
        PoolTask* task = first_;
        first_ = task->next_;
        if (!first_) last_ = nullptr;
        --queued_;
        count_idle();
        lock.unlock();
        const std::unique_ptr<PoolTask> owned(task->owned_ ? task : nullptr);
        task->run();  // the task may be gone afterwards
        lock.lock();
    }
}

}  // namespace sio::greenlet
