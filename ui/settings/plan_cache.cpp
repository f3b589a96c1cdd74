#include "ui/settings/plan_cache.h"

#include "engine/base/number_text.h"

namespace ringscope {

void PlanCache::update(const Experiment& experiment) {
    if (experiment_ && *experiment_ == experiment) return;
    experiment_ = experiment;
    schedule_.reset();
    problems_ = validate(experiment);
    if (!problems_.empty()) return;
    try {
        schedule_ = std::make_shared<const Schedule>(plan(experiment));
        prediction_ = predict(*schedule_);
        ++serial_;
    } catch (const Error& error) {
        schedule_.reset();
        problems_.push_back({"ring.ranks", error.what()});
    }
}

std::optional<FieldProblem> run_obstacle(const Schedule& schedule, const EngineInventory* inventory) {
    if (schedule.ranks > kMaxRunRanks)
        return FieldProblem{"ring.ranks", std::to_string(schedule.ranks) +
                                              " ranks can be planned, not run: at most " +
                                              std::to_string(kMaxRunRanks) + " run"};
    if (!inventory || inventory->machine.memory_bytes <= 0) return std::nullopt;
    const int64_t needed = predicted_bytes_all_ranks(schedule);
    const int64_t there = inventory->machine.memory_bytes;
    if (needed <= there) return std::nullopt;
    return FieldProblem{"problem.seq_len",
                        "the ranks together need " + bytes_text(static_cast<double>(needed)) +
                            ", this machine has " + bytes_text(static_cast<double>(there)) +
                            ": plan it, or make it smaller to run it"};
}

}  // namespace ringscope
