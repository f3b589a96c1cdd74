// The clock that all views read: which step it stands in, and which range of its time is shown.
#pragma once

#include <memory>

#include "ui/views/view_context.h"

namespace ringscope {

/// Length of one step of the clock while no run is shown and the schedule alone is played.
inline constexpr double kSchematicStepNs = 1e9;

/// The schedule that Pattern and Ring show: the panel's, else the run's; null when there is neither.
std::shared_ptr<const Schedule> shown_schedule(const ViewContext& context);
/// True when the shown run was made with the panel's settings, so that its times hold for the shown schedule.
bool shows_trace(const ViewContext& context);
/// What the clock runs over: the shown run's wall time, else kSchematicStepNs per step of the plan; 0 with
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

/// Keeps the clock's range inside [0, wall]; an empty range becomes the whole run.
void fit_view_range(Clock& clock, int64_t wall_ns);
/// factor < 1: nearer. The time at `anchor_ns` stays where it is.
void zoom_view_range(Clock& clock, int64_t wall_ns, double anchor_ns, double factor);
void pan_view_range(Clock& clock, int64_t wall_ns, double by_ns);

}  // namespace ringscope
