#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include <sio/response.hpp>

// Reading the files that responses refer to. Everything blocks: for the thread pool. Throws std::system_error; errors
// about a FileBody begin with its path.

namespace sio::http {

/// Reads up to `size` bytes at `offset`; less at the end of the file.
std::string read_at(int descriptor, std::uint64_t offset, std::size_t size);

/// The file of a FileBody: as it was when the headers were made, where whoever made them keeps it open. Throws
/// std::runtime_error too: for what is no regular file (a pipe would block for ever), and for one that has become shorter
/// than the range.
std::shared_ptr<const int> open_file(const FileBody& body);

/// All of the range.
std::string read_file(const FileBody& body);

}  // namespace sio::http
