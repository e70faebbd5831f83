#include "dispatch/acl.hpp"

#include <algorithm>
#include <utility>

namespace sio::dispatch {
namespace {

std::string normal(std::string_view name) {
    if (name.starts_with("on_") || name.starts_with("recv_")) return std::string(name);
    return method_name(name);
}

}  // namespace

std::string method_name(std::string_view event) {
    std::string name = "on_";
    name += event;
    std::replace(name.begin(), name.end(), ' ', '_');
    return name;
}

void Acl::reset(List list) {
    names_.reset();
    if (!list) return;
    for (std::string& name : *list) name = normal(name);
    names_ = std::make_unique<std::vector<std::string>>(std::move(*list));
}

void Acl::add(std::string_view name) {
    if (!names_) names_ = std::make_unique<std::vector<std::string>>();
    std::string method = normal(name);
    if (std::find(names_->begin(), names_->end(), method) == names_->end()) names_->push_back(std::move(method));
}

void Acl::remove(std::string_view name) {
    if (names_) std::erase(*names_, normal(name));
}

bool Acl::allows(std::string_view name) const {
    if (!names_) return true;
    return std::find(names_->begin(), names_->end(), normal(name)) != names_->end();
}

}  // namespace sio::dispatch
