#include <sio/environ.hpp>

#include <algorithm>
#include <iterator>

#include <sio/cookie.hpp>
#include <sio/form.hpp>

#include "util/ascii.hpp"
#include "util/percent.hpp"
#include "util/query.hpp"

namespace sio {
namespace {

constexpr std::string_view header_prefix = "HTTP_";

/// `HTTP_USER_AGENT` -> `USER-AGENT`. A field whose own name holds `_` has no WSGI name: it could pass itself off as the
/// one with `-`, which a proxy in front has checked.
std::string field_name(std::string_view wsgi_name) {
    std::string name(wsgi_name.substr(header_prefix.size()));
    std::replace(name.begin(), name.end(), '-', '\0');
    std::replace(name.begin(), name.end(), '_', '-');
    return name;
}

std::string wsgi_name(std::string_view field) {
    std::string name(header_prefix);
    for (const char c : field) {
        name += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
    }
    return name;
}

/// PEP 3333 leaves these two to names of their own.
bool has_own_name(std::string_view field) {
    return util::ascii_iequals(field, "Content-Type") || util::ascii_iequals(field, "Content-Length");
}

std::string joined(const Headers& headers, std::string_view name) {
    // RFC 9113, 8.2.3: cookies in several fields are one list with semicolons.
    if (!util::ascii_iequals(name, "Cookie")) return headers.combined(name);
    std::string list;
    for (const auto& [field, value] : headers) {
        if (!util::ascii_iequals(field, name)) continue;
        if (!list.empty()) list += "; ";
        list += value;
    }
    return list;
}

std::string port_text(std::uint16_t port) { return port == 0 ? std::string() : std::to_string(port); }

using Value = std::string (*)(const Environ&);
constexpr std::pair<std::string_view, Value> wsgi_values[] = {
    {"REQUEST_METHOD", [](const Environ& e) { return e.method(); }},
    {"SCRIPT_NAME", [](const Environ& e) { return e.script_name(); }},
    {"PATH_INFO", [](const Environ& e) { return e.path(); }},
    {"QUERY_STRING", [](const Environ& e) { return std::string(e.request().query_string()); }},
    {"CONTENT_TYPE", [](const Environ& e) { return std::string(e.header("Content-Type")); }},
    {"CONTENT_LENGTH",
     [](const Environ& e) {
         // A chunked body came without a length, and has one by now.
         if (e.body().empty()) return std::string(e.header("Content-Length"));
         return std::to_string(e.body().size());
     }},
    {"SERVER_NAME", [](const Environ& e) { return e.request().local_address; }},
    {"SERVER_PORT", [](const Environ& e) { return port_text(e.request().local_port); }},
    {"SERVER_PROTOCOL",
     [](const Environ& e) { return std::string(e.request().version == 10 ? "HTTP/1.0" : "HTTP/1.1"); }},
    {"REMOTE_ADDR", [](const Environ& e) { return e.remote_address(); }},
    {"REMOTE_PORT", [](const Environ& e) { return port_text(e.request().remote_port); }},
    {"wsgi.url_scheme", [](const Environ& e) { return e.scheme(); }},
};

}  // namespace

Environ::Environ(HttpRequest request) : request_(std::move(request)) {
    if (auto decoded = util::percent_decode(request_.path())) {
        path_ = std::move(*decoded);
        path_is_valid_ = path_.find('\0') == std::string::npos;
    } else {
        path_ = request_.path();
        path_is_valid_ = false;
    }
}

Environ::Environ(Environ&&) noexcept = default;
Environ& Environ::operator=(Environ&&) noexcept = default;
Environ::~Environ() = default;

const MultiDict& Environ::query() const {
    if (!query_) {
        query_.emplace();
        util::QueryReader reader(request_.query_string());
        while (reader.next()) query_->add(reader.key(), reader.value());
    }
    return *query_;
}

const MultiDict& Environ::cookies() const {
    if (!cookies_) cookies_ = parse_cookies(joined(request_.headers, "Cookie"));
    return *cookies_;
}

const Form& Environ::form() const {
    if (!form_) {
        const auto* limits = get<FormLimits>();
        form_ = std::make_shared<const Form>(parse_form(*this, limits ? *limits : FormLimits{}));
    }
    return *form_;
}

std::string Environ::host() const {
    if (const auto host = header("Host"); !host.empty()) return std::string(host);
    const auto& address = request_.local_address;
    auto text = address.find(':') == std::string::npos ? address : '[' + address + ']';
    const bool default_port = request_.local_port == (is_secure() ? 443 : 80);
    if (request_.local_port != 0 && !default_port) text += ':' + std::to_string(request_.local_port);
    return text;
}

std::string Environ::origin() const { return scheme() + "://" + host(); }

std::string Environ::operator[](std::string_view name) const {
    const auto found = std::find_if(std::begin(wsgi_values), std::end(wsgi_values),
                                    [name](const auto& entry) { return entry.first == name; });
    if (found != std::end(wsgi_values)) return found->second(*this);
    if (!name.starts_with(header_prefix)) return {};
    const auto field = field_name(name);
    return has_own_name(field) ? std::string() : joined(request_.headers, field);
}

std::vector<std::pair<std::string, std::string>> Environ::items() const {
    std::vector<std::pair<std::string, std::string>> all;
    for (const auto& [name, value] : wsgi_values) {
        if (auto text = value(*this); !text.empty()) all.emplace_back(name, std::move(text));
    }
    for (const auto& field : request_.headers) {
        if (has_own_name(field.first) || field.first.find('_') != std::string::npos) continue;
        auto name = wsgi_name(field.first);
        const bool known = std::any_of(all.begin(), all.end(), [&](const auto& item) { return item.first == name; });
        if (!known) all.emplace_back(std::move(name), joined(request_.headers, field.first));
    }
    return all;
}

std::string_view Environ::param(std::string_view name) const noexcept {
    for (const auto& [key, value] : params_) {
        if (key == name) return value;
    }
    return {};
}

void Environ::mount(std::size_t length) {
    script_name_.append(path_, 0, length);
    path_.erase(0, length);
}

void Environ::set_param(std::string_view name, std::string_view value) {
    for (auto& [key, kept] : params_) {
        if (key == name) {
            kept = value;
            return;
        }
    }
    params_.emplace_back(name, value);
}

void Environ::put(Tag key, std::shared_ptr<void> value) {
    for (auto& [kept_key, kept] : values_) {
        if (kept_key == key) {
            // The old value goes last: its destructor may look at the environ.
            kept.swap(value);
            return;
        }
    }
    values_.emplace_back(key, std::move(value));
}

void* Environ::find(Tag key) const noexcept {
    for (const auto& [kept_key, kept] : values_) {
        if (kept_key == key) return kept.get();
    }
    return nullptr;
}

void Environ::drop(Tag key) noexcept {
    std::erase_if(values_, [key](const auto& entry) { return entry.first == key; });
}

}  // namespace sio
