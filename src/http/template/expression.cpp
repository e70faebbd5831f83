#include "http/template/expression.hpp"

#include <charconv>
#include <cstdint>
#include <optional>

#include "http/template/expression_nodes.hpp"

// Precedence, from the loosest: if/else, or, and, not, comparisons, + -, ~, * / // %, unary -, then filters and tests,
// then attributes, indices and calls. As Jinja's.

namespace sio::http::tpl {
namespace {

using Type = Token::Type;

ExpressionPtr parse_or(TokenStream& tokens);
ExpressionPtr parse_unary(TokenStream& tokens, bool with_filters);

template <class T, class... Arguments>
ExpressionPtr make(Arguments&&... arguments) {
    return std::make_unique<const T>(std::forward<Arguments>(arguments)...);
}

/// Words that are part of the grammar and cannot be names of variables.
bool is_keyword(std::string_view word) {
    for (const std::string_view keyword : {"and", "or", "not", "in", "is", "if", "else"}) {
        if (word == keyword) return true;
    }
    return false;
}

/// Up to `close`, with commas between; one may stand behind the last.
Expressions parse_list(TokenStream& tokens, std::string_view close) {
    Expressions items;
    while (!tokens.accept_op(close)) {
        if (!items.empty()) {
            tokens.expect_op(",");
            if (tokens.accept_op(close)) break;
        }
        items.push_back(parse_expression(tokens));
        if (tokens.next_is_op("=")) tokens.fail("arguments have no names");
    }
    return items;
}

ExpressionPtr parse_object(TokenStream& tokens, int line) {
    std::vector<std::pair<ExpressionPtr, ExpressionPtr>> members;
    while (!tokens.accept_op("}")) {
        if (!members.empty()) {
            tokens.expect_op(",");
            if (tokens.accept_op("}")) break;
        }
        auto key = parse_expression(tokens);
        tokens.expect_op(":");
        members.emplace_back(std::move(key), parse_expression(tokens));
    }
    return make<ObjectLiteral>(line, std::move(members));
}

ExpressionPtr parse_number(TokenStream& tokens) {
    const auto token = tokens.take();
    const auto* begin = token.text.data();
    const auto* end = begin + token.text.size();
    if (token.type == Type::whole_number) {
        std::int64_t value = 0;
        if (std::from_chars(begin, end, value).ec == std::errc{}) return make<Literal>(token.line, value);
    }
    double value = 0;
    std::from_chars(begin, end, value);
    return make<Literal>(token.line, value);
}

ExpressionPtr parse_name(TokenStream& tokens) {
    const auto token = tokens.take();
    const auto& word = token.text;
    if (word == "true" || word == "True") return make<Literal>(token.line, true);
    if (word == "false" || word == "False") return make<Literal>(token.line, false);
    if (word == "none" || word == "None" || word == "null") return make<Literal>(token.line, nullptr);
    if (is_keyword(word)) tokens.fail("'" + word + "' is not a name");
    if (tokens.accept_op("(")) {
        tokens.count_operator();
        return make<Call>(token.line, word, parse_list(tokens, ")"));
    }
    return make<Name>(token.line, word);
}

ExpressionPtr parse_primary(TokenStream& tokens) {
    const auto& token = tokens.peek();
    const int line = token.line;
    switch (token.type) {
        case Type::name: return parse_name(tokens);
        case Type::text: {
            auto text = tokens.take().text;
            // Adjacent texts are one, as in Python.
            while (tokens.peek().type == Type::text) text += tokens.take().text;
            return make<Literal>(line, boost::json::string(text));
        }
        case Type::whole_number:
        case Type::real_number: return parse_number(tokens);
        case Type::op:
        case Type::end: break;
    }
    tokens.count_operator();
    if (tokens.accept_op("(")) {
        auto inner = parse_expression(tokens);
        tokens.expect_op(")");
        return inner;
    }
    if (tokens.accept_op("[")) return make<ListLiteral>(line, parse_list(tokens, "]"));
    if (tokens.accept_op("{")) return parse_object(tokens, line);
    tokens.fail(tokens.at_end() ? "an expression is missing" : "unexpected '" + tokens.peek().text + "'");
}

ExpressionPtr parse_postfix(TokenStream& tokens) {
    auto expression = parse_primary(tokens);
    while (true) {
        const int line = tokens.line();
        if (tokens.accept_op(".")) {
            tokens.count_operator();
            const bool digits = tokens.peek().type == Type::whole_number;
            if (digits) {
                expression = make<Index>(line, std::move(expression), parse_number(tokens));
                continue;
            }
            auto name = tokens.expect(Type::name, "a name");
            if (!tokens.accept_op("(")) {
                expression = make<Attribute>(line, std::move(expression), std::move(name));
                continue;
            }
            // The one method that templates written for Jinja cannot do without.
            if (name != "items") tokens.fail("there are no methods, but filters: '|" + name + "'");
            tokens.expect_op(")");
            expression = make<FilterExpression>(line, std::move(expression), "items", Expressions());
        } else if (tokens.accept_op("[")) {
            tokens.count_operator();
            auto key = parse_expression(tokens);
            tokens.expect_op("]");
            expression = make<Index>(line, std::move(expression), std::move(key));
        } else {
            return expression;
        }
    }
}

ExpressionPtr parse_filters(TokenStream& tokens, ExpressionPtr expression) {
    while (true) {
        const int line = tokens.line();
        if (tokens.accept_op("|")) {
            tokens.count_operator();
            auto name = tokens.expect(Type::name, "the name of a filter");
            Expressions arguments;
            if (tokens.accept_op("(")) arguments = parse_list(tokens, ")");
            expression = make<FilterExpression>(line, std::move(expression), std::move(name), std::move(arguments));
        } else if (tokens.accept_name("is")) {
            tokens.count_operator();
            const bool negated = tokens.accept_name("not");
            const auto name = tokens.expect(Type::name, "the name of a test");
            const auto test = find_test(name);
            if (!test) tokens.fail("there is no test '" + name + "'");
            expression = make<TestExpression>(line, std::move(expression), test, negated);
        } else {
            return expression;
        }
    }
}

ExpressionPtr parse_unary(TokenStream& tokens, bool with_filters) {
    const int line = tokens.line();
    ExpressionPtr expression;
    if (tokens.accept_op("-")) {
        tokens.count_operator();
        expression = make<Calculation>(line, Arithmetic::subtract, make<Literal>(line, 0), parse_unary(tokens, false));
    } else if (tokens.accept_op("+")) {
        tokens.count_operator();
        expression = make<Calculation>(line, Arithmetic::add, make<Literal>(line, 0), parse_unary(tokens, false));
    } else {
        expression = parse_postfix(tokens);
    }
    return with_filters ? parse_filters(tokens, std::move(expression)) : std::move(expression);
}

template <std::size_t N>
std::optional<Arithmetic> accept_operation(TokenStream& tokens,
                                           const std::pair<std::string_view, Arithmetic> (&operations)[N]) {
    for (const auto& [op, operation] : operations) {
        if (tokens.accept_op(op)) return operation;
    }
    return std::nullopt;
}

ExpressionPtr parse_product(TokenStream& tokens) {
    static constexpr std::pair<std::string_view, Arithmetic> operations[] = {{"*", Arithmetic::multiply},
                                                                             {"/", Arithmetic::divide},
                                                                             {"//", Arithmetic::floor_divide},
                                                                             {"%", Arithmetic::modulo}};
    auto left = parse_unary(tokens, true);
    while (true) {
        const int line = tokens.line();
        const auto operation = accept_operation(tokens, operations);
        if (!operation) return left;
        tokens.count_operator();
        left = make<Calculation>(line, *operation, std::move(left), parse_unary(tokens, true));
    }
}

ExpressionPtr parse_concatenation(TokenStream& tokens) {
    auto left = parse_product(tokens);
    while (true) {
        const int line = tokens.line();
        if (!tokens.accept_op("~")) return left;
        tokens.count_operator();
        left = make<Concatenation>(line, std::move(left), parse_product(tokens));
    }
}

ExpressionPtr parse_sum(TokenStream& tokens) {
    static constexpr std::pair<std::string_view, Arithmetic> operations[] = {{"+", Arithmetic::add},
                                                                             {"-", Arithmetic::subtract}};
    auto left = parse_concatenation(tokens);
    while (true) {
        const int line = tokens.line();
        const auto operation = accept_operation(tokens, operations);
        if (!operation) return left;
        tokens.count_operator();
        left = make<Calculation>(line, *operation, std::move(left), parse_concatenation(tokens));
    }
}

std::optional<Comparison::Kind> accept_comparison(TokenStream& tokens) {
    using Kind = Comparison::Kind;
    static constexpr std::pair<std::string_view, Kind> kinds[] = {{"==", Kind::equal},  {"!=", Kind::not_equal},
                                                                  {"<", Kind::less},    {"<=", Kind::less_or_equal},
                                                                  {">", Kind::greater}, {">=", Kind::greater_or_equal}};
    for (const auto& [op, kind] : kinds) {
        if (tokens.accept_op(op)) return kind;
    }
    if (tokens.accept_name("in")) return Kind::in;
    if (tokens.accept_name("not")) {
        tokens.expect_name("in");
        return Kind::not_in;
    }
    return std::nullopt;
}

ExpressionPtr parse_comparison(TokenStream& tokens) {
    auto left = parse_sum(tokens);
    const int line = tokens.line();
    const auto kind = accept_comparison(tokens);
    if (!kind) return left;
    tokens.count_operator();
    left = make<Comparison>(line, *kind, std::move(left), parse_sum(tokens));
    if (accept_comparison(tokens)) tokens.fail("comparisons cannot be chained: use 'and'");
    return left;
}

ExpressionPtr parse_not(TokenStream& tokens) {
    const int line = tokens.line();
    if (!tokens.accept_name("not")) return parse_comparison(tokens);
    tokens.count_operator();
    return make<Not>(line, parse_not(tokens));
}

ExpressionPtr parse_and(TokenStream& tokens) {
    auto left = parse_not(tokens);
    while (true) {
        const int line = tokens.line();
        if (!tokens.accept_name("and")) return left;
        tokens.count_operator();
        left = make<Logic>(line, true, std::move(left), parse_not(tokens));
    }
}

ExpressionPtr parse_or(TokenStream& tokens) {
    auto left = parse_and(tokens);
    while (true) {
        const int line = tokens.line();
        if (!tokens.accept_name("or")) return left;
        tokens.count_operator();
        left = make<Logic>(line, false, std::move(left), parse_and(tokens));
    }
}

}  // namespace

ExpressionPtr parse_expression_without_condition(TokenStream& tokens) { return parse_or(tokens); }

ExpressionPtr parse_expression(TokenStream& tokens) {
    auto expression = parse_or(tokens);
    const int line = tokens.line();
    if (!tokens.accept_name("if")) return expression;
    tokens.count_operator();
    auto condition = parse_or(tokens);
    auto otherwise = tokens.accept_name("else") ? parse_expression(tokens) : nullptr;
    return make<Condition>(line, std::move(expression), std::move(condition), std::move(otherwise));
}

}  // namespace sio::http::tpl
