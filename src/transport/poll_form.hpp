#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <sio/generation.hpp>
#include <sio/response.hpp>

#include "session/outbox.hpp"

namespace sio::transport {

enum class TextEncoding : std::uint8_t { unknown, once, twice };

/// What the URL of a polling request says about the form of payloads.
struct PollForm {
    /// The client takes text only (`b64=1`).
    bool base64 = false;
    /// The client is of a 1.0 build for browsers (`t=<milliseconds>-<n>`, which later ones write as a short word): it
    /// reads binary payloads only.
    bool old_build = false;
    /// How often the client has been found to encode the text of its packets to UTF-8. Twice: it wants it so in text framing, too.
    TextEncoding encoding = TextEncoding::unknown;
    /// JSONP: the index of the page's callback (`j=0`). Empty: the payload is the answer.
    std::string jsonp_index = {};
};

/// The answer to a poll: `packets` in one payload, in the framing that the client reads. At least one packet.
///
/// eio4: packets with U+001E between them. eio3: text framing for clients that take text only, and for what is small and all ASCII;
/// else binary framing, which clients of all ages read alike. JSONP: the text framing inside a script.
Response poll_answer(Generation generation, const PollForm& form, std::span<const session::Outbox::Entry> packets);

}  // namespace sio::transport
