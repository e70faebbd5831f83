#include "http/template/parser.hpp"

#include <initializer_list>
#include <span>
#include <utility>

#include <sio/detail/stack_left.hpp>

#include "http/template/expression.hpp"
#include "http/template/statement_nodes.hpp"

namespace sio::http::tpl {
namespace {

/// Statements within each other; rendering them is recursive.
constexpr int max_nesting = 32;

class Parser {
public:
    explicit Parser(Template& tpl) : template_(tpl), pieces_(cut_into_pieces(tpl.source, tpl.name)) {}

    void run() {
        template_.nodes = parse_until({});
        if (template_.parent) check_child();
    }

private:
    using Type = Token::Type;

    /// Up to the statement that begins with one of `ends`, which is left in `closing_`, its word taken; or to the end of
    /// the template, when there are none.
    Nodes parse_until(std::initializer_list<std::string_view> ends, int opened_at = 0) {
        Nodes nodes;
        while (next_ < pieces_.size()) {
            const auto& piece = pieces_[next_++];
            if (piece.type == Piece::Type::text) {
                nodes.push_back(std::make_unique<const TextNode>(piece.line, piece.text));
                continue;
            }
            TokenStream tokens(piece.tokens, template_.name);
            if (piece.type == Piece::Type::output) {
                nodes.push_back(std::make_unique<const OutputNode>(piece.line, parse_expression(tokens)));
                tokens.expect_end();
                continue;
            }
            const auto word = tokens.expect(Type::name, "a statement");
            for (const auto end : ends) {
                if (word != end) continue;
                closing_ = word;
                closing_tokens_.emplace(tokens);
                return nodes;
            }
            if (auto node = parse_statement(word, tokens, piece.line)) nodes.push_back(std::move(node));
        }
        if (ends.size() != 0) {
            fail(opened_at, "{% " + std::string(*(ends.end() - 1)) + " %} is missing");
        }
        return nodes;
    }

    std::unique_ptr<const Node> parse_statement(const std::string& word, TokenStream& tokens, int line) {
        if (nesting_ == max_nesting || detail::stack_is_short()) tokens.fail("too many statements within each other");
        ++nesting_;
        auto node = parse_known_statement(word, tokens, line);
        --nesting_;
        return node;
    }

    std::unique_ptr<const Node> parse_known_statement(const std::string& word, TokenStream& tokens, int line) {
        if (word == "if") return parse_if(tokens, line);
        if (word == "for") return parse_for(tokens, line);
        if (word == "block") return parse_block(tokens, line);
        if (word == "set") return parse_set(tokens, line);
        if (word == "include") return parse_include(tokens, line);
        if (word == "extends") return parse_extends(tokens, line), nullptr;
        fail(line, "unknown statement '" + word + "'");
    }

    void expect_closing_end() { closing_tokens_->expect_end(); }

    std::unique_ptr<const Node> parse_if(TokenStream& tokens, int line) {
        std::vector<IfNode::Branch> branches;
        auto condition = parse_expression(tokens);
        tokens.expect_end();
        while (true) {
            auto body = parse_until(condition ? std::initializer_list<std::string_view>{"elif", "else", "endif"}
                                              : std::initializer_list<std::string_view>{"endif"},
                                    line);
            branches.push_back({std::move(condition), std::move(body)});
            if (closing_ == "endif") break;
            condition = closing_ == "elif" ? parse_expression(*closing_tokens_) : nullptr;
            expect_closing_end();
        }
        expect_closing_end();
        return std::make_unique<const IfNode>(line, std::move(branches));
    }

    std::unique_ptr<const Node> parse_for(TokenStream& tokens, int line) {
        ForNode::Parts parts;
        do {
            parts.names.push_back(tokens.expect(Type::name, "a name"));
        } while (tokens.accept_op(","));
        tokens.expect_name("in");
        parts.list = parse_expression_without_condition(tokens);
        if (tokens.accept_name("if")) parts.condition = parse_expression(tokens);
        tokens.expect_end();
        parts.body = parse_until({"else", "endfor"}, line);
        expect_closing_end();
        if (closing_ == "else") {
            parts.otherwise = parse_until({"endfor"}, line);
            expect_closing_end();
        }
        return std::make_unique<const ForNode>(line, std::move(parts));
    }

    std::unique_ptr<const Node> parse_block(TokenStream& tokens, int line) {
        auto name = tokens.expect(Type::name, "the name of the block");
        tokens.expect_end();
        if (template_.blocks.contains(name)) fail(line, "the block '" + name + "' occurs twice");
        // Taken at once, so that a block of that name within it is found out.
        template_.blocks[name].name = name;
        auto body = parse_until({"endblock"}, line);
        auto& closing = *closing_tokens_;
        if (!closing.at_end() && !closing.accept_name(name)) closing.fail("this closes the block '" + name + "'");
        closing.expect_end();
        auto& block = template_.blocks[name];
        block.body = std::move(body);
        block.origin = &template_;
        return std::make_unique<const BlockNode>(line, std::move(name));
    }

    std::unique_ptr<const Node> parse_set(TokenStream& tokens, int line) {
        auto name = tokens.expect(Type::name, "a name");
        if (tokens.accept_op("=")) {
            auto value = parse_expression(tokens);
            tokens.expect_end();
            return std::make_unique<const SetNode>(line, std::move(name), std::move(value));
        }
        tokens.expect_end();
        auto body = parse_until({"endset"}, line);
        expect_closing_end();
        return std::make_unique<const SetNode>(line, std::move(name), std::move(body));
    }

    std::unique_ptr<const Node> parse_include(TokenStream& tokens, int line) {
        auto name = parse_expression(tokens);
        tokens.expect_end();
        return std::make_unique<const IncludeNode>(line, std::move(name));
    }

    void parse_extends(TokenStream& tokens, int line) {
        if (template_.parent) fail(line, "a second {% extends %}");
        if (nesting_ > 1 || next_ > 1) check_nothing_before(line);
        template_.parent = tokens.expect(Type::text, "the name of a template, in quotes");
        template_.parent_line = line;
        tokens.expect_end();
    }

    /// What stands before `{% extends %}` would never be written; white space may.
    void check_nothing_before(int line) {
        const auto before = std::span(pieces_).first(next_ - 1);
        for (const auto& piece : before) {
            const bool blank =
                piece.type == Piece::Type::text && piece.text.find_first_not_of(" \t\r\n") == piece.text.npos;
            if (!blank) fail(line, "{% extends %} is not at the beginning");
        }
    }

    /// In a template that extends another, what stands outside its blocks is never written either.
    void check_child() {
        int depth = 0;
        for (const auto& piece : pieces_) {
            if (piece.type == Piece::Type::statement) {
                const auto& word = piece.tokens.front().text;
                const bool opens_set = word == "set" && piece.tokens.size() == 3;
                if (word == "block" || opens_set) ++depth;
                if (word == "endblock" || word == "endset") --depth;
                const bool fine =
                    depth > 0 || word == "extends" || word == "set" || word == "endset" || word == "endblock";
                if (!fine) fail(piece.line, "outside a block this is never used, since the template extends another");
            } else if (depth == 0) {
                const bool blank =
                    piece.type == Piece::Type::text && piece.text.find_first_not_of(" \t\r\n") == piece.text.npos;
                if (!blank)
                    fail(piece.line, "outside a block this is never written, since the template extends another");
            }
        }
    }

    [[noreturn]] void fail(int line, const std::string& why) const { throw TemplateError(template_.name, line, why); }

    Template& template_;
    std::vector<Piece> pieces_;
    std::size_t next_ = 0;
    int nesting_ = 0;
    std::string closing_;
    std::optional<TokenStream> closing_tokens_;
};

}  // namespace

TemplatePtr parse_template(std::string name, std::string source) {
    auto tpl = std::make_shared<Template>();
    tpl->name = std::move(name);
    tpl->source = std::move(source);
    tpl->escape = !tpl->name.ends_with(".txt");
    Parser(*tpl).run();
    return tpl;
}

}  // namespace sio::http::tpl
