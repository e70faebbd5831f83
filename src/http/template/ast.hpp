#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/template/value.hpp"

namespace sio::http::tpl {

class Context;

/// An expression: evaluates to a Value, and fails with TemplateError on its line.
class Expression {
public:
    explicit Expression(int line) : line_(line) {}
    virtual ~Expression() = default;
    Value evaluate(Context& context) const;
    /// How error messages call it.
    virtual std::string describe() const { return "the value"; }
    int line() const noexcept { return line_; }

private:
    virtual Value do_evaluate(Context& context) const = 0;

    int line_;
};
using ExpressionPtr = std::unique_ptr<const Expression>;

/// A piece of a template that writes something, or does something.
class Node {
public:
    explicit Node(int line) : line_(line) {}
    virtual ~Node() = default;
    virtual void render(Context& context, std::string& out) const = 0;
    /// Whether a template that extends another does this before its parent is rendered: `{% set %}`.
    virtual bool is_set() const { return false; }
    int line() const noexcept { return line_; }

private:
    int line_;
};
using Nodes = std::vector<std::unique_ptr<const Node>>;

void render_all(const Nodes& nodes, Context& context, std::string& out);

struct Template;

struct Block {
    std::string name;
    Nodes body;
    /// Where it is written.
    const Template* origin = nullptr;
};

/// A template that has been parsed. Never changes.
struct Template {
    std::string name;
    /// Keeps the text that the nodes refer to.
    std::string source;
    bool escape = true;
    Nodes nodes;
    /// By name; the nodes hold where they go.
    std::map<std::string, Block, std::less<>> blocks;
    std::optional<std::string> parent;
    int parent_line = 0;
};
using TemplatePtr = std::shared_ptr<const Template>;

}  // namespace sio::http::tpl
