#include "sessions/compare/compared_set.h"

#include <algorithm>

#include "sessions/compare/compare_load.h"

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

ComparedSet load_compared_set(RunStore& store, const std::vector<int64_t>& ids) {
    ComparedSet set = make_compared_set(ids, load_to_compare(store, ids));
    const bool replayed = std::any_of(set.runs.begin(), set.runs.end(), [](const ComparedRun& compared) {
        return compared.run->origin == Origin::replayed;
    });
    if (replayed)
        set.measured = std::make_shared<const ComparedSet>(
            make_compared_set(ids, load_to_compare(store, ids, CompareClock::measured)));
    return set;
}

}  // namespace ringscope
