#include "sessions/traces/trace_number.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace ringscope {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view without_blanks(std::string_view text) {
    while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
    return text;
}

bool take_sign(std::string_view& text) {
    if (text.empty() || (text.front() != '-' && text.front() != '+')) return false;
    const bool negative = text.front() == '-';
    text.remove_prefix(1);
    return negative;
}

size_t digits_at(std::string_view text) {
    return static_cast<size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
}

bool begins_hexadecimal(std::string_view text) {
    return text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
}

/// Of the digits behind 0x; none when there are others, or too many for 64 bits.
std::optional<uint64_t> hexadecimal(std::string_view text) {
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data() + 2, text.data() + text.size(), value, 16);
    if (error != std::errc{} || end != text.data() + text.size()) return {};
    return value;
}

/// The parts of 12.5e-3, whose value is 0.digits * 10^point.
struct Decimal {
    std::string_view mantissa;  // digits and at most one point
    int64_t point = 0;          // how many of the digits stand before it, the exponent counted in
};

Decimal decimal_of(std::string_view number) {
    const size_t e = std::min(number.find_first_of("eE"), number.size());
    Decimal decimal{number.substr(0, e), 0};
    decimal.point = static_cast<int64_t>(digits_at(decimal.mantissa));
    if (e < number.size()) {
        std::string_view digits = number.substr(e + 1);
        const bool negative = take_sign(digits);
        constexpr int64_t kMostExponent = 100'000;
        int64_t exponent = kMostExponent;  // also of one too large for the type
        std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
        exponent = std::min(exponent, kMostExponent);
        decimal.point += negative ? -exponent : exponent;
    }
    return decimal;
}

/// The decimal's whole part after its point moved `shift` digits on, rounded; none when it is over `most`.
std::optional<int64_t> shifted(const Decimal& decimal, int64_t shift, int64_t most) {
    const int64_t point = decimal.point + shift;
    int64_t value = 0, place = 0;
    bool up = false;
    const auto push = [&](int digit) {
        if (value > (most - digit) / 10) return false;
        value = value * 10 + digit;
        return true;
    };
    for (const char c : decimal.mantissa) {
        if (!is_digit(c)) continue;
        if (place < point && !push(c - '0')) return {};
        if (place == point) up = c >= '5';
        ++place;
    }
    for (; place < point && value != 0; ++place)
        if (!push(0)) return {};
    return up && value < most ? value + 1 : value;
}

}  // namespace

bool is_number(std::string_view text) {
    take_sign(text);
    if (begins_hexadecimal(text))
        return std::all_of(text.begin() + 2, text.end(), [](char c) {
            return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        });
    const size_t whole = digits_at(text);
    text.remove_prefix(whole);
    size_t decimals = 0;
    if (!text.empty() && text.front() == '.') {
        decimals = digits_at(text.substr(1));
        text.remove_prefix(1 + decimals);
    }
    if (whole + decimals == 0) return false;
    if (text.empty()) return true;
    if (text.front() != 'e' && text.front() != 'E') return false;
    text.remove_prefix(1);
    take_sign(text);
    return !text.empty() && digits_at(text) == text.size();
}

std::optional<double> number_of_text(std::string_view text) {
    text = without_blanks(text);
    if (!is_number(text)) return {};
    const bool negative = take_sign(text);
    double value = 0;
    if (begins_hexadecimal(text)) {
        const std::optional<uint64_t> whole = hexadecimal(text);
        if (!whole) return {};
        value = static_cast<double>(*whole);
    } else {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        // A number too small for the type is zero.
        if (error == std::errc::result_out_of_range && decimal_of(text).point > 0) return {};
        if (error != std::errc{}) value = 0;
    }
    return negative ? -value : value;
}

std::optional<int64_t> nanoseconds_of_decimal(std::string_view text) {
    text = without_blanks(text);
    if (!is_number(text)) return {};
    const bool negative = take_sign(text);
    std::optional<int64_t> value;
    constexpr int64_t kMost = kMostMicroseconds * 1000;
    if (begins_hexadecimal(text)) {
        const std::optional<uint64_t> whole = hexadecimal(text);
        if (whole && *whole <= static_cast<uint64_t>(kMostMicroseconds))
            value = static_cast<int64_t>(*whole) * 1000;
    } else {
        value = shifted(decimal_of(text), 3, kMost);
    }
    if (value && negative) value = -*value;
    return value;
}

std::optional<int64_t> whole_number_of_text(std::string_view text) {
    text = without_blanks(text);
    if (!is_number(text)) return {};
    const bool negative = take_sign(text);
    std::optional<int64_t> value;
    if (begins_hexadecimal(text)) {
        const std::optional<uint64_t> whole = hexadecimal(text);
        if (whole && *whole <= static_cast<uint64_t>(INT64_MAX)) value = static_cast<int64_t>(*whole);
    } else {
        value = shifted(decimal_of(text), 0, INT64_MAX);
    }
    if (value && negative) value = -*value;
    return value;
}

std::string id_of_text(std::string_view text) {
    const bool plain = digits_at(text) == text.size() && (text.size() == 1 || !text.starts_with('0'));
    if (plain || !is_number(text)) return std::string(text);
    std::string_view digits = text;
    const bool negative = take_sign(digits);
    if (begins_hexadecimal(digits)) {
        const std::optional<uint64_t> whole = hexadecimal(digits);
        return whole ? (negative ? "-" : "") + std::to_string(*whole) : std::string(text);
    }
    const std::optional<double> value = number_of_text(text);
    const std::optional<int64_t> whole = whole_number_of_text(text);
    const bool is_whole = value && whole && *value == std::floor(*value);
    return is_whole ? std::to_string(*whole) : std::string(text);
}

}  // namespace ringscope
