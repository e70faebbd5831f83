#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sio/detail/stack_left.hpp>
#include <sio/template.hpp>

#include "http/template/lexer.hpp"

namespace sio::http::tpl {

/// The words of one `{{ ... }}` or `{% ... %}`, taken one after another.
class TokenStream {
public:
    TokenStream(const std::vector<Token>& tokens, const std::string& file) : tokens_(tokens), file_(file) {}

    const Token& peek() const noexcept { return tokens_[at_]; }
    int line() const noexcept { return peek().line; }
    bool at_end() const noexcept { return peek().type == Token::Type::end; }

    Token take() {
        auto token = peek();
        if (!at_end()) ++at_;
        return token;
    }
    bool next_is_op(std::string_view op) const noexcept { return peek().type == Token::Type::op && peek().text == op; }
    bool next_is_name(std::string_view name) const noexcept {
        return peek().type == Token::Type::name && peek().text == name;
    }
    bool accept_op(std::string_view op) {
        if (!next_is_op(op)) return false;
        ++at_;
        return true;
    }
    bool accept_name(std::string_view name) {
        if (!next_is_name(name)) return false;
        ++at_;
        return true;
    }
    void expect_op(std::string_view op) {
        if (!accept_op(op)) fail("expected '" + std::string(op) + "'" + instead());
    }
    void expect_name(std::string_view name) {
        if (!accept_name(name)) fail("expected '" + std::string(name) + "'" + instead());
    }
    std::string expect(Token::Type type, std::string_view what) {
        if (peek().type != type) fail("expected " + std::string(what) + instead());
        return take().text;
    }
    void expect_end() const {
        if (!at_end()) fail("unexpected '" + peek().text + "'");
    }

    /// Called for everything that makes an expression deeper. Its evaluation is recursive, on the stack of a greenlet.
    void count_operator() {
        constexpr int max_operators = 100;
        if (detail::stack_is_short()) fail("too much is nested here for what is left of the stack");
        if (++operators_ > max_operators) fail("the expression has too many operators");
    }

    [[noreturn]] void fail(const std::string& why) const { throw TemplateError(file_, line(), why); }

private:
    std::string instead() const { return at_end() ? " at the end of the tag" : ", not '" + peek().text + "'"; }

    const std::vector<Token>& tokens_;
    const std::string& file_;
    std::size_t at_ = 0;
    int operators_ = 0;
};

}  // namespace sio::http::tpl
