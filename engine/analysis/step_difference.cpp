#include "engine/analysis/step_difference.h"

#include <algorithm>
#include <cstdlib>

namespace ringscope {

StepDifferences step_differences(const StepTimes& first, const StepTimes& other) {
    StepDifferences differences(std::max(first.size(), other.size()));
    for (size_t rank = 0; rank < differences.size(); ++rank) {
        const size_t in_first = rank < first.size() ? first[rank].size() : 0;
        const size_t in_other = rank < other.size() ? other[rank].size() : 0;
        differences[rank].resize(std::max(in_first, in_other));
        for (size_t step = 0; step < std::min(in_first, in_other); ++step)
            differences[rank][step] = {true, first[rank][step], other[rank][step]};
    }
    return differences;
}

int64_t largest_change_ns(const StepDifferences& differences) {
    int64_t largest = 1;
    for (const auto& rank : differences)
        for (const StepDifference& step : rank)
            if (step.in_both) largest = std::max(largest, std::abs(step.change_ns()));
    return largest;
}

}  // namespace ringscope
