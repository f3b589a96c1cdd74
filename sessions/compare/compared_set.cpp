#include "sessions/compare/compared_set.h"

namespace ringscope {

ComparedSet make_compared_set(std::vector<int64_t> ids, std::vector<ComparedRun> runs) {
    ComparedSet set;
    set.ids = std::move(ids);
    set.runs = std::move(runs);
    if (set.runs.size() >= 2) set.comparison = compare_runs(set.runs);
    StepTimes first;
    for (const ComparedRun& compared : set.runs) {
        set.indices.emplace_back(*compared.run);
        set.bounds.push_back(step_bounds(*compared.run));
        set.memory.push_back(memory_curve(*compared.run));
        StepTimes times = step_times(*compared.run);
        set.differences.push_back(set.indices.size() == 1 ? StepDifferences{}
                                                          : step_differences(first, times));
        if (set.indices.size() == 1) first = std::move(times);
    }
    return set;
}

}  // namespace ringscope
