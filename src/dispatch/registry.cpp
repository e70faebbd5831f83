#include "dispatch/registry.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <stdexcept>

#include <sio/event.hpp>
#include <sio/log.hpp>

#include "util/exception_text.hpp"

namespace sio::dispatch {
namespace {

// What another shard's part of an answer comes in. Complete when the job that fills it has run, or was destroyed.
class Answer {
public:
    explicit Answer(bool blocks_thread) noexcept : blocks_thread_(blocks_thread) {}

    void fill(std::vector<std::string> sids) {
        const std::lock_guard lock(mutex_);
        sids_ = std::move(sids);
    }
    void complete() {
        if (!blocks_thread_) return event_.set();
        const std::lock_guard lock(mutex_);
        complete_ = true;
        condition_.notify_all();
    }
    /// On a thread that is no loop's, until `limit`: a worker that is stuck has no answer then.
    std::vector<std::string> wait(std::chrono::steady_clock::time_point limit) {
        if (!blocks_thread_) {
            event_.wait();
            return std::move(sids_);
        }
        std::unique_lock lock(mutex_);
        if (!condition_.wait_until(lock, limit, [this] { return complete_; })) return {};
        return std::move(sids_);
    }

private:
    const bool blocks_thread_;
    std::vector<std::string> sids_;
    Event event_;
    std::mutex mutex_;
    std::condition_variable condition_;
    bool complete_ = false;
};

struct CompleteAnswer {
    std::shared_ptr<Answer> answer;
    explicit CompleteAnswer(std::shared_ptr<Answer> to) noexcept : answer(std::move(to)) {}
    CompleteAnswer(CompleteAnswer&&) noexcept = default;
    ~CompleteAnswer() {
        if (!answer) return;
        try {
            answer->complete();
        } catch (...) {
            util::log_escaped("dispatch", "answer to sockets()");
        }
    }
};

void require_name(std::string_view name) {
    if (name.front() == '/' && name.find_first_of("?,") == std::string_view::npos) return;
    throw std::invalid_argument("sio: \"" + std::string(name) + "\" cannot be the name of a namespace");
}

}  // namespace

void Registry::require_incomplete() const {
    const std::lock_guard lock(hubs_mutex_);
    if (complete_) throw std::logic_error("sio: namespaces are added before the first client comes");
}

void Registry::require_known(std::string_view name) const {
    if (name.empty()) name = "/";
    require_name(name);
    bool complete = false;
    {
        const std::lock_guard lock(hubs_mutex_);
        complete = complete_;
    }
    if (complete && name != "/" && !find(name)) {
        throw std::invalid_argument("sio: nobody serves the namespace " + std::string(name));
    }
}

void Registry::add(std::string_view name, detail::NamespaceClass made) {
    if (name.empty()) name = "/";
    require_name(name);
    require_incomplete();
    if (!by_name_.emplace(std::string(name), std::move(made)).second) {
        throw std::invalid_argument("sio: the namespace " + std::string(name) + " has been added already");
    }
}

void Registry::add(Namespaces::Predicate predicate, detail::NamespaceClass made) {
    require_incomplete();
    by_predicate_.emplace_back(std::move(predicate), std::move(made));
}

const detail::NamespaceClass* Registry::find(std::string_view name) const {
    if (const auto found = by_name_.find(name); found != by_name_.end()) return &found->second;
    for (const auto& [predicate, made] : by_predicate_) {
        try {
            if (predicate(name)) return &made;
        } catch (...) {
            log(LogLevel::error, "dispatch",
                "the predicate of a namespace threw " + util::exception_text(std::current_exception()));
        }
    }
    return nullptr;
}

void Registry::attach(const std::shared_ptr<Hub>& hub) {
    const std::lock_guard lock(hubs_mutex_);
    complete_ = true;
    std::erase_if(hubs_, [](const std::weak_ptr<Hub>& known) { return known.expired(); });
    for (const std::weak_ptr<Hub>& known : hubs_) {
        if (known.lock() == hub) return;
    }
    hubs_.push_back(hub);
}

std::vector<std::shared_ptr<Hub>> Registry::hubs() const {
    std::vector<std::shared_ptr<Hub>> open;
    const std::lock_guard lock(hubs_mutex_);
    for (const std::weak_ptr<Hub>& known : hubs_) {
        auto hub = known.lock();
        if (!hub) continue;
        const auto same = std::find_if(open.begin(), open.end(), [&](const auto& other) {
            return other->adapter().group() == hub->adapter().group();
        });
        if (same == open.end()) {
            open.push_back(std::move(hub));
        } else if (hub->is_current()) {
            *same = std::move(hub);
        }
    }
    return open;
}

template <class Act>
void Registry::on_each(const Act& act) {
    for (const std::shared_ptr<Hub>& hub : hubs()) {
        if (hub->is_current()) {
            act(*hub);
        } else {
            hub->post([hub, act] { act(*hub); });
        }
    }
}

void Registry::emit(const Target& target, std::string_view event, std::string_view text,
                    std::vector<Binary>& attachments) {
    require_event_name(event);
    struct Message {
        Target target;
        std::string event;
        std::string text;
        std::vector<Binary> attachments;
    };
    std::shared_ptr<Message> message;  // what other shards are sent, copied once
    for (const std::shared_ptr<Hub>& hub : hubs()) {
        if (hub->is_current()) {
            hub->emit(target, event, text, attachments);
            continue;
        }
        if (!message) {
            message = std::make_shared<Message>(Message{target, std::string(event), std::string(text), attachments});
        }
        hub->post([hub, message] {
            // The adapter makes a copy of its own: the shards do not share the packet's lazily made encodings.
            std::vector<Binary> copies = message->attachments;
            hub->emit(message->target, message->event, message->text, copies);
        });
    }
}

std::vector<std::string> Registry::sockets(const Target& target) {
    std::vector<std::string> all;
    const auto append = [&all](std::vector<std::string> sids) {
        all.insert(all.end(), std::make_move_iterator(sids.begin()), std::make_move_iterator(sids.end()));
    };
    std::vector<std::shared_ptr<Answer>> answers;
    const bool blocks_thread = greenlet::Loop::current() == nullptr;
    for (const std::shared_ptr<Hub>& hub : hubs()) {
        if (hub->is_current()) {
            append(hub->sockets(target));
            continue;
        }
        auto answer = answers.emplace_back(std::make_shared<Answer>(blocks_thread));
        hub->post([hub = hub, target = target, done = CompleteAnswer(std::move(answer))]() mutable {
            // In a greenlet: an adapter that asks other machines blocks.
            auto& loop = hub->loop();
            loop.enter([hub = std::move(hub), target = std::move(target), done = std::move(done)] {
                done.answer->fill(hub->sockets(target));
            });
        });
    }
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    for (const auto& answer : answers) append(answer->wait(limit));
    return all;
}

void Registry::join(const Target& target, const std::vector<std::string>& rooms) {
    on_each([target, rooms](Hub& hub) { hub.join(target, rooms); });
}

void Registry::leave(const Target& target, const std::vector<std::string>& rooms) {
    on_each([target, rooms](Hub& hub) { hub.leave(target, rooms); });
}

void Registry::disconnect(const Target& target, bool close) {
    on_each([target, close](Hub& hub) { hub.disconnect(target, close); });
}

}  // namespace sio::dispatch
