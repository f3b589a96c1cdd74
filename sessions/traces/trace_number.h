// Numbers and ids of a trace, from the text that they have there: as numbers, in quotation marks, with an exponent, a
// plus sign, or as hexadecimal digits. For the .cpp files of this folder only. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringscope {

/// 97 years. A slice may begin that late and last as long: what lies between it and the earliest event fits.
inline constexpr int64_t kMostMicroseconds = INT64_MAX / 3000 - 1;

/// Whether it reads as a number: digits with a sign, a point and an exponent, or 0x and hexadecimal digits. Not for
/// blanks, inf and nan.
bool is_number(std::string_view text);

/// Finite; none for what is no number. Blanks around it do not matter.
std::optional<double> number_of_text(std::string_view text);

/// Nanoseconds of a number of microseconds, exact and rounded to the nearest; none when it is no number, or beyond
/// +-kMostMicroseconds.
std::optional<int64_t> nanoseconds_of_decimal(std::string_view microseconds);

/// Whole nanoseconds of a whole number of them that fits 64 bits; none for another.
std::optional<int64_t> whole_number_of_text(std::string_view text);

/// One text for all ways to write an id: "31" for 31, "31", 0x1f, "0x1F" and 31.0; any other text as it is.
std::string id_of_text(std::string_view text);

}  // namespace ringscope
