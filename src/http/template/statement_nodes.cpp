#include "http/template/statement_nodes.hpp"

#include <stdexcept>

#include <sio/html.hpp>

#include "http/template/context.hpp"

namespace sio::http::tpl {

void OutputNode::render(Context& context, std::string& out) const {
    const auto value = expression_->evaluate(context);
    try {
        write(value, context, out);
    } catch (const std::invalid_argument& error) {
        context.fail(line(), error.what());
    }
}

void OutputNode::write(const Value& value, const Context& context, std::string& out) {
    if (value.safe() || !context.escape()) {
        append_text(out, value.json());
    } else if (value.is_string()) {
        append_escaped_html(out, value.string());
    } else {
        append_escaped_html(out, to_text(value.json()));
    }
}

void IfNode::render(Context& context, std::string& out) const {
    for (const auto& branch : branches_) {
        if (branch.condition && !is_true(branch.condition->evaluate(context).json())) continue;
        render_all(branch.body, context, out);
        return;
    }
}

/// What the names stand for in each round. Made before the first: `loop.length` has to be known, and the condition is no
/// part of the loop.
std::vector<std::vector<Value>> ForNode::items(Context& context) const {
    const auto& names = parts_.names;
    const auto list = parts_.list->evaluate(context);
    std::vector<std::vector<Value>> rounds;
    const auto add = [&](std::vector<Value> values) {
        if (values.size() != names.size()) {
            context.fail(line(), "the loop has " + std::to_string(names.size()) + " names for " +
                                     std::to_string(values.size()) + " values");
        }
        if (parts_.condition) {
            const Context::Scope scope(context);
            for (std::size_t i = 0; i < names.size(); ++i) context.set(names[i], values[i]);
            if (!is_true(parts_.condition->evaluate(context).json())) return;
        }
        rounds.push_back(std::move(values));
    };

    if (list.json().is_null()) return rounds;
    if (const auto* object = list.json().if_object()) {
        for (const auto& member : *object) {
            auto key = Value::text(std::string_view(member.key().data(), member.key().size()));
            if (names.size() == 1) {
                add({std::move(key)});
            } else {
                add({std::move(key), list.part(member.value())});
            }
        }
        return rounds;
    }
    const auto* array = list.json().if_array();
    if (!array) context.fail(line(), parts_.list->describe() + " is not a list");
    for (const auto& item : *array) {
        if (names.size() == 1) {
            add({list.part(item)});
            continue;
        }
        const auto* parts = item.if_array();
        if (!parts) context.fail(line(), "the loop has several names, but an item is not a list");
        std::vector<Value> values;
        for (const auto& part : *parts) values.push_back(list.part(part));
        add(std::move(values));
    }
    return rounds;
}

void ForNode::render(Context& context, std::string& out) const {
    auto rounds = items(context);
    if (rounds.empty()) {
        render_all(parts_.otherwise, context, out);
        return;
    }
    context.loops().push_back({0, rounds.size()});
    struct Pop {
        std::vector<Context::Loop>& loops;
        ~Pop() { loops.pop_back(); }
    } const pop{context.loops()};
    for (auto& values : rounds) {
        const Context::Scope scope(context);
        for (std::size_t i = 0; i < parts_.names.size(); ++i) context.set(parts_.names[i], std::move(values[i]));
        render_all(parts_.body, context, out);
        ++context.loops().back().index0;
    }
}

void BlockNode::render(Context& context, std::string& out) const { context.render_block(name_, out); }

void IncludeNode::render(Context& context, std::string& out) const {
    const auto name = name_->evaluate(context);
    if (!name.is_string()) context.fail(line(), "the name of an included template is not text");
    context.render(context.load(name.string(), line()), out);
}

void SetNode::render(Context& context, std::string& out) const {
    if (value_) {
        context.set(name_, value_->evaluate(context));
        return;
    }
    // Written by a scope of its own, so that what is set within does not hide the name.
    std::string captured;
    {
        const Context::Scope scope(context);
        render_all(body_, context, captured);
    }
    context.set(name_, context.escape() ? Value::safe_text(captured) : Value::text(captured));
    static_cast<void>(out);
}

}  // namespace sio::http::tpl
