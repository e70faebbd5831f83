#include "dispatch/hub.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "dispatch/socket_impl.hpp"

namespace sio::dispatch {
namespace {

// Enough for the handlers that block at one time on a busy shard; beyond, packets are made anew.
constexpr std::size_t max_free_packets = 64;
// A packet that once held a long text gives the storage back.
constexpr std::size_t max_kept_bytes = 16 * 1024;

SocketOptions within_range(SocketOptions options) {
    using std::chrono::milliseconds;
    options.connect_timeout = std::max(options.connect_timeout, milliseconds(1));
    options.call_timeout = std::max(options.call_timeout, milliseconds(1));
    options.max_namespaces = std::max<std::size_t>(options.max_namespaces, 1);
    options.max_queued_event_bytes = std::max<std::size_t>(options.max_queued_event_bytes, 1);
    options.max_total_event_bytes = std::max<std::size_t>(options.max_total_event_bytes, 1);
    options.max_json_depth = std::clamp<std::size_t>(options.max_json_depth, 1, 128);
    return options;
}

}  // namespace

void require_event_name(std::string_view event) {
    if (is_reserved_event(event)) {
        throw std::invalid_argument("sio: the event name \"" + std::string(event) + "\" is reserved");
    }
}

Hub::Hub(greenlet::Loop& loop, std::unique_ptr<Adapter> adapter, SocketOptions options,
         std::shared_ptr<session::Counters> counters)
    : loop_(&loop), adapter_(std::move(adapter)), options_(within_range(options)), counters_(std::move(counters)) {}

Hub::~Hub() = default;

std::string_view Hub::SessidOf::operator()(const SocketImpl& socket) const { return socket.sessid(); }

bool Hub::post(greenlet::Loop::Job job) {
    const std::lock_guard lock(open_mutex_);
    if (open_) loop_->post(std::move(job));
    return open_;
}

void Hub::close() {
    const std::lock_guard lock(open_mutex_);
    open_ = false;
}

void Hub::require_current() const {
    if (!is_current()) {
        throw std::logic_error(
            "sio: a socket was used on another thread than its shard's; use Namespaces::of() or "
            "SocketIOServer::post()");
    }
}

std::shared_ptr<Socket> Hub::find(std::string_view sessid) const {
    const auto found = sockets_.find(sessid);
    return found == sockets_.end() ? nullptr : (*found)->shared_from_this();
}

std::vector<std::shared_ptr<Socket>> Hub::sockets() const {
    std::vector<std::shared_ptr<Socket>> all;
    all.reserve(sockets_.size());
    for (SocketImpl* const socket : sockets_) all.push_back(socket->shared_from_this());
    return all;
}

void Hub::enter(SocketImpl& socket) {
    sockets_.insert(&socket);
    counters_->sockets.add();
}

void Hub::leave(SocketImpl& socket) noexcept {
    const auto found = sockets_.find(std::string_view(socket.sessid()));
    if (found == sockets_.end() || *found != &socket) return;
    sockets_.erase(found);
    counters_->sockets.subtract();
}

void Hub::emit(const Target& target, std::string_view event, std::string_view text, std::vector<Binary>& attachments) {
    require_event_name(event);
    require_current();
    wire::PacketView packet;
    packet.type = wire::PacketType::event;
    packet.nsp = target.nsp;
    packet.name = event;
    packet.data = text;
    packet.attachments = attachments;
    adapter_->broadcast(target, packet);
}

std::vector<std::string> Hub::sockets(const Target& target) {
    require_current();
    return adapter_->sockets(target);
}

void Hub::join(const Target& target, const std::vector<std::string>& rooms) {
    require_current();
    adapter_->join_all(target, rooms);
}

void Hub::leave(const Target& target, const std::vector<std::string>& rooms) {
    require_current();
    adapter_->leave_all(target, rooms);
}

void Hub::disconnect(const Target& target, bool close) {
    require_current();
    adapter_->disconnect(target, close);
}

std::size_t Hub::event_bytes_limit() const noexcept {
    if (event_bytes_ <= options_.max_total_event_bytes) return options_.max_queued_event_bytes;
    const std::size_t share = options_.max_total_event_bytes / std::max<std::size_t>(sockets_.size(), 1);
    return std::min(options_.max_queued_event_bytes, share);
}

std::unique_ptr<Packet> Hub::take_packet() {
    if (free_packets_.empty()) return std::make_unique<Packet>();
    auto packet = std::move(free_packets_.back());
    free_packets_.pop_back();
    return packet;
}

void Hub::give_back(std::unique_ptr<Packet> packet) noexcept {
    if (free_packets_.size() >= max_free_packets || packet->args.text().capacity() > max_kept_bytes ||
        packet->data.capacity() > max_kept_bytes) {
        return;
    }
    packet->args.assign({});
    try {
        free_packets_.push_back(std::move(packet));
    } catch (const std::bad_alloc&) {
        // It goes, then.
    }
}

}  // namespace sio::dispatch
