#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <unordered_set>

namespace sio::util {

/// Pointers to objects, found by the text that `KeyOf{}(object)` gives: a map from text without a copy, or a view, of it.
///
/// The text must not change while its object is in the set. `find(text)` and `erase(find(text))` as with any set.
template <class Pointer, class KeyOf>
struct KeyedHash {
    using is_transparent = void;
    // Not noexcept: std::unordered_set then keeps the hash, which costs nothing here (an allocation has room for it) and
    // saves a look at the object.
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    std::size_t operator()(const Pointer& object) const { return (*this)(KeyOf{}(*object)); }
};

template <class Pointer, class KeyOf>
struct KeyedEqual {
    using is_transparent = void;
    bool operator()(const Pointer& one, const Pointer& other) const { return KeyOf{}(*one) == KeyOf{}(*other); }
    bool operator()(std::string_view text, const Pointer& object) const { return text == KeyOf{}(*object); }
    bool operator()(const Pointer& object, std::string_view text) const { return text == KeyOf{}(*object); }
};

template <class Pointer, class KeyOf>
using KeyedSet = std::unordered_set<Pointer, KeyedHash<Pointer, KeyOf>, KeyedEqual<Pointer, KeyOf>>;

}  // namespace sio::util
