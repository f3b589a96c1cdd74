#include "ui/settings/plan_cache.h"

#include <system_error>
#include <utility>

#include "engine/base/number_text.h"
#include "engine/plan/plan_size.h"

namespace ringscope {

namespace {

/// A name that nothing here answers to, or that cannot be used.
std::optional<FieldProblem> obstacle_of_name(const char* path, const std::string& name,
                                             const std::vector<EngineOption>& options) {
    if (name == "auto" || options.empty()) return std::nullopt;
    std::string why_not, known = "auto";
    for (const EngineOption& option : options) {
        if (option.name == name && option.usable) return std::nullopt;
        if (option.name == name) why_not = option.why_not;
        if (!known.ends_with(", " + option.name)) known += ", " + option.name;  // GPUs stand together
    }
    if (!why_not.empty()) return FieldProblem{path, name + " cannot be used here: " + why_not};
    return FieldProblem{path, "\"" + name + "\" is not allowed: one of " + known};
}

}  // namespace

bool fits_in_a_frame(const PlanSize& size) {
    constexpr int64_t kMostItems = 40000;          // 0.1 to 0.2 us each
    constexpr int64_t kMostComparisons = 1 << 19;  // some 10 ns each
    return size.pieces + size.work + size.rank_steps <= kMostItems && size.comparisons <= kMostComparisons;
}

void PlanCache::update(const Experiment& experiment, const std::shared_ptr<const MachineModel>& machine) {
    const bool same_machine = machine == machine_;
    if (experiment_ && *experiment_ == experiment) {
        if (same_machine) return take_from_thread();
        machine_ = machine;
        if (planning_) return ask(true);
        if (schedule_) time_again(plan_size(experiment));
        return;
    }
    experiment_ = experiment;
    machine_ = machine;
    if (planning_ || timing_) thread_.drop();
    planning_ = timing_ = false;
    problems_ = validate(experiment);
    if (!problems_.empty()) return schedule_.reset();
    plan_again(plan_size(experiment));
}

void PlanCache::plan_again(const PlanSize& size) {
    if (!fits_in_a_frame(size) && is_plannable(size)) return ask(true);
    adopt(make_plan(*experiment_, {}));
    if (schedule_) time_again(size);
}

/// Of the plan that is there.
void PlanCache::time_again(const PlanSize& size) {
    if (machine_ && !is_timed_in_a_frame(size)) return ask(false);
    if (timing_) thread_.drop();
    timing_ = false;
    time_ = planned_time(*schedule_, machine_, {});
}

void PlanCache::ask(bool with_plan) {
    try {
        thread_.ask({*experiment_, machine_, with_plan ? nullptr : schedule_});
        planning_ = with_plan;
        timing_ = true;
    } catch (const std::system_error& error) {
        const std::string why = std::string("no thread could be started to plan it: ") + error.what();
        if (with_plan) adopt({nullptr, {}, why, {}});
        time_ = {machine_, 0, {}, why};
    }
}

void PlanCache::take_from_thread() {
    if (!planning_ && !timing_) return;
    std::optional<Planned> planned = thread_.take();
    if (!planned) return;
    std::optional<PlannedTime> time = std::move(planned->time);
    if (planning_) adopt(std::move(*planned));
    if (!time && schedule_) return;
    timing_ = false;
    if (time) time_ = std::move(*time);
}

void PlanCache::adopt(Planned planned) {
    planning_ = false;
    schedule_ = std::move(planned.schedule);
    prediction_ = planned.prediction;
    if (schedule_)
        ++serial_;
    else
        problems_.push_back({"ring.ranks", planned.problem});
}

std::optional<FieldProblem> run_obstacle(const Schedule& schedule, const EngineInventory* inventory) {
    if (schedule.ranks > kMaxRunRanks)
        return FieldProblem{"ring.ranks", std::to_string(schedule.ranks) +
                                              " ranks can be planned but not run: at most " +
                                              std::to_string(kMaxRunRanks) + " run"};
    if (!inventory) return std::nullopt;
    const BackendSpec& backend = schedule.experiment.backend;
    if (auto device = obstacle_of_name("backend.device", backend.device, inventory->devices)) return device;
    if (auto transport = obstacle_of_name("backend.transport", backend.transport, inventory->transports))
        return transport;
    if (inventory->machine.memory_bytes <= 0) return std::nullopt;
    const int64_t needed = predicted_bytes_all_ranks(schedule);
    const int64_t there = inventory->machine.memory_bytes;
    if (needed <= there) return std::nullopt;
    return FieldProblem{"problem.seq_len",
                        "the ranks together need " + bytes_text(static_cast<double>(needed)) +
                            ", this machine has " + bytes_text(static_cast<double>(there)) +
                            ": plan it, or make it smaller to run it"};
}

}  // namespace ringscope
