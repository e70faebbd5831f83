#include "http/template/expression_nodes.hpp"

#include <stdexcept>

#include <sio/detail/stack_left.hpp>

#include "http/template/context.hpp"

namespace sio::http::tpl {
namespace {

std::vector<Value> evaluate_all(const Expressions& expressions, Context& context) {
    std::vector<Value> values;
    values.reserve(expressions.size());
    for (const auto& expression : expressions) values.push_back(expression->evaluate(context));
    return values;
}

/// Names and their attributes may be undefined for those who ask whether they are.
Value evaluate_leniently(const Expression& expression, Context& context) {
    const auto* name = dynamic_cast<const Name*>(&expression);
    return name ? name->evaluate_leniently(context) : expression.evaluate(context);
}

Value call_application(const TemplateFunction& function, const std::vector<Value>& values) {
    std::vector<Json> arguments;
    arguments.reserve(values.size());
    for (const auto& value : values) arguments.push_back(fit_for_stack(value.json()));
    return Value::own(function(arguments));
}

/// Runs `function`, and gives what it throws the line.
template <class Function>
Value guarded(Context& context, int line, const std::string& what, Function function) {
    std::string failure;
    try {
        return function();
    } catch (const TemplateError&) {
        throw;
    } catch (const std::exception& error) {
        failure = error.what();
    }
    context.fail(line, what + failure);
}

Value concatenate(const Value& left, const Value& right) {
    if (left.safe() || right.safe())
        return Value::safe_text(std::string(escaped(left).string()) + std::string(escaped(right).string()));
    auto text = to_text(left.json());
    append_text(text, right.json());
    return Value::text(text);
}

Value loop_attribute(const Context::Loop& loop, std::string_view name) {
    if (name == "index") return Value::own(loop.index0 + 1);
    if (name == "index0") return Value::own(loop.index0);
    if (name == "revindex") return Value::own(loop.length - loop.index0);
    if (name == "revindex0") return Value::own(loop.length - loop.index0 - 1);
    if (name == "first") return Value::own(loop.index0 == 0);
    if (name == "last") return Value::own(loop.index0 + 1 == loop.length);
    if (name == "length") return Value::own(loop.length);
    throw std::invalid_argument("loop has no '" + std::string(name) + "'");
}

/// `range(end)`, `range(begin, end)`.
Value range(const std::vector<Value>& arguments) {
    constexpr std::int64_t max_length = 100'000;
    std::int64_t bounds[2] = {0, 0};
    if (arguments.empty() || arguments.size() > 2) throw std::invalid_argument("it takes one or two arguments");
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto* bound = arguments[i].json().if_int64();
        if (!bound) throw std::invalid_argument("an argument is not a whole number");
        bounds[arguments.size() == 1 ? 1 : i] = *bound;
    }
    boost::json::array numbers;
    std::int64_t length = 0;
    if (__builtin_sub_overflow(bounds[1], bounds[0], &length) || length > max_length) {
        throw std::invalid_argument("more than " + std::to_string(max_length) + " numbers");
    }
    for (auto i = bounds[0]; i < bounds[1]; ++i) numbers.emplace_back(i);
    return Value::own(std::move(numbers));
}

}  // namespace

// What is nested in templates, and in data, is theirs who write those.
Value Expression::evaluate(Context& context) const {
    if (detail::stack_is_short()) context.fail(line(), "too much is nested here for what is left of the stack");
    return do_evaluate(context);
}

Value ListLiteral::do_evaluate(Context& context) const {
    return guarded(context, line(), "", [&] {
        boost::json::array array;
        for (const auto& item : items_) array.push_back(fit_for_stack(item->evaluate(context).json()));
        return Value::own(std::move(array));
    });
}

Value ObjectLiteral::do_evaluate(Context& context) const {
    return guarded(context, line(), "", [&] {
        boost::json::object object;
        for (const auto& [key, value] : members_) {
            object[to_text(key->evaluate(context).json())] = fit_for_stack(value->evaluate(context).json());
        }
        return Value::own(std::move(object));
    });
}

Value Name::evaluate_leniently(Context& context) const { return context.find(name_); }

Value Name::do_evaluate(Context& context) const {
    auto value = context.find(name_);
    if (!value.defined() && context.library().strict) context.fail(line(), describe() + " is undefined");
    return value;
}

std::string Attribute::describe() const {
    auto base = base_->describe();
    if (!base.starts_with('\'')) return "'." + name_ + "'";
    base.pop_back();
    return base + '.' + name_ + "'";
}

Value Attribute::do_evaluate(Context& context) const {
    const auto base = evaluate_leniently(*base_, context);
    if (!base.defined()) {
        const auto* name = dynamic_cast<const Name*>(base_.get());
        if (name && name->name() == "loop" && !context.loops().empty()) {
            return guarded(context, line(), "", [&] { return loop_attribute(context.loops().back(), name_); });
        }
        context.fail(line(), base_->describe() + " is undefined");
    }
    const auto* object = base.json().if_object();
    const auto* member = object ? object->if_contains(name_) : nullptr;
    return member ? base.part(*member) : Value();
}

Value Index::do_evaluate(Context& context) const {
    const auto base = base_->evaluate(context);
    if (!base.defined()) context.fail(line(), base_->describe() + " is undefined");
    const auto key = key_->evaluate(context);
    if (const auto* object = base.json().if_object()) {
        const auto* member = key.json().is_structured() ? nullptr : object->if_contains(to_text(key.json()));
        return member ? base.part(*member) : Value();
    }
    const auto* array = base.json().if_array();
    const auto* position = key.json().if_int64();
    if (!array || !position) return {};
    const auto size = static_cast<std::int64_t>(array->size());
    const auto index = *position < 0 ? *position + size : *position;
    return index >= 0 && index < size ? base.part((*array)[static_cast<std::size_t>(index)]) : Value();
}

Value FilterExpression::do_evaluate(Context& context) const {
    const bool may_be_undefined = name_ == "default" || name_ == "d";
    auto value = may_be_undefined ? evaluate_leniently(*base_, context) : base_->evaluate(context);
    auto arguments = evaluate_all(arguments_, context);
    const auto& own = context.library().filters;
    const auto found = own.find(name_);
    return guarded(context, line(), "filter " + name_ + ": ", [&] {
        if (found != own.end()) {
            arguments.insert(arguments.begin(), std::move(value));
            return call_application(found->second, arguments);
        }
        const auto filter = find_filter(name_);
        if (!filter) throw std::invalid_argument("there is none of that name");
        return filter({context, value, arguments});
    });
}

Value TestExpression::do_evaluate(Context& context) const {
    const auto value = evaluate_leniently(*base_, context);
    return guarded(context, line(), "", [&] { return Value::own(test_(value) != negated_); });
}

Value Logic::do_evaluate(Context& context) const {
    auto left = left_->evaluate(context);
    return is_true(left.json()) == is_and_ ? right_->evaluate(context) : left;
}

bool Comparison::holds(const Json& left, const Json& right) const {
    switch (kind_) {
        case Kind::equal: return equal(left, right);
        case Kind::not_equal: return !equal(left, right);
        case Kind::less: return compare(left, right) < 0;
        case Kind::less_or_equal: return compare(left, right) <= 0;
        case Kind::greater: return compare(left, right) > 0;
        case Kind::greater_or_equal: return compare(left, right) >= 0;
        case Kind::in: return contains(right, left);
        case Kind::not_in: return !contains(right, left);
    }
    return false;
}

Value Comparison::do_evaluate(Context& context) const {
    const auto left = left_->evaluate(context);
    const auto right = right_->evaluate(context);
    return guarded(context, line(), "", [&] { return Value::own(holds(left.json(), right.json())); });
}

Value Calculation::do_evaluate(Context& context) const {
    const auto left = left_->evaluate(context);
    const auto right = right_->evaluate(context);
    if (operation_ == Arithmetic::add && left.is_string() && right.is_string()) return concatenate(left, right);
    return guarded(context, line(), "", [&] { return Value::own(calculate(operation_, left.json(), right.json())); });
}

Value Concatenation::do_evaluate(Context& context) const {
    const auto left = left_->evaluate(context);
    const auto right = right_->evaluate(context);
    return guarded(context, line(), "", [&] { return concatenate(left, right); });
}

Value Condition::do_evaluate(Context& context) const {
    if (is_true(condition_->evaluate(context).json())) return then_->evaluate(context);
    return otherwise_ ? otherwise_->evaluate(context) : Value();
}

Value Call::do_evaluate(Context& context) const {
    const auto arguments = evaluate_all(arguments_, context);
    if (name_ == "super") {
        if (!arguments.empty()) context.fail(line(), "super() takes no arguments");
        return Value::safe_text(context.render_super(line()));
    }
    const auto& own = context.library().functions;
    const auto found = own.find(name_);
    return guarded(context, line(), name_ + "(): ", [&] {
        if (found != own.end()) return call_application(found->second, arguments);
        if (name_ == "range") return range(arguments);
        throw std::invalid_argument("there is no function of that name");
    });
}

}  // namespace sio::http::tpl
