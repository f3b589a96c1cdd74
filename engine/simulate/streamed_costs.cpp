#include "engine/simulate/streamed_costs.h"

#include <algorithm>

#include "engine/simulate/attend_tasks.h"

namespace ringscope {

StreamedCosts::StreamedCosts(StreamedRing& ring, const Experiment& experiment, const MachineModel& machine)
    : ring_(ring), experiment_(experiment), device_(machine.device) {
    const Problem& problem = ring.problem();
    for (const Pattern& pattern : problem.patterns)
        heads_.push_back(static_cast<double>(pattern.heads.size()) * problem.batch);
    answered_.resize(static_cast<size_t>(ring.ranks()) * heads_.size());
}

double StreamedCosts::pack_seconds(int rank) const {
    return 2.0 * static_cast<double>(ring_.own_bytes(rank)) / device_.pack_bytes_per_second;
}

double StreamedCosts::normalise_seconds(int rank) const {
    if (experiment_.ring.accumulator != Accumulator::online_softmax) return 0;
    const Problem& problem = ring_.problem();
    const double rows = static_cast<double>(ring_.tokens_of(rank)) * problem.batch * problem.heads;
    return rows * problem.head_dim * 2 * sizeof(float) / device_.merge_bytes_per_second;
}

StepCost StreamedCosts::step(int rank, int step) {
    const Problem& problem = ring_.problem();
    StepCost cost;
    double pieces = 0;
    pairs_ = 0;
    works_.clear();
    ring_.read_work(rank, step, works_);
    // What comes first is not merged.
    if (!device_.merges_in_kernel && works_.size() > 1)
        std::stable_sort(works_.begin(), works_.end(),
                         [](const StreamedWork& a, const StreamedWork& b) { return a.ring < b.ring; });
    for (const StreamedWork& work : works_) {
        const auto pattern = static_cast<size_t>(work.pattern);
        const auto count = static_cast<double>(work.count);
        const double heads = heads_[pattern];
        const double tasks = count * attend_tasks(device_, ring_.problem().head_dim, heads,
                                                  {static_cast<double>(work.segments), work.cost.rows,
                                                   static_cast<double>(work.cost.pairs)});
        cost.attend_seconds += count * heads * work.cost.seconds + device_.launch_seconds * tasks;
        pieces += tasks;
        pairs_ += count * heads * static_cast<double>(work.cost.pairs);
        const size_t answer = static_cast<size_t>(rank) * heads_.size() + pattern;
        // The first answer of a row is written, every later one is merged into it.
        const double merges = answered_[answer] ? count : count - 1;
        answered_[answer] = true;
        if (device_.merges_in_kernel || merges == 0) continue;
        const auto element = static_cast<double>(bytes_of(problem.dtype));
        const double bytes = 2 * sizeof(float) + element;  // o is read and written, the partial answer read
        cost.merge_seconds +=
            merges * heads * work.cost.rows * problem.head_dim * bytes / device_.merge_bytes_per_second;
    }
    cost.pieces = std::max(1.0, pieces);
    return cost;
}

}  // namespace ringscope
