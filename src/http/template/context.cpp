#include "http/template/context.hpp"

#include <algorithm>

#include <sio/detail/stack_left.hpp>

namespace sio::http::tpl {
namespace {

/// Templates that include each other (or themselves, with a condition that never ends it) run into this, not into the
/// end of the greenlet's stack.
constexpr int max_depth = 24;

}  // namespace

void render_all(const Nodes& nodes, Context& context, std::string& out) {
    if (detail::stack_is_short() && !nodes.empty()) {
        context.fail(nodes.front()->line(), "too much is nested here for what is left of the stack");
    }
    for (const auto& node : nodes) node->render(context, out);
}

/// While it lives, `current_` is another template.
class Context::Inside {
public:
    Inside(Context& context, const Template* inner) : context_(context), outer_(context.current_) {
        if (context.depth_ == max_depth) {
            throw TemplateError(
                inner->name, 0,
                "templates and blocks within each other more than " + std::to_string(max_depth) + " deep");
        }
        ++context.depth_;
        context.current_ = inner;
    }
    ~Inside() {
        context_.current_ = outer_;
        --context_.depth_;
    }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

private:
    Context& context_;
    const Template* outer_;
};

void Context::fail(int line, const std::string& text) const {
    throw TemplateError(current_ ? current_->name : std::string(), line, text);
}

TemplatePtr Context::load(std::string_view name, int line) const {
    try {
        return loader_(name);
    } catch (const TemplateError& error) {
        // A malformed file speaks for itself; one that is not there is the fault of who names it.
        if (error.line() != 0) throw;
        fail(line, error.what());
    }
}

void Context::render(const TemplatePtr& root, std::string& out) {
    // From the template to what it extends, and further up.
    std::vector<TemplatePtr> chain{root};
    while (const auto& parent = chain.back()->parent) {
        const Inside inside(*this, chain.back().get());
        const int line = chain.back()->parent_line;
        auto next = load(*parent, line);
        if (std::find(chain.begin(), chain.end(), next) != chain.end()) fail(line, "the template extends itself");
        chain.push_back(std::move(next));
    }

    // An included template has blocks of its own.
    auto outer_blocks = std::exchange(blocks_, {});
    auto outer_active = std::exchange(active_blocks_, {});
    struct Restore {
        Context& context;
        decltype(blocks_)& blocks;
        decltype(active_blocks_)& active;
        ~Restore() {
            context.blocks_ = std::move(blocks);
            context.active_blocks_ = std::move(active);
        }
    } const restore{*this, outer_blocks, outer_active};
    for (const auto& tpl : chain) {
        for (const auto& [name, block] : tpl->blocks) blocks_[name].push_back(&block);
    }

    const Scope scope(*this);
    for (const auto& tpl : chain) {
        const Inside inside(*this, tpl.get());
        if (tpl != chain.back()) {
            for (const auto& node : tpl->nodes) {
                if (node->is_set()) node->render(*this, out);
            }
        } else {
            render_all(tpl->nodes, *this, out);
        }
    }
}

void Context::render_definition(ActiveBlock block, std::string& out) {
    const auto* definition = (*block.definitions)[block.depth];
    const Inside inside(*this, definition->origin);
    const Scope scope(*this);
    active_blocks_.push_back(block);
    struct Pop {
        std::vector<ActiveBlock>& blocks;
        ~Pop() { blocks.pop_back(); }
    } const pop{active_blocks_};
    render_all(definition->body, *this, out);
}

void Context::render_block(const std::string& name, std::string& out) {
    render_definition({&blocks_.at(name), 0}, out);
}

std::string Context::render_super(int line) {
    if (active_blocks_.empty()) fail(line, "super() outside a block");
    auto above = active_blocks_.back();
    if (++above.depth == above.definitions->size()) fail(line, "super(): no template above has this block");
    std::string out;
    render_definition(above, out);
    return out;
}

Value Context::find(std::string_view name) const {
    const auto local =
        std::find_if(locals_.rbegin(), locals_.rend(), [name](const auto& entry) { return entry.first == name; });
    if (local != locals_.rend()) return local->second;
    if (const auto* object = data_.if_object()) {
        if (const auto* value = object->if_contains(name)) return Value::refer(*value);
    }
    if (const auto global = library_.globals.find(name); global != library_.globals.end())
        return Value::refer(global->second);
    return {};
}

}  // namespace sio::http::tpl
