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
    list_ = std::move(list);
    if (!list_) return;
    for (std::string& name : *list_) name = normal(name);
}

void Acl::add(std::string_view name) {
    if (!list_) list_.emplace();
    std::string method = normal(name);
    if (std::find(list_->begin(), list_->end(), method) == list_->end()) list_->push_back(std::move(method));
}

void Acl::remove(std::string_view name) {
    if (list_) std::erase(*list_, normal(name));
}

bool Acl::allows(std::string_view name) const {
    if (!list_) return true;
    return std::find(list_->begin(), list_->end(), normal(name)) != list_->end();
}

}  // namespace sio::dispatch
