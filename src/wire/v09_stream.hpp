#pragma once

#include <string>
#include <string_view>

// The forms in which payloads travel in a response that does not end: `htmlfile`, a page in an iframe that the server goes
// on writing, and `xhr-multipart`, a document that is replaced by the next (multipart/x-mixed-replace).

namespace sio::wire::v09 {

inline constexpr std::string_view htmlfile_type = "text/html; charset=utf-8";

/// Appends the beginning of the page: it defines the function `_` that later scripts call. Padded to a kilobyte, before
/// which browsers of the time (Internet Explorer, Safari) do not run anything.
void append_htmlfile_head(std::string& out);
/// Appends `<script>_("...");</script>`.
void append_htmlfile_payload(std::string& out, std::string_view payload);

/// `multipart/x-mixed-replace; boundary="..."`
std::string multipart_type(std::string_view boundary);
/// Appends the boundary that opens the first part.
void append_multipart_head(std::string& out, std::string_view boundary);
/// Appends the part and the boundary behind it, which is what tells the browser that the part is whole. The boundary must
/// be one that nobody could have put into the payload.
void append_multipart_payload(std::string& out, std::string_view boundary, std::string_view payload);

}  // namespace sio::wire::v09
