#include "util/query.hpp"

#include <utility>

#include "util/percent.hpp"

namespace sio::util {

bool QueryReader::next() {
    while (!rest_.empty() && left_ > 0) {
        const std::size_t end = rest_.find('&');
        const std::string_view pair = rest_.substr(0, end);
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        if (pair.empty()) continue;
        --left_;
        const std::size_t equals = pair.find('=');
        key_.clear();
        value_.clear();
        append_form_decoded(key_, pair.substr(0, equals));
        if (equals != std::string_view::npos) append_form_decoded(value_, pair.substr(equals + 1));
        return true;
    }
    return false;
}

std::optional<std::string> query_value(std::string_view query, std::string_view key) {
    QueryReader pairs(query);
    while (pairs.next()) {
        if (pairs.key() == key) return pairs.value();
    }
    return std::nullopt;
}

}  // namespace sio::util
