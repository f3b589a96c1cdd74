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

std::shared_ptr<const Schedule> ring_schedule(const ViewContext& context) {
    return shows_trace(context) ? context.run->schedule : shown_schedule(context);
}

RingMoment shown_moment(const ViewContext& context) {
    const bool measured = shows_trace(context);
    const auto schedule = ring_schedule(context);
    if (!schedule || schedule->rank_plans.empty()) return {};
    const ClockStep at = clock_step(context);
    RingMoment moment;
    if (rests_on_step(context, at)) {
        moment = whole_step_moment(*schedule, at.step);
        moment.measured = measured;
    } else if (measured) {
        moment = measured_moment(*context.run, context.run_index->trace, at.step, context.clock.time_ns);
    } else {
        moment = planned_moment(*schedule, at.step, at.fraction);
    }
    return moment;
}

}  // namespace ringscope
