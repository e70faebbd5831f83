#include "http/template/lexer.hpp"

#include <algorithm>

#include <sio/template.hpp>

#include "util/ascii.hpp"

namespace sio::http::tpl {
namespace {

constexpr std::string_view white_space = " \t\r\n";

bool is_name_start(char c) noexcept {
    const char lower = util::ascii_lower(c);
    return c == '_' || (lower >= 'a' && lower <= 'z');
}
bool is_name_char(char c) noexcept { return is_name_start(c) || util::ascii_digit(c); }

std::string_view without_space_at_end(std::string_view text) {
    const auto last = text.find_last_not_of(white_space);
    return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

class Lexer {
public:
    Lexer(std::string_view source, const std::string& file) : source_(source), file_(file) {
        if (source_.ends_with('\n')) source_.remove_suffix(1);
        if (source_.ends_with('\r')) source_.remove_suffix(1);
    }

    std::vector<Piece> run() {
        while (at_ < source_.size()) take_piece();
        return std::move(pieces_);
    }

private:
    [[noreturn]] void fail(int line, const std::string& why) const { throw TemplateError(file_, line, why); }

    void advance(std::size_t count) {
        const auto skipped = source_.substr(at_, count);
        line_ += static_cast<int>(std::count(skipped.begin(), skipped.end(), '\n'));
        at_ += skipped.size();
    }
    std::string_view rest() const { return source_.substr(at_); }
    void skip_space() { advance(std::min(rest().find_first_not_of(white_space), rest().size())); }

    void add_text(std::size_t length) {
        auto text = source_.substr(at_, length);
        const int line = line_;
        advance(length);
        if (!text.empty()) pieces_.push_back({Piece::Type::text, line, text, {}});
    }

    void take_piece() {
        const auto open = find_open();
        add_text(open - at_);
        if (at_ == source_.size()) return;
        const char kind = source_[at_ + 1];
        const int line = line_;
        advance(2);
        if (rest().starts_with('-')) {
            advance(1);
            trim_text_before();
        }
        if (kind == '#') return skip_comment(line);
        Piece piece{kind == '{' ? Piece::Type::output : Piece::Type::statement, line, {}, {}};
        piece.tokens = take_tokens(kind == '{' ? "}}" : "%}", line);
        const bool raw = piece.type == Piece::Type::statement && piece.tokens.size() == 2 &&
                         piece.tokens[0].text == "raw" && piece.tokens[0].type == Token::Type::name;
        if (raw) return take_raw(line);
        pieces_.push_back(std::move(piece));
    }

    std::size_t find_open() const {
        for (auto at = at_; (at = source_.find('{', at)) != std::string_view::npos; ++at) {
            if (at + 1 < source_.size() && std::string_view("{%#").find(source_[at + 1]) != std::string_view::npos)
                return at;
        }
        return source_.size();
    }

    void trim_text_before() {
        if (pieces_.empty() || pieces_.back().type != Piece::Type::text) return;
        auto& text = pieces_.back().text;
        text = without_space_at_end(text);
        if (text.empty()) pieces_.pop_back();
    }

    void skip_comment(int line) {
        const auto close = rest().find("#}");
        if (close == std::string_view::npos) fail(line, "the comment is not closed");
        const bool trim = close > 0 && rest()[close - 1] == '-';
        advance(close + 2);
        if (trim) skip_space();
    }

    /// Up to `{% endraw %}`, as text.
    void take_raw(int line) {
        auto search = at_;
        while ((search = source_.find("{%", search)) != std::string_view::npos) {
            auto tag = source_.substr(search + 2);
            const bool trim_before = tag.starts_with('-');
            if (trim_before) tag.remove_prefix(1);
            tag.remove_prefix(std::min(tag.find_first_not_of(white_space), tag.size()));
            if (tag.starts_with("endraw")) {
                tag.remove_prefix(6);
                tag.remove_prefix(std::min(tag.find_first_not_of(white_space), tag.size()));
                const bool trim_after = tag.starts_with('-');
                if (trim_after) tag.remove_prefix(1);
                if (tag.starts_with("%}")) {
                    add_text(search - at_);
                    if (trim_before) trim_text_before();
                    advance(source_.size() - tag.size() + 2 - at_);
                    if (trim_after) skip_space();
                    return;
                }
            }
            search += 2;
        }
        fail(line, "{% raw %} is not closed");
    }

    std::vector<Token> take_tokens(std::string_view close, int line) {
        std::vector<Token> tokens;
        int open_braces = 0;
        while (true) {
            skip_space();
            if (at_ == source_.size()) fail(line, close == "}}" ? "{{ is not closed" : "{% is not closed");
            const bool trim = rest().starts_with('-') && rest().substr(1).starts_with(close);
            if (open_braces == 0 && (trim || rest().starts_with(close))) {
                tokens.push_back({Token::Type::end, {}, line_});
                advance(close.size() + (trim ? 1 : 0));
                if (trim) skip_space();
                return tokens;
            }
            tokens.push_back(take_token());
            if (tokens.back().type == Token::Type::op) {
                if (tokens.back().text == "{") ++open_braces;
                if (tokens.back().text == "}") --open_braces;
            }
        }
    }

    Token take_token() {
        const char c = rest().front();
        if (is_name_start(c)) return take_while(Token::Type::name, is_name_char);
        if (util::ascii_digit(c)) return take_number();
        if (c == '"' || c == '\'') return take_string();
        for (const std::string_view two : {"==", "!=", "<=", ">=", "//"}) {
            if (rest().starts_with(two)) return take(Token::Type::op, 2);
        }
        if (std::string_view("+-*/%~<>=()[]{}.,:|").find(c) == std::string_view::npos) {
            fail(line_, std::string("unexpected character '") + c + '\'');
        }
        return take(Token::Type::op, 1);
    }

    Token take(Token::Type type, std::size_t length) {
        Token token{type, std::string(source_.substr(at_, length)), line_};
        advance(length);
        return token;
    }

    template <class Predicate>
    Token take_while(Token::Type type, Predicate predicate) {
        const auto text = rest();
        const auto end = std::find_if_not(text.begin(), text.end(), predicate);
        return take(type, static_cast<std::size_t>(end - text.begin()));
    }

    Token take_number() {
        auto number = take_while(Token::Type::whole_number, util::ascii_digit);
        // `1.5`, but not the `1.` of something else.
        if (rest().size() > 1 && rest()[0] == '.' && util::ascii_digit(rest()[1])) {
            advance(1);
            number.text += '.' + take_while(Token::Type::whole_number, util::ascii_digit).text;
            number.type = Token::Type::real_number;
        }
        if (!rest().empty() && is_name_start(rest()[0])) fail(line_, "a name cannot begin with a digit");
        return number;
    }

    Token take_string() {
        Token token{Token::Type::text, {}, line_};
        const char quote = rest().front();
        advance(1);
        while (at_ < source_.size()) {
            const char c = rest().front();
            advance(1);
            if (c == quote) return token;
            if (c != '\\') {
                token.text += c;
                continue;
            }
            if (at_ == source_.size()) break;
            const char escaped = rest().front();
            advance(1);
            switch (escaped) {
                case 'n': token.text += '\n'; break;
                case 't': token.text += '\t'; break;
                case '\\':
                case '\'':
                case '"': token.text += escaped; break;
                default: fail(token.line, std::string("unknown escape \\") + escaped);
            }
        }
        fail(token.line, "the text is not closed");
    }

    std::string_view source_;
    const std::string& file_;
    std::size_t at_ = 0;
    int line_ = 1;
    std::vector<Piece> pieces_;
};

}  // namespace

std::vector<Piece> cut_into_pieces(std::string_view source, const std::string& file) {
    return Lexer(source, file).run();
}

}  // namespace sio::http::tpl
