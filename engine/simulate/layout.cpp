#include "engine/simulate/layout.h"

#include "engine/base/error.h"
#include "engine/simulate/ring_layout.h"

namespace ringscope {

namespace {

/// A device for every rank; nothing of it is used but that there are so many, with one worker each.
MachineModel separate_devices(int ranks) {
    MachineModel machine;
    machine.name = "a device for every rank";
    machine.devices_per_host = ranks;
    machine.receives_at_once = false;
    machine.gather = GatherAlgorithm::direct;
    return machine;
}

void require_costs(const Schedule& schedule, const WorkCosts& costs) {
    RINGSCOPE_CHECK(costs.size() == static_cast<size_t>(schedule.ranks));
    for (const RankCosts& rank : costs)
        RINGSCOPE_CHECK(rank.steps.size() == static_cast<size_t>(schedule.steps));
}

}  // namespace

LaidOut lay_out(const Schedule& schedule, const WorkCosts& costs, const MachineModel& machine,
                const std::vector<SlowRank>& slow_ranks, const std::stop_token& stop) {
    require_costs(schedule, costs);
    return RingLayout(schedule, costs, machine, slow_ranks, nullptr).run(stop);
}

LaidOut lay_out_alone(const Schedule& schedule, const WorkCosts& costs, const TransferSeconds& transfers,
                      const std::vector<SlowRank>& slow_ranks, const std::stop_token& stop) {
    require_costs(schedule, costs);
    RINGSCOPE_CHECK(transfers.size() == schedule.transfers.size());
    const MachineModel machine = separate_devices(schedule.ranks);
    return RingLayout(schedule, costs, machine, slow_ranks, &transfers).run(stop);
}

}  // namespace ringscope
