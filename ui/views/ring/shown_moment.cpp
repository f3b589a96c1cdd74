#include "ui/views/ring/shown_moment.h"

#include "ui/views/run_clock.h"

namespace ringscope {

namespace {

/// At rest at the start of a step or at the end nothing is under way: a moment would say nothing.
bool rests_on_step(const ViewContext& context, const ClockStep& at) {
    if (context.clock.playing) return false;
    return at.fraction <= 1e-6 || context.clock.time_ns >= clock_length_ns(context) ||
           context.clock.time_ns <= 0;
}

}  // namespace

RingMoment shown_moment(const ViewContext& context) {
    const bool measured = shows_trace(context);
    const Schedule* schedule = measured ? context.run->schedule.get() : shown_schedule(context);
    if (!schedule || schedule->rank_plans.empty()) return {};
    const ClockStep at = clock_step(context);
    RingMoment moment;
    if (rests_on_step(context, at)) {
        moment = whole_step_moment(*schedule, at.step);
        moment.measured = measured;
    } else if (measured) {
        const TraceIndex& index = context.index_of(*context.run);
        moment = measured_moment(*context.run, index, at.step, context.clock.time_ns);
    } else {
        moment = planned_moment(*schedule, at.step, at.fraction);
    }
    return moment;
}

}  // namespace ringscope
