#include "engine/simulate/work_costs.h"

#include <algorithm>

#include "engine/simulate/attend_tasks.h"
#include "engine/simulate/work_blocks.h"

namespace ringscope {

namespace {

class Costs {
  public:
    Costs(const Schedule& schedule, const MachineModel& machine)
        : schedule_(schedule),
          device_(machine.device),
          rates_(machine, schedule.problem.dtype, schedule.problem.head_dim),
          blocks_(schedule) {}

    RankCosts of(int rank) {
        RankCosts costs;
        costs.pack_seconds = pack_seconds(rank);
        costs.normalise_seconds = normalise_seconds(rank);
        merged_.assign(schedule_.problem.patterns.size(), false);
        for (int step = 0; step < schedule_.steps; ++step) costs.steps.push_back(step_cost(rank, step));
        return costs;
    }

  private:
    StepCost step_cost(int rank, int step) {
        StepCost cost;
        const RankStep& plan =
            schedule_.rank_plans[static_cast<size_t>(rank)].steps[static_cast<size_t>(step)];
        double pieces = 0;
        for (const Work& work : plan.work) {
            const Pattern& pattern = schedule_.problem.patterns[static_cast<size_t>(work.pattern)];
            const double heads = static_cast<double>(pattern.heads.size()) * schedule_.problem.batch;
            double seconds = 0;
            for (const WorkBlock& block : blocks_.of(rank, work))
                seconds += block.times * rates_.seconds(block.block);
            cost.attend_seconds += heads * seconds;
            const double tasks = attend_tasks(
                device_, schedule_.problem.head_dim, heads,
                {static_cast<double>(work.segments.count), blocks_.rows(), static_cast<double>(work.pairs)});
            cost.attend_seconds += device_.launch_seconds * tasks;
            pieces += tasks;
            // The first answer of a row is written, every later one is merged into it.
            const bool merges = merged_[static_cast<size_t>(work.pattern)] && !device_.merges_in_kernel;
            if (merges) cost.merge_seconds += merge_seconds(heads * blocks_.rows());
            merged_[static_cast<size_t>(work.pattern)] = true;
        }
        cost.pieces = std::max(1.0, pieces);
        return cost;
    }

    double merge_seconds(double rows) const {
        const auto element = static_cast<double>(bytes_of(schedule_.problem.dtype));
        const double bytes = 2 * sizeof(float) + element;  // o is read and written, the partial answer read
        return rows * schedule_.problem.head_dim * bytes / device_.merge_bytes_per_second;
    }

    double pack_seconds(int rank) const {
        int64_t bytes = 0;
        for (const Piece& piece : schedule_.pieces_in(rank, 0))
            if (piece.owner == rank) bytes += piece.bytes;
        return 2.0 * static_cast<double>(bytes) / device_.pack_bytes_per_second;
    }

    double normalise_seconds(int rank) const {
        if (schedule_.experiment.ring.accumulator != Accumulator::online_softmax) return 0;
        const Problem& problem = schedule_.problem;
        const double rows = static_cast<double>(schedule_.rank_plans[static_cast<size_t>(rank)].tokens) *
                            problem.batch * problem.heads;
        return rows * problem.head_dim * 2 * sizeof(float) / device_.merge_bytes_per_second;
    }

    const Schedule& schedule_;
    const DeviceModel& device_;
    const AttentionRates rates_;
    WorkBlocks blocks_;
    std::vector<bool> merged_;  // by pattern: some of its rows hold an answer
};

}  // namespace

WorkCosts work_costs(const Schedule& schedule, const MachineModel& machine) {
    Costs costs(schedule, machine);
    WorkCosts all;
    for (int rank = 0; rank < schedule.ranks; ++rank) all.push_back(costs.of(rank));
    return all;
}

}  // namespace ringscope
