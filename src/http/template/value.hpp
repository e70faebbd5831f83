#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include <sio/json_fwd.hpp>

#include "http/json_levels.hpp"

namespace sio::http::tpl {

/// What an expression of a template evaluates to: nothing (undefined), or JSON, which is text fit for HTML as it is when
/// `safe`.
///
/// Refers to the data that a template is rendered with, or shares what an expression has made: copies are cheap.
class Value {
public:
    Value() = default;
    /// `json` must outlive the rendering.
    static Value refer(const Json& json) noexcept {
        Value value;
        value.json_ = &json;
        return value;
    }
    static Value own(Json json) {
        Value value;
        value.owner_ = std::make_shared<const Json>(std::move(json));
        value.json_ = value.owner_.get();
        return value;
    }
    static Value text(std::string_view text) { return own(boost::json::string(text)); }
    static Value safe_text(std::string_view text) { return Value::text(text).as_safe(); }

    /// A part of this value's JSON.
    Value part(const Json& json) const noexcept {
        auto value = *this;
        value.json_ = &json;
        value.safe_ = false;
        return value;
    }
    Value as_safe() const {
        auto value = *this;
        value.safe_ = true;
        return value;
    }

    bool defined() const noexcept { return json_ != nullptr; }
    bool safe() const noexcept { return safe_; }
    /// null when undefined.
    const Json& json() const noexcept;

    bool is_string() const noexcept { return json().is_string(); }
    std::string_view string() const noexcept { return {json().get_string().data(), json().get_string().size()}; }

private:
    std::shared_ptr<const Json> owner_;
    const Json* json_ = nullptr;
    bool safe_ = false;
};

/// Python's idea of truth: neither null, false, 0, nor empty.
bool is_true(const Json& json) noexcept;

/// Appends what `{{ json }}` writes, before escaping: text as it is, nothing for null, arrays and objects as JSON. Throws what
/// fit_for_stack() throws.
void append_text(std::string& out, const Json& json);
std::string to_text(const Json& json);

/// Numbers by value whatever their kind, the rest by JSON's equality. Throws what fit_for_stack() throws.
bool equal(const Json& a, const Json& b);
/// Negative, zero or positive, for two numbers or two texts. Throws std::invalid_argument for others.
int compare(const Json& a, const Json& b);
/// Whether an array holds, an object has as key, or a text contains `needle`. Throws std::invalid_argument for others.
bool contains(const Json& haystack, const Json& needle);

enum class Arithmetic { add, subtract, multiply, divide, floor_divide, modulo };
/// Python's: `/` gives a real number, `//` and `%` round down. Beyond 64 bits, real numbers. `+` also joins arrays.
/// Throws std::invalid_argument for what is not a number, and for division by zero.
Json calculate(Arithmetic operation, const Json& a, const Json& b);

/// Characters (code points) of UTF-8.
std::size_t character_count(std::string_view text) noexcept;
/// The first `count` characters.
std::string_view first_characters(std::string_view text, std::size_t count) noexcept;

}  // namespace sio::http::tpl
