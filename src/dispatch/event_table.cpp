#include <sio/event_table.hpp>

#include <stdexcept>

#include "dispatch/acl.hpp"

namespace sio::detail {

// Reached by no program: EventName's constructor runs in the compiler only.
void this_event_name_is_reserved_override_recv_connect_or_recv_disconnect_instead() {
    throw std::invalid_argument("sio: reserved event name");
}

const EventMethod* EventTableData::find_event(std::string_view event) const noexcept {
    const auto found = events_.find(event);
    return found == events_.end() ? nullptr : found->second;
}

const EventMethod* EventTableData::find_method(std::string_view method) const noexcept {
    const auto found = methods_.find(method);
    return found == methods_.end() ? nullptr : found->second;
}

void EventTableData::add(std::string_view event, std::unique_ptr<EventHandler> handler, const UpCast* cast,
                         std::size_t depth) {
    Row* row = nullptr;
    if (const auto found = events_.find(event); found != events_.end()) {
        row = static_cast<Row*>(const_cast<EventMethod*>(found->second));
        // The class nearest to the object's wins; of two bases at the same distance the one taken over first.
        if (row->depth < depth || (row->depth == depth && depth != 0)) return;
        if (row->depth == depth) {
            throw std::invalid_argument("sio: the event \"" + std::string(event) + "\" is registered twice");
        }
    } else {
        row = rows_.emplace_back(std::make_unique<Row>()).get();
        row->event = event;
        row->method = dispatch::method_name(event);
        events_.emplace(row->event, row);
        methods_.emplace(row->method, row);
    }
    row->handler = std::move(handler);
    row->cast = cast;
    row->depth = depth;
}

const UpCast* EventTableData::add_cast(void* (*step)(void*), const UpCast* before) {
    return casts_.emplace_back(std::make_unique<UpCast>(UpCast{step, before})).get();
}

void EventTableData::add_initializer(const void* tag, void (*run)(void* self), const UpCast* cast) {
    for (const Initializer& known : initializers_) {
        if (known.tag == tag) return;
    }
    initializers_.push_back({tag, run, cast});
}

void EventTableData::initialize(void* self) const {
    for (const Initializer& initializer : initializers_) initializer.run(UpCast::apply(initializer.cast, self));
}

}  // namespace sio::detail
