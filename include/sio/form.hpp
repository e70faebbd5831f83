#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sio/headers.hpp>
#include <sio/multi_dict.hpp>

namespace sio {

class Environ;

/// How much a form may hold; beyond it the request is answered 413. The server's body limit applies before.
struct FormLimits {
    /// Fields and files together. At least 1. Default: 1000.
    std::size_t max_parts = 1000;
    /// Name and value of a field that is not a file. Default: 1 MB.
    std::size_t max_field_bytes = 1'000'000;
    /// Files among the parts; 0 refuses them. Default: 100.
    std::size_t max_files = 100;
    /// The content of one file. Default: what the server takes.
    std::size_t max_file_bytes = static_cast<std::size_t>(-1);
    /// The header of one part of a multipart form. Default: 8 KB.
    std::size_t max_part_header_bytes = 8192;
};

/// A file that came with a form.
struct UploadedFile {
    /// Of the form's field.
    std::string field;
    /// As the client calls it. Not to be used as a path: see safe_filename().
    std::string filename;
    /// As the client says; `application/octet-stream` when it says nothing. Nobody has checked it.
    std::string content_type;
    Headers headers;
    std::string content;

    /// The file name without directories, control characters, and dots at the beginning, at most 200 bytes; `file` when
    /// nothing is left.
    std::string safe_filename() const;
};

/// The fields and files that a form has sent. Names and values are valid UTF-8.
class Form {
public:
    Form() = default;
    Form(MultiDict fields, std::vector<UploadedFile> files) : fields_(std::move(fields)), files_(std::move(files)) {}

    /// The first value of the field, or empty.
    std::string_view operator[](std::string_view name) const noexcept { return fields_.get(name); }
    std::string_view get(std::string_view name, std::string_view fallback = {}) const noexcept {
        return fields_.get(name, fallback);
    }
    bool contains(std::string_view name) const noexcept { return fields_.contains(name); }
    const MultiDict& fields() const noexcept { return fields_; }

    /// The first file of that field, or null.
    const UploadedFile* file(std::string_view field) const noexcept {
        for (const auto& upload : files_) {
            if (upload.field == field) return &upload;
        }
        return nullptr;
    }
    const std::vector<UploadedFile>& files() const noexcept { return files_; }

private:
    MultiDict fields_;
    std::vector<UploadedFile> files_;
};

/// Reads the body as its content type says: `application/x-www-form-urlencoded` or `multipart/form-data` (RFC 7578).
/// Empty for any other. Throws HttpError: 400 for a malformed one, 413 beyond a limit. Environ::form() does this once
/// and keeps the result.
Form parse_form(const Environ& environ, const FormLimits& limits = {});

}  // namespace sio
