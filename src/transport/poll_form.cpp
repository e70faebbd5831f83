#include "transport/poll_form.hpp"

#include <cstddef>

#include "util/utf8.hpp"
#include "wire/eio3_payload.hpp"
#include "wire/eio4_payload.hpp"
#include "wire/jsonp.hpp"

namespace sio::transport {

namespace {

using Entries = std::span<const session::Outbox::Entry>;

constexpr std::string_view text_type = "text/plain; charset=UTF-8";
/// Exactly this: a parameter behind it, and clients of Engine.IO 3 take the body for text.
constexpr std::string_view binary_type = "application/octet-stream";
constexpr std::string_view script_type = "text/javascript; charset=UTF-8";

/// Clients 1.x in browsers hand the bytes of an answer in text framing to a function as that many arguments. Safari takes 65 536.
constexpr std::size_t most_text = 32 * 1024;

template <class Encoder>
std::string encode(Entries packets, bool twice = false) {
    std::string payload;
    Encoder encoder(payload);
    for (const auto& packet : packets) {
        if (packet.binary) {
            encoder.add_binary(packet.data);
        } else if (twice && !util::is_ascii(packet.data)) {
            std::string again;
            util::append_encoded_again(again, packet.data);
            encoder.add_encoded(again);
        } else {
            encoder.add_encoded(packet.data);
        }
    }
    return payload;
}

bool wants_binary(const PollForm& form, Entries packets) {
    if (form.base64 || !form.jsonp_index.empty()) return false;
    if (form.old_build) return true;
    std::size_t size = 0;
    for (const auto& packet : packets) {
        size += packet.data.size();
        // They also count the bytes of text as its characters.
        if (packet.binary || size > most_text || !util::is_ascii(packet.data)) return true;
    }
    return false;
}

}  // namespace

Response poll_answer(Generation generation, const PollForm& form, Entries packets) {
    std::string payload;
    if (generation == Generation::eio4) {
        payload = encode<wire::eio4::PayloadEncoder>(packets);
    } else if (wants_binary(form, packets)) {
        return Response(200, encode<wire::eio3::BinaryPayloadEncoder>(packets), binary_type);
    } else {
        payload = encode<wire::eio3::TextPayloadEncoder>(packets, form.encoding == TextEncoding::twice);
    }
    if (form.jsonp_index.empty()) return Response(200, std::move(payload), text_type);

    std::string script;
    wire::append_jsonp(script, "___eio", form.jsonp_index, payload);
    Response response(200, std::move(script), script_type);
    // So that no other page can have the answer read as something that it is not.
    response.headers.set("X-Content-Type-Options", "nosniff");
    return response;
}

}  // namespace sio::transport
