#include "engine/analysis/memory_samples.h"

#include <algorithm>

namespace ringscope {

SampleRange samples_of(const Trace& trace, int rank) {
    const auto begin = trace.memory.begin();
    const auto first =
        std::lower_bound(begin, trace.memory.end(), rank,
                         [](const MemorySample& sample, int wanted) { return sample.rank < wanted; });
    const auto last =
        std::upper_bound(first, trace.memory.end(), rank,
                         [](int wanted, const MemorySample& sample) { return wanted < sample.rank; });
    return {static_cast<size_t>(first - begin), static_cast<size_t>(last - begin)};
}

size_t sample_at(const Trace& trace, SampleRange range, double time_ns) {
    const auto begin = trace.memory.begin();
    const auto after = std::upper_bound(
        begin + static_cast<std::ptrdiff_t>(range.first), begin + static_cast<std::ptrdiff_t>(range.last),
        time_ns,
        [](double time, const MemorySample& sample) { return time < static_cast<double>(sample.time_ns); });
    const auto index = static_cast<size_t>(after - begin);
    return index == range.first ? range.last : index - 1;
}

}  // namespace ringscope
