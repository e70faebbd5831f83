#include "http/http_date.hpp"

#include <cstdio>

#include "util/ascii.hpp"

namespace sio::http {
namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::floor;
using std::chrono::hh_mm_ss;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::month;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::weekday;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr std::string_view day_names[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::string_view long_day_names[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                               "Thursday", "Friday", "Saturday"};
constexpr std::string_view month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/// Takes a date apart from its left end. After the first thing that is not as expected everything fails.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    void text(std::string_view expected) {
        if (!rest_.starts_with(expected)) return fail();
        rest_.remove_prefix(expected.size());
    }
    int number(std::size_t digits) {
        int value = 0;
        if (rest_.size() < digits) return fail(), 0;
        for (const char c : rest_.substr(0, digits)) {
            if (!util::ascii_digit(c)) return fail(), 0;
            value = value * 10 + (c - '0');
        }
        rest_.remove_prefix(digits);
        return value;
    }
    /// asctime pads the day with a space.
    int padded_day() {
        if (!rest_.starts_with(' ')) return number(2);
        text(" ");
        return number(1);
    }
    template <std::size_t N>
    unsigned one_of(const std::string_view (&names)[N]) {
        for (unsigned i = 0; i < N; ++i) {
            if (!rest_.starts_with(names[i])) continue;
            rest_.remove_prefix(names[i].size());
            return i;
        }
        fail();
        return 0;
    }
    unsigned month() { return one_of(month_names) + 1; }
    seconds time() {
        const int hour = number(2);
        text(":");
        const int minute = number(2);
        text(":");
        const int second = number(2);
        if (hour > 23 || minute > 59 || second > 60) fail();
        // A leap second is the last one of its minute here.
        return hours(hour) + minutes(minute) + seconds(second == 60 ? 59 : second);
    }
    void end() {
        if (!rest_.empty()) fail();
    }
    bool failed() const { return failed_; }

private:
    void fail() {
        failed_ = true;
        rest_ = {};
    }

    std::string_view rest_;
    bool failed_ = false;
};

std::optional<sys_seconds> assemble(const Scanner& scanner, int y, unsigned m, int d, seconds time_of_day) {
    const year_month_day date{year(y), month(m), day(static_cast<unsigned>(d))};
    if (scanner.failed() || !date.ok()) return std::nullopt;
    return sys_days(date) + time_of_day;
}

std::optional<sys_seconds> parse_imf_fixdate(std::string_view text) {
    Scanner scanner(text);
    scanner.one_of(day_names);
    scanner.text(", ");
    const int d = scanner.number(2);
    scanner.text(" ");
    const auto m = scanner.month();
    scanner.text(" ");
    const int y = scanner.number(4);
    scanner.text(" ");
    const auto time = scanner.time();
    scanner.text(" GMT");
    scanner.end();
    return assemble(scanner, y, m, d, time);
}

std::optional<sys_seconds> parse_rfc850(std::string_view text, sys_seconds now) {
    Scanner scanner(text);
    scanner.one_of(long_day_names);
    scanner.text(", ");
    const int d = scanner.number(2);
    scanner.text("-");
    const auto m = scanner.month();
    scanner.text("-");
    const int two_digits = scanner.number(2);
    scanner.text(" ");
    const auto time = scanner.time();
    scanner.text(" GMT");
    scanner.end();
    const int this_year = static_cast<int>(year_month_day(floor<days>(now)).year());
    int y = this_year - this_year % 100 + two_digits;
    if (y > this_year + 50) y -= 100;
    return assemble(scanner, y, m, d, time);
}

std::optional<sys_seconds> parse_asctime(std::string_view text) {
    Scanner scanner(text);
    scanner.one_of(day_names);
    scanner.text(" ");
    const auto m = scanner.month();
    scanner.text(" ");
    const int d = scanner.padded_day();
    scanner.text(" ");
    const auto time = scanner.time();
    scanner.text(" ");
    const int y = scanner.number(4);
    scanner.end();
    return assemble(scanner, y, m, d, time);
}

}  // namespace

std::string format_http_date(sys_seconds time) {
    const auto day_start = floor<days>(time);
    const year_month_day date(day_start);
    const hh_mm_ss clock(time - day_start);
    char text[64];
    std::snprintf(text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT",
                  day_names[weekday(day_start).c_encoding()].data(), static_cast<unsigned>(date.day()),
                  month_names[static_cast<unsigned>(date.month()) - 1].data(), static_cast<int>(date.year()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text;
}

std::optional<sys_seconds> parse_http_date(std::string_view text, sys_seconds now) {
    if (const auto time = parse_imf_fixdate(text)) return time;
    if (const auto time = parse_rfc850(text, now)) return time;
    return parse_asctime(text);
}

}  // namespace sio::http
