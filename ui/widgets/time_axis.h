// The time axis that Timeline and Memory share, and the clock all views read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ui/views/view_context.h"
#include "ui/widgets/plot.h"

namespace ringscope {

/// Length of one step of the clock while no run is shown and the schedule alone is played.
inline constexpr double kSchematicStepNs = 1e9;

/// The schedule that Pattern and Ring show: the panel's, else the run's; null when there is neither.
const Schedule* shown_schedule(const ViewContext& context);
/// True when the shown run was made with the panel's settings, so that its times hold for the shown schedule.
bool shows_trace(const ViewContext& context);
/// What the clock runs over: the shown run's wall time, else kSchematicStepNs a step of the plan; 0 with
/// neither.
double clock_length_ns(const ViewContext& context);
/// The step the clock stands in, and how far it has gone, 0 to 1.
struct ClockStep {
    int step = 0;
    double fraction = 0;
};
ClockStep clock_step(const ViewContext& context);
/// The time at which a step begins, for "next step" and the step strip.
double step_begin_ns(const ViewContext& context, int step);

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

/// Keeps the clock's range inside [0, wall]; an empty range becomes the whole run.
void fit_view_range(Clock& clock, int64_t wall_ns);
/// factor < 1: nearer. The time at `anchor_ns` stays where it is.
void zoom_view_range(Clock& clock, int64_t wall_ns, double anchor_ns, double factor);
void pan_view_range(Clock& clock, int64_t wall_ns, double by_ns);

}  // namespace ringscope
