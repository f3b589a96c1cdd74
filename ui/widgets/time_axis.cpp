#include "ui/widgets/time_axis.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"

namespace ringscope {

namespace {

/// Pixels outside of the screen by which positions are clamped.
constexpr double kFarPixels = 1e5;

/// A time of `spacing` or more whose first digit is 1, 2 or 5, in whole nanoseconds.
int64_t round_time(double spacing) {
    const double power = std::pow(10.0, std::floor(std::log10(std::max(spacing, 1.0))));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= spacing) return static_cast<int64_t>(factor * power);
    }
    return static_cast<int64_t>(10 * power);
}

}  // namespace

double TimeAxis::span_ns() const { return static_cast<double>(std::max(end_ns - begin_ns, kMinViewNs)); }

double TimeAxis::ns_per_pixel() const { return span_ns() / std::max(1.0f, right - left); }

float TimeAxis::x_of(double time_ns) const {
    const double x = left + (time_ns - static_cast<double>(begin_ns)) / ns_per_pixel();
    return static_cast<float>(std::clamp(x, left - kFarPixels, right + kFarPixels));
}

double TimeAxis::time_at(float x) const {
    return static_cast<double>(begin_ns) + (x - left) * ns_per_pixel();
}

std::vector<TimeTick> time_ticks(const TimeAxis& axis, float min_pixels) {
    std::vector<TimeTick> ticks;
    const int64_t spacing = round_time(axis.ns_per_pixel() * std::max(min_pixels, 8.0f));
    // Digits that tell neighbouring ticks apart, whatever the distance from zero.
    const double unit = spacing >= 1000000000 ? 1e9 : spacing >= 1000000 ? 1e6 : spacing >= 1000 ? 1e3 : 1;
    const char* name = unit == 1e9 ? "s" : unit == 1e6 ? "ms" : unit == 1e3 ? "\xc2\xb5s" : "ns";
    for (int64_t time = (axis.begin_ns + spacing - 1) / spacing * spacing; time <= axis.end_ns;
         time += spacing) {
        ticks.push_back(
            {time, count_text(static_cast<int64_t>(static_cast<double>(time) / unit)) + ' ' + name});
    }
    return ticks;
}

TimeMargins time_margins(float width, const Theme& theme) {
    TimeMargins margins;
    if (width > theme.px(240)) margins.labels = text_size(theme.small_font, "receive").x + theme.px(16);
    if (width > theme.px(420)) margins.figures = text_size(theme.small_font, "100% compute").x + theme.px(16);
    return margins;
}

void draw_time_axis(ImDrawList& list, const TimeAxis& axis, const Box& strip, const Theme& theme) {
    if (strip.empty()) return;
    const float room = text_size(theme.small_font, "9,999,999 ns").x + theme.px(12);
    for (const TimeTick& tick : time_ticks(axis, room)) {
        const float x = axis.x_of(static_cast<double>(tick.time_ns));
        list.AddLine({x, strip.max.y - theme.px(4)}, {x, strip.max.y}, theme.grid_strong);
        draw_text(list, theme.small_font, {x + theme.px(3), strip.min.y}, theme.text_dim, tick.label, strip);
    }
    list.AddLine({strip.min.x, strip.max.y}, {strip.max.x, strip.max.y}, theme.grid_strong);
}

}  // namespace ringscope
