#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sio::http::tpl {

/// A word of an expression or a statement.
struct Token {
    enum class Type { name, text, whole_number, real_number, op, end };
    Type type = Type::end;
    /// Type::text: without its quotes, escapes resolved. Otherwise as written.
    std::string text;
    int line = 1;
};

/// A template is text, with `{{ ... }}` and `{% ... %}` between.
struct Piece {
    enum class Type { text, output, statement };
    Type type = Type::text;
    int line = 1;
    std::string_view text;
    /// Ends with Token::Type::end.
    std::vector<Token> tokens;
};

/// Cuts a template into pieces; the views are into `source`. Comments are gone, `-` at a delimiter has taken the white
/// space next to it along, `{% raw %}` is text, and so is one newline at the very end (dropped, as by Jinja).
/// Throws TemplateError in the name of `file`.
std::vector<Piece> cut_into_pieces(std::string_view source, const std::string& file);

}  // namespace sio::http::tpl
