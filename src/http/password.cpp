#include <sio/password.hpp>

#include <cstdint>
#include <optional>
#include <stdexcept>

#include <openssl/evp.h>

#include "http/base64url.hpp"
#include "http/crypto.hpp"
#include "http/offloaded.hpp"
#include "util/decimal.hpp"

namespace sio {
namespace {

/// RFC 7914, 2: N = 2^log2_n.
struct Costs {
    std::uint64_t log2_n = 15;
    std::uint64_t r = 8;
    std::uint64_t p = 3;

    std::uint64_t memory() const { return 128 * r * (std::uint64_t{1} << log2_n); }
    bool operator==(const Costs&) const = default;
};

// What OWASP's password storage cheat sheet calls equal in strength to N = 2^17, p = 1, with a quarter of the memory.
constexpr Costs current_costs{};
constexpr std::size_t salt_bytes = 16;
constexpr std::size_t hash_bytes = 32;
constexpr std::uint64_t max_memory = 256'000'000;

struct Stored {
    Costs costs;
    std::string salt;
    std::string hash;
};

std::string scrypt(std::string_view password, std::string_view salt, const Costs& costs, std::size_t size) {
    std::string out(size, '\0');
    const int done =
        EVP_PBE_scrypt(password.data(), password.size(), reinterpret_cast<const unsigned char*>(salt.data()),
                       salt.size(), std::uint64_t{1} << costs.log2_n, costs.r, costs.p, max_memory + max_memory / 2,
                       reinterpret_cast<unsigned char*>(out.data()), out.size());
    if (done != 1) throw std::runtime_error("scrypt failed");
    return out;
}

/// Takes `prefix`, digits, and `end` off the text.
std::optional<std::uint64_t> take_number(std::string_view& text, std::string_view prefix, char end, std::uint64_t max) {
    if (!text.starts_with(prefix)) return std::nullopt;
    const auto stop = text.find(end);
    if (stop == std::string_view::npos) return std::nullopt;
    const auto value = util::parse_decimal(text.substr(prefix.size(), stop - prefix.size()), max);
    text.remove_prefix(stop + 1);
    return value;
}

std::optional<Stored> parse(std::string_view text) {
    constexpr std::string_view id = "$scrypt$";
    if (!text.starts_with(id)) return std::nullopt;
    text.remove_prefix(id.size());
    const auto log2_n = take_number(text, "ln=", ',', 22);
    const auto r = log2_n ? take_number(text, "r=", ',', 64) : std::nullopt;
    const auto p = r ? take_number(text, "p=", '$', 64) : std::nullopt;
    if (!p || *log2_n == 0 || *r == 0 || *p == 0) return std::nullopt;
    const auto dollar = text.find('$');
    if (dollar == std::string_view::npos) return std::nullopt;
    auto salt = http::base64url_decode(text.substr(0, dollar));
    auto hash = http::base64url_decode(text.substr(dollar + 1));
    if (!salt || !hash || salt->size() < 8 || hash->size() < 16 || hash->size() > 64) return std::nullopt;
    const Costs costs{*log2_n, *r, *p};
    const bool affordable =
        costs.memory() <= max_memory && costs.memory() * costs.p <= 16 * current_costs.memory() * current_costs.p;
    return affordable ? std::optional(Stored{costs, std::move(*salt), std::move(*hash)}) : std::nullopt;
}

}  // namespace

std::string hash_password(std::string_view password) {
    const auto salt = http::random_bytes(salt_bytes);
    const auto hash = http::offloaded(detail::PoolPurpose::passwords,
                                      [&] { return scrypt(password, salt, current_costs, hash_bytes); });
    return "$scrypt$ln=" + std::to_string(current_costs.log2_n) + ",r=" + std::to_string(current_costs.r) +
           ",p=" + std::to_string(current_costs.p) + '$' + http::base64url_encode(salt) + '$' +
           http::base64url_encode(hash);
}

bool verify_password(std::string_view password, std::string_view stored) {
    const auto parsed = parse(stored);
    if (!parsed) return false;
    const auto hash = http::offloaded(detail::PoolPurpose::passwords, [&] {
        return scrypt(password, parsed->salt, parsed->costs, parsed->hash.size());
    });
    return http::equal_in_constant_time(hash, parsed->hash);
}

bool password_needs_rehash(std::string_view stored) {
    const auto parsed = parse(stored);
    return !parsed || parsed->costs != current_costs;
}

}  // namespace sio
