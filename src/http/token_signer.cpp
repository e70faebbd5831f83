#include "http/token_signer.hpp"

#include <algorithm>
#include <stdexcept>

#include "http/base64url.hpp"
#include "http/crypto.hpp"
#include "util/decimal.hpp"

namespace sio::http {

TokenSigner::TokenSigner(const std::vector<std::string>& keys, std::string_view purpose) {
    constexpr std::size_t min_key_bytes = 16;
    if (keys.empty()) throw std::invalid_argument("no key to sign with");
    for (const auto& key : keys) {
        if (key.size() < min_key_bytes) throw std::invalid_argument("a key to sign with has less than 16 bytes");
        keys_.push_back(hmac_sha256(key, purpose));
    }
}

std::string TokenSigner::sign(std::string_view payload, std::chrono::sys_seconds now) const {
    auto token = base64url_encode(payload) + '.' + base64url_encode(std::to_string(now.time_since_epoch().count()));
    const auto signature = hmac_sha256(keys_.front(), token);
    return token + '.' + base64url_encode(signature);
}

std::optional<TokenSigner::Verified> TokenSigner::verify(std::string_view token, std::chrono::sys_seconds now,
                                                         std::chrono::seconds max_age) const {
    const auto last_dot = token.rfind('.');
    if (last_dot == std::string_view::npos) return std::nullopt;
    const auto signed_part = token.substr(0, last_dot);
    const auto signature = base64url_decode(token.substr(last_dot + 1));
    if (!signature) return std::nullopt;
    const bool good = std::any_of(keys_.begin(), keys_.end(), [&](const std::string& key) {
        return equal_in_constant_time(hmac_sha256(key, signed_part), *signature);
    });
    if (!good) return std::nullopt;

    const auto dot = signed_part.find('.');
    if (dot == std::string_view::npos) return std::nullopt;
    auto payload = base64url_decode(signed_part.substr(0, dot));
    const auto time_text = base64url_decode(signed_part.substr(dot + 1));
    const auto time = time_text ? util::parse_decimal(*time_text, INT64_MAX / 2) : std::nullopt;
    if (!payload || !time) return std::nullopt;
    const std::chrono::sys_seconds signed_at{std::chrono::seconds(static_cast<std::int64_t>(*time))};
    if (signed_at > now + std::chrono::minutes(1) || now - signed_at > max_age) return std::nullopt;
    return Verified{std::move(*payload), signed_at};
}

}  // namespace sio::http
