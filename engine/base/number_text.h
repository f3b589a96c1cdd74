// Numbers as a person reads them: short, with units. Pure.
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
std::string ratio_text(double ratio);            // "0.93", "12.4", "1,250"
std::string percent_text(double share);          // 0.934: "93%"
std::string error_text(double error);            // "2e-06", "0"
/// "2026-11-21 04:40" in UTC, from Unix milliseconds.
std::string utc_text(int64_t unix_ms);

}  // namespace ringscope
