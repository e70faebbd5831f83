#include "dispatch/unserved_namespace.hpp"

#include <sio/error_handler.hpp>

namespace sio::dispatch {
namespace {

class UnservedNamespace final : public virtual BaseNamespace {
public:
    Reply process_packet(const Packet& packet) override {
        if (packet.type == PacketType::connect || packet.type == PacketType::disconnect) return std::nullopt;
        error(error_name::no_such_namespace, "The namespace " + ns_name() + " is not served", packet.id);
        return std::nullopt;
    }
};

}  // namespace

const detail::NamespaceClass& unserved_namespace() {
    static const detail::NamespaceClass made{&detail::event_table<UnservedNamespace>(), [] {
                                                 const auto object = std::make_shared<UnservedNamespace>();
                                                 return detail::MadeNamespace{object, object.get()};
                                             }};
    return made;
}

}  // namespace sio::dispatch
