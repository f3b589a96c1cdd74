// A time axis: nanoseconds to pixels, ticks, labels.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ui/widgets/plot.h"
#include "ui/widgets/theme.h"

namespace ringscope {

/// Shortest range that can be shown.
inline constexpr int64_t kMinViewNs = 10;

/// Maps [begin, end) nanoseconds to pixels. Finite for every input: an empty range counts as kMinViewNs.
struct TimeAxis {
    int64_t begin_ns = 0;
    int64_t end_ns = 1;
    float left = 0;  // pixels
    float right = 1;

    double span_ns() const;
    double ns_per_pixel() const;
    float x_of(double time_ns) const;  // clamped far outside, so that vertices stay finite
    double time_at(float x) const;
};

struct TimeTick {
    int64_t time_ns = 0;
    std::string label;
};
/// Ticks at 1, 2 or 5 times a power of ten, at least `min_pixels` apart.
std::vector<TimeTick> time_ticks(const TimeAxis& axis, float min_pixels);

/// What stands left and right of the axis in Timeline and Memory: the same, so that equal times stand above
/// each other. Nothing where there is no room.
struct TimeMargins {
    float labels = 0;
    float figures = 0;
};
TimeMargins time_margins(float width, const Theme& theme);

/// Ticks with their labels in `strip`, those that fit.
void draw_time_axis(ImDrawList& list, const TimeAxis& axis, const Box& strip, const Theme& theme);

}  // namespace ringscope
