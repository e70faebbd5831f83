#pragma once

#include <string>
#include <string_view>

namespace sio {

/// `text` for HTML, as an element's content or within a quoted attribute: `& < > " '` become `&amp; &lt; &gt; &#34;
/// &#39;`. Not enough within `<script>`, `<style>`, an unquoted attribute or a URL's scheme.
std::string escape_html(std::string_view text);
/// The same, appended.
void append_escaped_html(std::string& out, std::string_view text);

}  // namespace sio
