#include "ui/views/run_clock.h"

#include <algorithm>

#include "ui/widgets/time_axis.h"

namespace ringscope {

namespace {

bool shown_run_has_times(const ViewContext& context) { return context.run && context.run->trace.wall_ns > 0; }

}  // namespace

std::shared_ptr<const Schedule> shown_schedule(const ViewContext& context) {
    if (context.plan) return context.plan;
    return context.run ? context.run->schedule : nullptr;
}

bool shows_trace(const ViewContext& context) {
    if (!shown_run_has_times(context) || !context.run->schedule) return false;
    return context.run_is_current || !context.plan;
}

double clock_length_ns(const ViewContext& context) {
    if (shown_run_has_times(context)) return static_cast<double>(context.run->trace.wall_ns);
    const auto schedule = shown_schedule(context);
    return schedule ? kSchematicStepNs * schedule->steps : 0;
}

ClockStep clock_step(const ViewContext& context) {
    const auto schedule = shown_schedule(context);
    const double length = clock_length_ns(context);
    if (!schedule || length <= 0) return {};
    const double time = std::clamp(context.clock.time_ns, 0.0, length);
    if (shows_trace(context)) {
        const TraceIndex& index = context.run_index->trace;
        if (index.steps() == 0) return {};
        const int step = index.step_at(time);
        const StepRange& range = index.step(step);
        const double span = static_cast<double>(range.end_ns - range.begin_ns);
        const double gone = time - static_cast<double>(range.begin_ns);
        return {step, span > 0 ? std::clamp(gone / span, 0.0, 1.0) : 0};
    }
    const double at = time / length * schedule->steps;
    const int step = std::min(static_cast<int>(at), schedule->steps - 1);
    return {step, at - step};
}

double step_begin_ns(const ViewContext& context, int step) {
    const auto schedule = shown_schedule(context);
    if (!schedule) return 0;
    step = std::clamp(step, 0, schedule->steps - 1);
    if (!shows_trace(context)) return clock_length_ns(context) * step / schedule->steps;
    const TraceIndex& index = context.run_index->trace;
    if (step >= index.steps() || index.step(step).empty()) return 0;
    return static_cast<double>(index.step(step).begin_ns);
}

void fit_view_range(Clock& clock, int64_t wall_ns) {
    wall_ns = std::max(wall_ns, kMinViewNs);
    int64_t length = clock.view_end_ns - clock.view_begin_ns;
    if (length <= 0 || length > wall_ns) length = wall_ns;
    length = std::max(length, kMinViewNs);
    clock.view_begin_ns = std::clamp<int64_t>(clock.view_begin_ns, 0, wall_ns - length);
    clock.view_end_ns = clock.view_begin_ns + length;
}

void zoom_view_range(Clock& clock, int64_t wall_ns, double anchor_ns, double factor) {
    fit_view_range(clock, wall_ns);
    const auto begin = static_cast<double>(clock.view_begin_ns);
    const auto length = static_cast<double>(clock.view_end_ns - clock.view_begin_ns);
    const double whole = static_cast<double>(std::max(wall_ns, kMinViewNs));
    const double wanted = std::clamp(length * factor, static_cast<double>(kMinViewNs), whole);
    const double share = std::clamp((anchor_ns - begin) / length, 0.0, 1.0);
    clock.view_begin_ns = std::max<int64_t>(static_cast<int64_t>(anchor_ns - share * wanted), 0);
    clock.view_end_ns = clock.view_begin_ns + static_cast<int64_t>(wanted);
    fit_view_range(clock, wall_ns);
}

void pan_view_range(Clock& clock, int64_t wall_ns, double by_ns) {
    fit_view_range(clock, wall_ns);
    const int64_t length = clock.view_end_ns - clock.view_begin_ns;
    const double room = static_cast<double>(std::max(wall_ns, kMinViewNs) - length);
    clock.view_begin_ns =
        static_cast<int64_t>(std::clamp(static_cast<double>(clock.view_begin_ns) + by_ns, 0.0, room));
    clock.view_end_ns = clock.view_begin_ns + length;
}

}  // namespace ringscope
