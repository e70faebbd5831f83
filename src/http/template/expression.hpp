#pragma once

#include "http/template/ast.hpp"
#include "http/template/token_stream.hpp"

namespace sio::http::tpl {

/// Parses an expression, up to the first word that cannot belong to it. Throws TemplateError.
ExpressionPtr parse_expression(TokenStream& tokens);

/// The same without `... if ... else ...`, for where an `if` means something else.
ExpressionPtr parse_expression_without_condition(TokenStream& tokens);

}  // namespace sio::http::tpl
