#pragma once

#include <string>
#include <utility>
#include <vector>

#include "http/template/ast.hpp"
#include "http/template/filters.hpp"
#include "http/template/value.hpp"

namespace sio::http::tpl {

using Expressions = std::vector<ExpressionPtr>;

class Literal final : public Expression {
public:
    Literal(int line, Json json) : Expression(line), value_(Value::own(std::move(json))) {}
    Value do_evaluate(Context&) const override { return value_; }

private:
    Value value_;
};

/// `[a, b]`
class ListLiteral final : public Expression {
public:
    ListLiteral(int line, Expressions items) : Expression(line), items_(std::move(items)) {}
    Value do_evaluate(Context& context) const override;

private:
    Expressions items_;
};

/// `{"a": b}`
class ObjectLiteral final : public Expression {
public:
    ObjectLiteral(int line, std::vector<std::pair<ExpressionPtr, ExpressionPtr>> members)
        : Expression(line), members_(std::move(members)) {}
    Value do_evaluate(Context& context) const override;

private:
    std::vector<std::pair<ExpressionPtr, ExpressionPtr>> members_;
};

class Name final : public Expression {
public:
    Name(int line, std::string name) : Expression(line), name_(std::move(name)) {}
    Value do_evaluate(Context& context) const override;
    std::string describe() const override { return "'" + name_ + "'"; }
    const std::string& name() const noexcept { return name_; }
    /// The same, undefined even when the options are strict: for `is defined` and `|default`.
    Value evaluate_leniently(Context& context) const;

private:
    std::string name_;
};

/// `base.name`, and `loop.index` and its like.
class Attribute final : public Expression {
public:
    Attribute(int line, ExpressionPtr base, std::string name)
        : Expression(line), base_(std::move(base)), name_(std::move(name)) {}
    Value do_evaluate(Context& context) const override;
    std::string describe() const override;

private:
    ExpressionPtr base_;
    std::string name_;
};

/// `base[key]`
class Index final : public Expression {
public:
    Index(int line, ExpressionPtr base, ExpressionPtr key)
        : Expression(line), base_(std::move(base)), key_(std::move(key)) {}
    Value do_evaluate(Context& context) const override;

private:
    ExpressionPtr base_;
    ExpressionPtr key_;
};

/// `base|name(arguments)`: one of the language's, or else one of the application's.
class FilterExpression final : public Expression {
public:
    FilterExpression(int line, ExpressionPtr base, std::string name, Expressions arguments)
        : Expression(line), base_(std::move(base)), name_(std::move(name)), arguments_(std::move(arguments)) {}
    Value do_evaluate(Context& context) const override;

private:
    ExpressionPtr base_;
    std::string name_;
    Expressions arguments_;
};

/// `base is test`, `base is not test`
class TestExpression final : public Expression {
public:
    TestExpression(int line, ExpressionPtr base, Test test, bool negated)
        : Expression(line), base_(std::move(base)), test_(test), negated_(negated) {}
    Value do_evaluate(Context& context) const override;

private:
    ExpressionPtr base_;
    Test test_;
    bool negated_;
};

class Not final : public Expression {
public:
    Not(int line, ExpressionPtr operand) : Expression(line), operand_(std::move(operand)) {}
    Value do_evaluate(Context& context) const override {
        return Value::own(!is_true(operand_->evaluate(context).json()));
    }

private:
    ExpressionPtr operand_;
};

/// `and` and `or` give one of their operands, as in Python.
class Logic final : public Expression {
public:
    Logic(int line, bool is_and, ExpressionPtr left, ExpressionPtr right)
        : Expression(line), is_and_(is_and), left_(std::move(left)), right_(std::move(right)) {}
    Value do_evaluate(Context& context) const override;

private:
    bool is_and_;
    ExpressionPtr left_;
    ExpressionPtr right_;
};

class Comparison final : public Expression {
public:
    enum class Kind { equal, not_equal, less, less_or_equal, greater, greater_or_equal, in, not_in };
    Comparison(int line, Kind kind, ExpressionPtr left, ExpressionPtr right)
        : Expression(line), kind_(kind), left_(std::move(left)), right_(std::move(right)) {}
    Value do_evaluate(Context& context) const override;

private:
    bool holds(const Json& left, const Json& right) const;

    Kind kind_;
    ExpressionPtr left_;
    ExpressionPtr right_;
};

/// `+` of two texts joins them, as `~` does.
class Calculation final : public Expression {
public:
    Calculation(int line, Arithmetic operation, ExpressionPtr left, ExpressionPtr right)
        : Expression(line), operation_(operation), left_(std::move(left)), right_(std::move(right)) {}
    Value do_evaluate(Context& context) const override;

private:
    Arithmetic operation_;
    ExpressionPtr left_;
    ExpressionPtr right_;
};

/// `a ~ b`. When one of them is safe the other is escaped, and the result is safe.
class Concatenation final : public Expression {
public:
    Concatenation(int line, ExpressionPtr left, ExpressionPtr right)
        : Expression(line), left_(std::move(left)), right_(std::move(right)) {}
    Value do_evaluate(Context& context) const override;

private:
    ExpressionPtr left_;
    ExpressionPtr right_;
};

/// `a if condition else b`
class Condition final : public Expression {
public:
    Condition(int line, ExpressionPtr then, ExpressionPtr condition, ExpressionPtr otherwise)
        : Expression(line),
          then_(std::move(then)),
          condition_(std::move(condition)),
          otherwise_(std::move(otherwise)) {}
    Value do_evaluate(Context& context) const override;

private:
    ExpressionPtr then_;
    ExpressionPtr condition_;
    /// May be null: undefined.
    ExpressionPtr otherwise_;
};

/// `name(arguments)`: `super()`, `range(...)`, or one of the application's.
class Call final : public Expression {
public:
    Call(int line, std::string name, Expressions arguments)
        : Expression(line), name_(std::move(name)), arguments_(std::move(arguments)) {}
    Value do_evaluate(Context& context) const override;

private:
    std::string name_;
    Expressions arguments_;
};

}  // namespace sio::http::tpl
