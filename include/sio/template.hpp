#pragma once

#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include <sio/json.hpp>
#include <sio/response.hpp>

namespace sio {

/// A template that cannot be read, is malformed, or failed while it was rendered. what() is `room.html:12: ...`.
class TemplateError : public std::runtime_error {
public:
    /// `line` is counted from 1; 0 stands for the file as a whole.
    TemplateError(std::string file, int line, const std::string& text);

    const std::string& file() const noexcept { return file_; }
    int line() const noexcept { return line_; }

private:
    std::string file_;
    int line_;
};

/// A filter or function of an application. For a filter, `arguments[0]` is what stands before the `|`.
/// What it throws becomes a TemplateError with its text.
using TemplateFunction = std::function<Json(std::span<const Json> arguments)>;

struct TemplateOptions {
    /// Looks whether files have changed before each use, for development. Otherwise each is read once.
    bool reload = false;
    /// A name without a value is an error instead of empty text.
    bool strict = false;
};

/// The templates of a directory, in the language of Jinja: inheritance, blocks, loops, conditions, includes, filters.
/// docs/guides/templates.md has the language.
///
/// ```
/// sio::Templates templates("templates");
/// return templates.respond("room.html", {{"room", {{"name", name}}}, {"users", users}});
/// ```
///
/// What `{{ ... }}` writes is escaped for HTML in every template whose name does not end in `.txt`, unless the template
/// says `|safe`. That is right for text and for quoted attributes; within `<script>` use `|tojson`, in attributes in double quotes
/// `|tojson|forceescape`.
///
/// Threads: render() any number at once; the others before. Files are read on the thread pool.
class Templates {
public:
    /// Throws Error(errc::cannot_start) when `directory` cannot be opened.
    explicit Templates(const std::string& directory, TemplateOptions options = {});
    /// Without a directory: the templates that add() gives.
    explicit Templates(TemplateOptions options = {});

    /// Adds a template, in place of a file of that name. Throws TemplateError.
    void add(std::string_view name, std::string source);
    void add_filter(std::string_view name, TemplateFunction function);
    void add_function(std::string_view name, TemplateFunction function);
    /// A value that all templates see, unless `data` has one of that name.
    void set_global(std::string_view name, Json value);

    /// `name` is relative to the directory. `data`, an object, holds the variables. Throws TemplateError.
    std::string render(std::string_view name, const Json& data = boost::json::object()) const;
    /// The same as a page.
    Response respond(std::string_view name, const Json& data = boost::json::object(), int status = 200) const;

private:
    class State;
    std::shared_ptr<State> state_;
};

}  // namespace sio
