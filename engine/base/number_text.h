// Numbers as a person reads them: short, with units. The one formatter of engine, command line, reports and
// window, so that the same figure looks the same everywhere. Pure. Files for programs keep every digit.
#pragma once

#include <cstdint>
#include <string>

namespace ringscope {

std::string count_text(int64_t value);           // "8,192"
std::string short_count_text(double value);      // "1.05M", "812"
std::string bytes_text(double bytes);            // "1.50 MiB", "96 B"
std::string seconds_text(double seconds);        // "1.23 ms", "2 min 5 s"
std::string nanoseconds_text(int64_t ns);        // the same, from the trace's unit
std::string exact_nanoseconds_text(int64_t ns);  // "1,234,567 ns"
std::string flops_text(double flops);            // "1.62 GFLOP"
std::string rate_text(double flops_per_second);  // "312 GFLOP/s"
std::string ratio_text(double ratio);            // "0.93", "12.4", "1,250", "0.0012"
std::string percent_text(double share);          // 0.934: "93%"
std::string exact_percent_text(double share);    // 0.0282: "2.82%"
std::string change_text(double share);           // 0.05: "+5.00%"
std::string error_text(double error);            // "2e-06", "0.25", "0"
std::string scale_text(double factor);           // four digits: "0.125", "0.08839"
/// The shortest of "%g" and "%.17g" that reads back as the same number: what a person types into a field.
std::string exact_text(double value);
/// "2026-11-21 04:40" in UTC, from Unix milliseconds.
std::string utc_text(int64_t unix_ms);

/// What a figure counts; decides how it is written.
enum class Unit { count, ratio, seconds, bytes, flops, gflops_per_second, error };
/// As files name it: "s", "B", "FLOP", "GFLOP/s"; "" for a count, a ratio and an error.
const char* unit_symbol(Unit unit);
/// "12.3 ms", "1.50 MiB", "0.93", "8,192", "2e-06"; "-" when the value is not a number.
std::string figure_text(double value, Unit unit);

}  // namespace ringscope
