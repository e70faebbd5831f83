#pragma once

#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sio::test {

/// Reads an exposition by the rules of OpenMetrics 1.0.0, for counters, gauges and histograms, without exemplars and
/// timestamps. Throws std::runtime_error at the first rule that is broken.
class OpenMetrics {
public:
    using Labels = std::map<std::string, std::string>;

    explicit OpenMetrics(std::string_view text) {
        if (!text.ends_with("# EOF\n")) fail("the end of the exposition is not '# EOF'");
        while (!text.empty()) {
            const auto end = text.find('\n');
            if (end == text.npos) fail("a line does not end");
            line_ = text.substr(0, end);
            text.remove_prefix(end + 1);
            if (line_ == "# EOF") {
                if (!text.empty()) fail("something comes behind the end");
                break;
            }
            if (line_.starts_with("# ")) {
                metadata();
            } else {
                sample();
            }
        }
        finish_family();
    }

    /// Throws std::out_of_range when there is none.
    double value(const std::string& name, const Labels& labels) const { return samples_.at({name, labels}); }
    /// Over all workers: sums the samples that have these labels, whichever others they have.
    double sum(const std::string& name, const Labels& labels = {}) const {
        double sum = 0;
        for (const auto& [key, value] : samples_) {
            bool fits = key.first == name;
            for (const auto& label : labels) {
                const auto found = key.second.find(label.first);
                fits = fits && found != key.second.end() && found->second == label.second;
            }
            if (fits) sum += value;
        }
        return sum;
    }
    /// Type by family.
    const std::map<std::string, std::string>& families() const noexcept { return types_; }

private:
    [[noreturn]] void fail(const std::string& what) const {
        throw std::runtime_error(what + ": " + std::string(line_));
    }

    static bool is_name(std::string_view name, bool colons) {
        if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
        for (const char c : name) {
            const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
            if (!word && !(colons && c == ':')) return false;
        }
        return true;
    }

    // `# TYPE name value`, in any order before the samples, each at most once.
    void metadata() {
        std::string_view rest = line_.substr(2);
        const auto word = [&] {
            const auto space = rest.find(' ');
            if (space == rest.npos) fail("a word is missing");
            const std::string_view taken = rest.substr(0, space);
            rest.remove_prefix(space + 1);
            return std::string(taken);
        };
        const std::string keyword = word();
        const std::string name = word();
        if (!is_name(name, true)) fail("not a name");
        if (name != family_) {
            finish_family();
            if (!seen_.insert(name).second) fail("a family comes twice, or in pieces");
            family_ = name;
        }
        if (!family_samples_.empty()) fail("metadata behind samples");
        if (!keywords_.insert(keyword).second) fail("metadata comes twice");
        if (keyword == "TYPE") {
            if (rest != "counter" && rest != "gauge" && rest != "histogram") fail("an unknown type");
            types_[name] = rest;
        } else if (keyword == "UNIT") {
            if (!name.ends_with('_' + std::string(rest))) fail("the name does not end with the unit");
        } else if (keyword == "HELP") {
            for (std::size_t i = 0; i < rest.size(); ++i) {
                if (rest[i] == '"') fail("a quote that is not escaped");
                if (rest[i] != '\\') continue;
                if (++i == rest.size() || std::string_view("\\n\"").find(rest[i]) == rest.npos) fail("a wrong escape");
            }
        } else {
            fail("unknown metadata");
        }
    }

    // `name{label="value",...} number`
    void sample() {
        const auto brace = line_.find('{');
        if (brace == line_.npos) fail("no labels");
        const std::string name(line_.substr(0, brace));
        std::string_view rest = line_.substr(brace + 1);
        Labels labels;
        while (!rest.starts_with('}')) {
            if (!labels.empty()) {
                if (!rest.starts_with(',')) fail("no comma between labels");
                rest.remove_prefix(1);
            }
            read_label(rest, labels);
        }
        if (!rest.starts_with("} ")) fail("no number behind the labels");
        const double number = to_number(rest.substr(2));
        check_name(name, labels, number);
        if (!samples_.emplace(std::pair{name, labels}, number).second) fail("a sample comes twice");
        family_samples_.push_back({name, labels, number});
    }
    void read_label(std::string_view& rest, Labels& labels) const {
        const auto equals = rest.find("=\"");
        if (equals == rest.npos) fail("a label without a value");
        const std::string name(rest.substr(0, equals));
        if (!is_name(name, false)) fail("not a label's name");
        rest.remove_prefix(equals + 2);
        std::string value;
        while (!rest.empty() && rest[0] != '"') {
            if (rest[0] == '\\') {
                rest.remove_prefix(1);
                if (rest.empty() || std::string_view("\\n\"").find(rest[0]) == rest.npos) fail("a wrong escape");
            }
            value += rest[0];
            rest.remove_prefix(1);
        }
        if (rest.empty()) fail("a label's value does not end");
        rest.remove_prefix(1);
        if (!labels.emplace(name, value).second) fail("a label comes twice");
    }
    double to_number(std::string_view text) const {
        if (text == "+Inf") return INFINITY;
        double number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error != std::errc{} || end != text.data() + text.size()) fail("not a number");
        return number;
    }
    void check_name(const std::string& name, const Labels& labels, double number) const {
        const auto type = types_.find(family_);
        if (type == types_.end()) fail("a sample without a type");
        if (!name.starts_with(family_)) fail("a sample of another family");
        const std::string suffix = name.substr(family_.size());
        if (type->second == "gauge") {
            if (!suffix.empty()) fail("a gauge with a suffix");
            return;
        }
        if (!(number >= 0)) fail("a sum below zero");
        if (type->second == "counter") {
            if (suffix != "_total") fail("a counter without _total");
            return;
        }
        if (suffix != "_bucket" && suffix != "_count" && suffix != "_sum") fail("a wrong suffix for a histogram");
        if ((suffix == "_bucket") != labels.contains("le")) fail("only buckets have 'le', and all of them");
    }

    struct Sample {
        std::string name;
        Labels labels;
        double number;
    };

    void finish_family() {
        if (types_.contains(family_) && types_[family_] == "histogram") check_buckets();
        family_.clear();
        keywords_.clear();
        family_samples_.clear();
    }
    // Buckets count what is at most their bound, in the order of bounds; the last is +Inf and has the count.
    void check_buckets() const {
        std::map<Labels, std::pair<double, double>> last;  // bound and count
        for (Sample each : family_samples_) {
            if (!each.labels.contains("le")) continue;
            const double bound = to_number(each.labels.at("le"));
            if (each.labels.at("le").find_first_of(".I") == std::string::npos) fail("a bound that is no float");
            each.labels.erase("le");
            if (const auto found = last.find(each.labels); found != last.end()) {
                if (!(bound > found->second.first)) fail("bounds that do not rise");
                if (each.number < found->second.second) fail("buckets that do not add up");
            }
            last[each.labels] = {bound, each.number};
        }
        for (const auto& [labels, bucket] : last) {
            if (!std::isinf(bucket.first)) fail("no bucket for all");
            if (value(family_ + "_count", labels) != bucket.second) fail("the count is not the last bucket's");
            static_cast<void>(value(family_ + "_sum", labels));
        }
    }

    std::string_view line_;
    std::string family_;
    std::set<std::string> keywords_;
    std::set<std::string> seen_;
    std::vector<Sample> family_samples_;
    std::map<std::string, std::string> types_;
    std::map<std::pair<std::string, Labels>, double> samples_;
};

}  // namespace sio::test
