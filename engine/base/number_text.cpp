#include "engine/base/number_text.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace ringscope {

namespace {

std::string printed(const char* format, double value) {
    char text[64];
    std::snprintf(text, sizeof text, format, value);
    return text;
}

/// Three significant digits without an exponent: 1.23, 12.3, 123, 1,234.
std::string three_digits(double value) {
    const double size = std::fabs(value);
    if (!std::isfinite(value)) return printed("%g", value);
    if (size >= 999.5) return count_text(static_cast<int64_t>(std::llround(std::clamp(value, -9e18, 9e18))));
    if (size >= 99.95) return printed("%.0f", value);
    if (size >= 9.995) return printed("%.1f", value);
    return printed("%.2f", value);
}

struct Scale {
    double factor;
    const char* unit;
};

/// The largest unit that keeps the number at 1 or more; steps are ascending.
template <size_t count>
std::string scaled(double value, const Scale (&steps)[count]) {
    const Scale* chosen = &steps[0];
    for (const Scale& step : steps)
        if (std::fabs(value) >= 0.9995 * step.factor) chosen = &step;
    return three_digits(value / chosen->factor) + chosen->unit;
}

}  // namespace

std::string count_text(int64_t value) {
    const std::string digits = std::to_string(value);
    std::string text;
    for (size_t i = 0; i < digits.size(); ++i) {
        const size_t left = digits.size() - i;
        if (i > 0 && left % 3 == 0 && digits[i - 1] != '-') text += ',';
        text += digits[i];
    }
    return text;
}

std::string short_count_text(double value) {
    static constexpr Scale steps[] = {{1, ""}, {1e3, "k"}, {1e6, "M"}, {1e9, "G"}, {1e12, "T"}, {1e15, "P"}};
    if (std::fabs(value) < 999.5 && value == std::floor(value)) return printed("%.0f", value);
    return scaled(value, steps);
}

std::string bytes_text(double bytes) {
    static constexpr double k = 1024;
    static constexpr Scale steps[] = {{1, " B"},
                                      {k, " KiB"},
                                      {k * k, " MiB"},
                                      {k * k * k, " GiB"},
                                      {k * k * k * k, " TiB"},
                                      {k * k * k * k * k, " PiB"}};
    if (std::fabs(bytes) < k) return printed("%.0f B", bytes);
    return scaled(bytes, steps);
}

std::string seconds_text(double seconds) {
    static constexpr Scale steps[] = {{1e-9, " ns"}, {1e-6, " \xC2\xB5s"}, {1e-3, " ms"}, {1, " s"}};
    if (seconds == 0) return "0 s";
    if (std::fabs(seconds) < 99.95 || !std::isfinite(seconds)) return scaled(seconds, steps);
    const auto whole = static_cast<int64_t>(std::llround(std::min(std::fabs(seconds), 1e15)));
    const std::string sign = seconds < 0 ? "-" : "";
    if (whole < 3600) return sign + std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
    return sign + count_text(whole / 3600) + " h " + std::to_string(whole / 60 % 60) + " min";
}

std::string nanoseconds_text(int64_t ns) { return seconds_text(static_cast<double>(ns) * 1e-9); }

std::string exact_nanoseconds_text(int64_t ns) { return count_text(ns) + " ns"; }

std::string flops_text(double flops) {
    static constexpr Scale steps[] = {{1, " FLOP"},     {1e3, " kFLOP"},  {1e6, " MFLOP"}, {1e9, " GFLOP"},
                                      {1e12, " TFLOP"}, {1e15, " PFLOP"}, {1e18, " EFLOP"}};
    if (flops == 0) return "0 FLOP";
    return scaled(flops, steps);
}

std::string rate_text(double flops_per_second) { return flops_text(flops_per_second) + "/s"; }

std::string ratio_text(double ratio) {
    const bool small = ratio != 0 && std::fabs(ratio) < 0.0095;
    return small ? printed("%.2g", ratio) : three_digits(ratio);
}

std::string percent_text(double share) {
    const double percent = share * 100;
    if (percent != 0 && std::fabs(percent) < 0.95) return printed("%.1f%%", percent);
    return printed("%.0f%%", percent);
}

std::string exact_percent_text(double share) { return ratio_text(share * 100) + "%"; }

std::string change_text(double share) { return (share < 0 ? "" : "+") + exact_percent_text(share); }

std::string scale_text(double factor) { return printed("%.4g", factor); }

std::string exact_text(double value) {
    const std::string text = printed("%g", value);
    double read = 0;
    std::from_chars(text.data(), text.data() + text.size(), read);
    return read == value ? text : printed("%.17g", value);
}

std::string error_text(double error) {
    if (error == 0) return "0";
    return printed(std::fabs(error) < 1e-3 ? "%.0e" : "%.2g", error);
}

std::string utc_text(int64_t unix_ms) {
    using namespace std::chrono;
    const sys_time<milliseconds> moment{milliseconds(unix_ms)};
    const auto day = floor<days>(moment);
    const year_month_day date{day};
    const hh_mm_ss clock{floor<minutes>(moment - day)};
    char text[48];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()));
    return text;
}

const char* unit_symbol(Unit unit) {
    switch (unit) {
        case Unit::seconds:
            return "s";
        case Unit::bytes:
            return "B";
        case Unit::flops:
            return "FLOP";
        case Unit::gflops_per_second:
            return "GFLOP/s";
        case Unit::count:
        case Unit::ratio:
        case Unit::error:
            break;
    }
    return "";
}

std::string figure_text(double value, Unit unit) {
    if (std::isnan(value)) return "-";
    switch (unit) {
        case Unit::seconds:
            return seconds_text(value);
        case Unit::bytes:
            return bytes_text(value);
        case Unit::flops:
            return flops_text(value);
        case Unit::gflops_per_second:
            return rate_text(value * 1e9);
        case Unit::error:
            return error_text(value);
        case Unit::ratio:
            return ratio_text(value);
        case Unit::count:
            break;
    }
    const bool whole = value == std::floor(value) && std::fabs(value) < 1e15;
    return whole ? count_text(static_cast<int64_t>(value)) : ratio_text(value);
}

}  // namespace ringscope
