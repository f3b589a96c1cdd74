#include "ui/settings/planned_time.h"

#include "engine/base/error.h"
#include "engine/base/number_text.h"
#include "engine/plan/plan_size.h"
#include "engine/simulate/simulate.h"

namespace ringscope {

namespace {

/// A few seconds on the planning thread, and a trace that fits beside the plan.
constexpr int64_t kMostLaidOut = 2'000'000;

int64_t items_of(const Schedule& schedule) {
    auto items = static_cast<int64_t>(schedule.transfers.size());
    for (const RankPlan& rank : schedule.rank_plans)
        for (const RankStep& step : rank.steps) items += 1 + static_cast<int64_t>(step.work.size());
    return items;
}

/// "" or one sentence.
std::string why_not_timed(const Schedule& schedule, const MachineModel& machine) {
    const std::string& device = schedule.experiment.backend.device;
    if (device != "auto" && device != (machine.device.kind == DeviceKind::gpu ? "cuda" : "cpu"))
        return machine.name + " has no " + device + " device, which the experiment asks for";
    if (items_of(schedule) > kMostLaidOut)
        return "the plan has more than " + count_text(kMostLaidOut) + " pieces of work and transfers";
    return "";
}

}  // namespace

PlannedTime planned_time(const Schedule& schedule, const std::shared_ptr<const MachineModel>& machine,
                         const std::stop_token& stop) {
    PlannedTime time;
    time.machine = machine;
    if (!machine) {
        time.why_not = "calibrate this machine first";
        return time;
    }
    time.why_not = why_not_timed(schedule, *machine);
    if (!time.why_not.empty()) return time;
    try {
        const LaidOut laid_out = simulate_once(schedule, *machine, {}, stop);
        time.seconds = static_cast<double>(laid_out.trace.wall_ns) * 1e-9;
        time.steps = step_overlaps(laid_out.trace, schedule.steps);
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        time.why_not = error.what();
    }
    return time;
}

bool is_timed_in_a_frame(const PlanSize& size) {
    constexpr int64_t kMostItems = 4000;  // 0.2 to 0.6 us each
    return size.work + size.transfers + size.rank_steps <= kMostItems;
}

}  // namespace ringscope
