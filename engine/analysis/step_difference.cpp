#include "engine/analysis/step_difference.h"

#include <algorithm>
#include <cstdlib>

#include "engine/base/number_text.h"

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

std::string time_change_text(int64_t change_ns) {
    return (change_ns < 0 ? "-" : "+") + nanoseconds_text(std::abs(change_ns));
}

std::string difference_text(const StepDifference& difference, int rank, int step) {
    const std::string where = "rank " + std::to_string(rank) + ", step " + std::to_string(step) + ": ";
    if (!difference.in_both) return where + "only one of the two runs has it";
    const int64_t change = difference.change_ns();
    const std::string times = nanoseconds_text(difference.other.length_ns) + " against " +
                              nanoseconds_text(difference.first.length_ns);
    if (change == 0) return where + "the same, " + nanoseconds_text(difference.first.length_ns);
    return where + nanoseconds_text(std::abs(change)) + (change > 0 ? " longer (" : " shorter (") + times +
           "); work " + time_change_text(difference.other.work_ns - difference.first.work_ns) + ", waiting " +
           time_change_text(difference.other.wait_ns - difference.first.wait_ns);
}

}  // namespace ringscope
