#pragma once

#include <cstddef>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// Reads tests/vectors/*.txt, whose format tests/vectors/README.md describes.

namespace sio::test {

/// One thing that a side of a vector says: `message text=hello` is two of them, the first without a value.
struct VectorField {
    std::string key;
    std::string value;
};

struct Vector {
    /// Which of the two sides follows from the other.
    enum class Direction { both, decode, encode };

    std::string bytes;
    std::vector<VectorField> fields;
    Direction direction = Direction::both;
    /// The line in the file, for messages of tests.
    std::string line;

    bool decodes() const { return direction != Direction::encode; }
    bool encodes() const { return direction != Direction::decode; }
    /// The value of the first field with this key; empty without one.
    std::string get(std::string_view key) const {
        for (const VectorField& field : fields) {
            if (field.key == key) return field.value;
        }
        return {};
    }
    bool has(std::string_view key) const {
        for (const VectorField& field : fields) {
            if (field.key == key) return true;
        }
        return false;
    }
};

inline int vector_hex(char c) {
    const std::size_t at = std::string_view("0123456789abcdef").find(c);
    if (at == std::string_view::npos) throw std::runtime_error("vector: bad hexadecimal digit");
    return static_cast<int>(at);
}

/// Resolves `\xNN`, `\\`, `\s` (space) and `\*N(...)` (the content N times).
inline std::string vector_unescape(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            out += text[i];
            continue;
        }
        const char kind = i + 1 < text.size() ? text[++i] : '\0';
        if (kind == '\\') {
            out += '\\';
        } else if (kind == 's') {
            out += ' ';
        } else if (kind == 'x' && i + 2 < text.size()) {
            out += static_cast<char>(vector_hex(text[i + 1]) * 16 + vector_hex(text[i + 2]));
            i += 2;
        } else if (kind == '*') {
            const std::size_t open = text.find('(', i);
            const std::size_t close = text.find(')', i);
            if (close == std::string_view::npos || open > close) throw std::runtime_error("vector: bad repetition");
            const int times = std::stoi(std::string(text.substr(i + 1, open - i - 1)));
            const std::string content = vector_unescape(text.substr(open + 1, close - open - 1));
            for (int n = 0; n < times; ++n) out += content;
            i = close;
        } else {
            throw std::runtime_error("vector: bad escape in " + std::string(text));
        }
    }
    return out;
}

/// Hexadecimal digits, with spaces anywhere between bytes; `*N(...)` as in vector_unescape().
inline std::string vector_unhex(std::string_view text) {
    std::string escaped;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == ' ') continue;
        if (text[i] == '*') {
            const std::size_t open = text.find('(', i);
            escaped += '\\';
            escaped += text.substr(i, open + 1 - i);
            i = open;
        } else if (text[i] == ')') {
            escaped += ')';
        } else {
            escaped += "\\x";
            escaped += text.substr(i++, 2);
        }
    }
    return vector_unescape(escaped);
}

inline std::string_view vector_trim(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

inline Vector parse_vector(std::string_view line, bool hex) {
    Vector vector;
    vector.line = line;
    const std::size_t source = line.find(" ## ");
    if (source == std::string_view::npos) throw std::runtime_error("vector without a source: " + vector.line);
    line = line.substr(0, source);
    static const std::map<std::string_view, Vector::Direction> arrows{
        {" <=> ", Vector::Direction::both}, {" => ", Vector::Direction::decode}, {" <= ", Vector::Direction::encode}};
    for (const auto& [arrow, direction] : arrows) {
        const std::size_t at = line.find(arrow);
        if (at == std::string_view::npos) continue;
        const std::string_view bytes = vector_trim(line.substr(0, at));
        vector.bytes = hex ? vector_unhex(bytes) : vector_unescape(bytes);
        vector.direction = direction;
        std::string_view fields = vector_trim(line.substr(at + arrow.size()));
        while (!fields.empty()) {
            const std::string_view field = fields.substr(0, fields.find(' '));
            fields = vector_trim(fields.substr(field.size()));
            const std::size_t equals = field.find('=');
            vector.fields.push_back(
                {std::string(field.substr(0, equals)),
                 equals == std::string_view::npos ? "" : vector_unescape(field.substr(equals + 1))});
        }
        return vector;
    }
    throw std::runtime_error("vector without an arrow: " + vector.line);
}

/// The path of a file of tests/vectors. In the unit tests; defined in a source of its own, the only one that knows the path.
std::string vectors_path(std::string_view name);

/// All vectors of a file. A file whose first line is `# hex` has its bytes in hexadecimal.
inline std::vector<Vector> read_vectors(const std::string& path) {
    std::ifstream file(path);
    if (!file) throw std::runtime_error("cannot read " + path);
    std::vector<Vector> vectors;
    bool hex = false;
    for (std::string line; std::getline(file, line);) {
        if (line == "# hex") hex = true;
        if (line.empty() || line.front() == '#') continue;
        vectors.push_back(parse_vector(line, hex));
    }
    return vectors;
}

}  // namespace sio::test
