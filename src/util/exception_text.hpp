#pragma once

#include <exception>
#include <string>

namespace sio::util {

/// What an exception says, with its type: `std::runtime_error: boom`. For logs; null gives an empty text.
std::string exception_text(const std::exception_ptr& error);

/// Logs the exception that is being handled as an error, with what it escaped from. Nothing is thrown: without memory for
/// the line there is none.
void log_escaped(const char* component, const char* from) noexcept;

}  // namespace sio::util
