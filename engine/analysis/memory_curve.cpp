#include "engine/analysis/memory_curve.h"

#include <algorithm>

namespace ringscope {

std::vector<MemoryPoint> memory_curve(const Run& run) {
    std::vector<const MemorySample*> samples;
    int ranks = 0;
    for (const MemorySample& sample : run.trace.memory) {
        if (sample.rank < 0) continue;
        samples.push_back(&sample);
        ranks = std::max(ranks, sample.rank + 1);
    }
    std::stable_sort(samples.begin(), samples.end(),
                     [](const auto* a, const auto* b) { return a->time_ns < b->time_ns; });
    std::vector<int64_t> live(static_cast<size_t>(ranks), 0);
    std::vector<MemoryPoint> curve;
    for (size_t i = 0; i < samples.size(); ++i) {
        live[static_cast<size_t>(samples[i]->rank)] = total_bytes(samples[i]->live);
        const bool moment_ends = i + 1 == samples.size() || samples[i + 1]->time_ns > samples[i]->time_ns;
        if (!moment_ends) continue;
        const auto most = std::max_element(live.begin(), live.end());
        if (curve.empty() || curve.back().bytes != *most)
            curve.push_back({samples[i]->time_ns, *most, static_cast<int>(most - live.begin())});
    }
    return curve;
}

}  // namespace ringscope
