#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/template/ast.hpp"

namespace sio::http::tpl {

class TextNode final : public Node {
public:
    /// A view into Template::source.
    TextNode(int line, std::string_view text) : Node(line), text_(text) {}
    void render(Context&, std::string& out) const override { out += text_; }

private:
    std::string_view text_;
};

/// `{{ expression }}`
class OutputNode final : public Node {
public:
    OutputNode(int line, ExpressionPtr expression) : Node(line), expression_(std::move(expression)) {}
    void render(Context& context, std::string& out) const override;

private:
    static void write(const Value& value, const Context& context, std::string& out);

    ExpressionPtr expression_;
};

class IfNode final : public Node {
public:
    struct Branch {
        /// Null for `else`.
        ExpressionPtr condition;
        Nodes body;
    };
    IfNode(int line, std::vector<Branch> branches) : Node(line), branches_(std::move(branches)) {}
    void render(Context& context, std::string& out) const override;

private:
    std::vector<Branch> branches_;
};

/// `{% for name in list if condition %} ... {% else %} ... {% endfor %}`; with several names, each item is a list, or a
/// member of an object with its key.
class ForNode final : public Node {
public:
    struct Parts {
        std::vector<std::string> names;
        ExpressionPtr list;
        /// May be null.
        ExpressionPtr condition;
        Nodes body;
        Nodes otherwise;
    };
    ForNode(int line, Parts parts) : Node(line), parts_(std::move(parts)) {}
    void render(Context& context, std::string& out) const override;

private:
    std::vector<std::vector<Value>> items(Context& context) const;

    Parts parts_;
};

/// `{% block name %}`, where the definition that counts goes.
class BlockNode final : public Node {
public:
    BlockNode(int line, std::string name) : Node(line), name_(std::move(name)) {}
    void render(Context& context, std::string& out) const override;

private:
    std::string name_;
};

/// `{% include "name" %}`: sees the variables in sight.
class IncludeNode final : public Node {
public:
    IncludeNode(int line, ExpressionPtr name) : Node(line), name_(std::move(name)) {}
    void render(Context& context, std::string& out) const override;

private:
    ExpressionPtr name_;
};

/// `{% set name = expression %}`, or `{% set name %} ... {% endset %}`, until the end of the loop, the block, or the
/// template that it stands in.
class SetNode final : public Node {
public:
    SetNode(int line, std::string name, ExpressionPtr value)
        : Node(line), name_(std::move(name)), value_(std::move(value)) {}
    SetNode(int line, std::string name, Nodes body) : Node(line), name_(std::move(name)), body_(std::move(body)) {}
    void render(Context& context, std::string& out) const override;
    bool is_set() const override { return true; }

private:
    std::string name_;
    /// Null: `body_`.
    ExpressionPtr value_;
    Nodes body_;
};

}  // namespace sio::http::tpl
