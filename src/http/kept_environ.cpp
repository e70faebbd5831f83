#include "http/kept_environ.hpp"

#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

namespace sio::http {

namespace {

/// Numbers in seven bits a byte, the low ones first; strings behind their length.
class Writer {
public:
    Writer() { text_.reserve(1024); }  // what browsers send fits

    void number(std::size_t value) {
        for (; value >= 0x80; value >>= 7) text_ += static_cast<char>(value | 0x80);
        text_ += static_cast<char>(value);
    }
    void string(std::string_view value) {
        number(value.size());
        text_ += value;
    }
    const std::string& text() const noexcept { return text_; }

private:
    std::string text_;
};

class Reader {
public:
    explicit Reader(const char* text) noexcept : at_(text) {}

    std::size_t number() noexcept {
        std::size_t value = 0;
        for (unsigned shift = 0;; shift += 7) {
            const auto byte = static_cast<unsigned char>(*at_++);
            value |= static_cast<std::size_t>(byte & 0x7f) << shift;
            if (byte < 0x80) return value;
        }
    }
    std::string_view string() noexcept {
        const std::size_t size = number();
        return {std::exchange(at_, at_ + size), size};
    }

private:
    const char* at_;
};

}  // namespace

struct KeptEnviron::Packed {
    decltype(Environ::values_) values;

    const char* text() const noexcept { return reinterpret_cast<const char*>(this + 1); }
    static Packed* make(std::string_view text) {
        auto* const packed = new (::operator new(sizeof(Packed) + text.size())) Packed;
        std::memcpy(reinterpret_cast<char*>(packed + 1), text.data(), text.size());
        return packed;
    }
};

void KeptEnviron::Free::operator()(Packed* packed) const noexcept {
    packed->~Packed();
    ::operator delete(packed);
}

struct KeptEnviron::Codec {
    template <class Pairs>
    static void write_pairs(Writer& out, const Pairs& pairs) {
        out.number(pairs.size());
        for (const auto& [name, value] : pairs) {
            out.string(name);
            out.string(value);
        }
    }
    static void write(Writer& out, const Environ& environ) {
        const HttpRequest& request = environ.request_;
        out.string(request.method);
        out.string(request.target);
        out.number(static_cast<std::size_t>(request.version));
        write_pairs(out, request.headers);
        out.string(request.body);
        out.string(request.scheme);
        out.string(request.remote_address);
        out.number(request.remote_port);
        out.string(request.local_address);
        out.number(request.local_port);
        out.string(environ.script_name_);
        out.string(environ.path_);
        out.number(environ.path_is_valid_ ? 1 : 0);
        write_pairs(out, environ.params_);
    }
    static void read(Reader& in, Environ& environ) {
        HttpRequest& request = environ.request_;
        request.method = in.string();
        request.target = in.string();
        request.version = static_cast<int>(in.number());
        for (std::size_t left = in.number(); left != 0; --left) {
            const auto name = in.string();
            request.headers.add(name, in.string());
        }
        request.body = in.string();
        request.scheme = in.string();
        request.remote_address = in.string();
        request.remote_port = static_cast<std::uint16_t>(in.number());
        request.local_address = in.string();
        request.local_port = static_cast<std::uint16_t>(in.number());
        environ.script_name_ = in.string();
        environ.path_ = in.string();
        environ.path_is_valid_ = in.number() != 0;
        for (std::size_t left = in.number(); left != 0; --left) {
            const auto name = in.string();
            environ.params_.emplace_back(name, in.string());
        }
    }
};

void KeptEnviron::pack() {
    if (!environ_) return;
    Writer out;
    Codec::write(out, *environ_);
    packed_.reset(Packed::make(out.text()));
    if (!environ_->values_.empty()) packed_->values = std::move(environ_->values_);
    environ_.reset();
}

void KeptEnviron::unpack() {
    auto environ = std::make_unique<Environ>();
    Reader in(packed_->text());
    Codec::read(in, *environ);
    environ->values_ = std::move(packed_->values);
    environ_ = std::move(environ);
    packed_.reset();
}

}  // namespace sio::http
