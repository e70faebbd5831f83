#include <sio/template.hpp>

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include <sio/error.hpp>

#include "http/file_body.hpp"
#include "http/file_root.hpp"
#include "http/offloaded.hpp"
#include "http/template/context.hpp"
#include "http/template/parser.hpp"

namespace sio {
namespace {

/// Templates are written by people.
constexpr std::uint64_t max_template_bytes = 4'000'000;

}  // namespace

TemplateError::TemplateError(std::string file, int line, const std::string& text)
    : std::runtime_error(line == 0 ? file + ": " + text : file + ':' + std::to_string(line) + ": " + text),
      file_(std::move(file)),
      line_(line) {}

class Templates::State {
public:
    explicit State(TemplateOptions options) : options_(options) { library.strict = options.strict; }
    State(const std::string& directory, TemplateOptions options) : State(options) { root_.emplace(directory); }

    http::tpl::TemplatePtr load(std::string_view name);
    void add(http::tpl::TemplatePtr tpl) {
        const std::lock_guard lock(mutex_);
        auto name = tpl->name;
        entries_[std::move(name)] = {std::move(tpl), {}, 0, false};
    }

    http::tpl::Library library;

private:
    struct Entry {
        http::tpl::TemplatePtr parsed;
        std::chrono::nanoseconds modified{};
        std::uint64_t size = 0;
        bool from_file = true;
    };

    std::optional<Entry> cached(std::string_view name) {
        const std::lock_guard lock(mutex_);
        const auto found = entries_.find(name);
        return found == entries_.end() ? std::nullopt : std::optional(found->second);
    }
    http::OpenFile open(const std::string& name) const;

    const TemplateOptions options_;
    std::optional<http::FileRoot> root_;
    /// Not held while a file is read, which suspends the greenlet.
    std::mutex mutex_;
    std::map<std::string, Entry, std::less<>> entries_;
};

http::OpenFile Templates::State::open(const std::string& name) const {
    if (!root_ || !http::is_safe_path(name, true) || name.empty() || name.ends_with('/')) {
        throw TemplateError(name, 0, "there is no such template");
    }
    auto file = http::offloaded(detail::PoolPurpose::files, [&] {
                    return root_->open(name, http::FileRoot::Patience::disk);
                }).file;
    if (!file || file.is_directory) throw TemplateError(name, 0, "there is no such template");
    if (file.size > max_template_bytes) throw TemplateError(name, 0, "the template is too large");
    return file;
}

http::tpl::TemplatePtr Templates::State::load(std::string_view name) {
    auto entry = cached(name);
    if (entry && (!options_.reload || !entry->from_file)) return entry->parsed;

    const auto file = open(std::string(name));
    if (entry && entry->modified == file.modified && entry->size == file.size) return entry->parsed;
    auto source =
        http::offloaded(detail::PoolPurpose::files, [&] { return http::read_at(*file.descriptor, 0, file.size); });
    // Two greenlets may get here at the same time; both results are good.
    auto parsed = http::tpl::parse_template(std::string(name), std::move(source));
    const std::lock_guard lock(mutex_);
    entries_[std::string(name)] = {parsed, file.modified, file.size, true};
    return parsed;
}

Templates::Templates(const std::string& directory, TemplateOptions options)
    : state_(std::make_shared<State>(directory, options)) {}

Templates::Templates(TemplateOptions options) : state_(std::make_shared<State>(options)) {}

void Templates::add(std::string_view name, std::string source) {
    state_->add(http::tpl::parse_template(std::string(name), std::move(source)));
}

void Templates::add_filter(std::string_view name, TemplateFunction function) {
    state_->library.filters.insert_or_assign(std::string(name), std::move(function));
}

void Templates::add_function(std::string_view name, TemplateFunction function) {
    state_->library.functions.insert_or_assign(std::string(name), std::move(function));
}

void Templates::set_global(std::string_view name, Json value) {
    state_->library.globals.insert_or_assign(std::string(name), std::move(value));
}

std::string Templates::render(std::string_view name, const Json& data) const {
    const http::tpl::Context::Loader loader = [this](std::string_view wanted) { return state_->load(wanted); };
    http::tpl::Context context(state_->library, loader, data);
    std::string out;
    context.render(loader(name), out);
    return out;
}

Response Templates::respond(std::string_view name, const Json& data, int status) const {
    return Response::html(render(name, data), status);
}

}  // namespace sio
