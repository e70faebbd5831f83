#pragma once

#include <exception>
#include <string>

namespace sio::util {

/// What an exception says, with its type: `std::runtime_error: boom`. For logs; null gives an empty text.
std::string exception_text(const std::exception_ptr& error);

}  // namespace sio::util
