#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sio/template.hpp>

#include "http/template/ast.hpp"
#include "http/template/value.hpp"

namespace sio::http::tpl {

/// What all renderings of a set of templates share.
struct Library {
    std::map<std::string, TemplateFunction, std::less<>> filters;
    std::map<std::string, TemplateFunction, std::less<>> functions;
    std::map<std::string, Json, std::less<>> globals;
    bool strict = false;
};

/// One rendering: the variables in sight, and where in which template it is.
class Context {
public:
    /// Finds a template; throws TemplateError.
    using Loader = std::function<TemplatePtr(std::string_view name)>;

    Context(const Library& library, const Loader& loader, const Json& data)
        : library_(library), loader_(loader), data_(data) {}

    /// Renders a template with what it extends, or, for an include, within another.
    void render(const TemplatePtr& root, std::string& out);
    /// Renders the definition of a block that counts: the most derived one.
    void render_block(const std::string& name, std::string& out);
    /// What `super()` writes within the current block. Throws TemplateError when there is nothing above it.
    std::string render_super(int line);
    TemplatePtr load(std::string_view name, int line) const;

    /// A variable: a local one, or of the data, or a global. Undefined when there is none.
    Value find(std::string_view name) const;
    void set(std::string_view name, Value value) { locals_.emplace_back(name, std::move(value)); }

    /// Forgets on destruction what has been set since it was made.
    class Scope {
    public:
        explicit Scope(Context& context) : context_(context), size_(context.locals_.size()) {}
        ~Scope() { context_.locals_.resize(size_); }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

    private:
        Context& context_;
        std::size_t size_;
    };

    /// `loop` within a `{% for %}`.
    struct Loop {
        std::size_t index0 = 0;
        std::size_t length = 0;
    };
    std::vector<Loop>& loops() noexcept { return loops_; }

    const Library& library() const noexcept { return library_; }
    /// Whether the template that is being rendered escapes.
    bool escape() const noexcept { return current_->escape; }
    [[noreturn]] void fail(int line, const std::string& text) const;

private:
    /// The definitions of a block, the most derived first; which of them is being rendered is `depth`.
    struct ActiveBlock {
        const std::vector<const Block*>* definitions;
        std::size_t depth;
    };
    class Inside;

    void render_definition(ActiveBlock block, std::string& out);

    const Library& library_;
    const Loader& loader_;
    const Json& data_;
    std::vector<std::pair<std::string, Value>> locals_;
    std::vector<Loop> loops_;
    std::map<std::string, std::vector<const Block*>, std::less<>> blocks_;
    std::vector<ActiveBlock> active_blocks_;
    const Template* current_ = nullptr;
    int depth_ = 0;
};

}  // namespace sio::http::tpl
