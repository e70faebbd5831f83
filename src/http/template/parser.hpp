#pragma once

#include <string>

#include "http/template/ast.hpp"

namespace sio::http::tpl {

/// Parses a template. Throws TemplateError.
TemplatePtr parse_template(std::string name, std::string source);

}  // namespace sio::http::tpl
