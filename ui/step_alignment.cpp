#include "ui/step_alignment.h"

#include <algorithm>

namespace ringscope::ui {

namespace {

/// Begin of every step and the end of the run. Ranks enter a step at different times: the first one counts.
/// A step without spans takes no time.
std::vector<int64_t> step_bounds(const TraceIndex& run) {
    std::vector<int64_t> bounds{0};
    for (int step = 1; step < run.steps(); ++step)
        bounds.push_back(run.step(step).empty() ? bounds.back()
                                                : std::max(bounds.back(), run.step(step).begin_ns));
    bounds.push_back(std::max(bounds.back(), run.wall_ns()));
    return bounds;
}

}  // namespace

Alignment align_by_clock(std::span<const TraceIndex> runs) {
    Alignment alignment;
    for (const TraceIndex& run : runs) {
        alignment.runs.push_back({{0, run.wall_ns(), 0}});
        alignment.length_ns = std::max(alignment.length_ns, run.wall_ns());
    }
    return alignment;
}

Alignment align_by_step(std::span<const TraceIndex> runs) {
    std::vector<std::vector<int64_t>> bounds;
    size_t steps = 0;
    for (const TraceIndex& run : runs) {
        bounds.push_back(step_bounds(run));
        steps = std::max(steps, bounds.back().size() - 1);
    }
    Alignment alignment;
    alignment.runs.resize(runs.size());
    for (size_t step = 0; step < steps; ++step) {
        alignment.steps_ns.push_back(alignment.length_ns);
        int64_t longest = 0;
        for (size_t run = 0; run < runs.size(); ++run) {
            if (step + 1 >= bounds[run].size()) continue;
            const int64_t begin = bounds[run][step], end = bounds[run][step + 1];
            alignment.runs[run].push_back({begin, end, alignment.length_ns});
            longest = std::max(longest, end - begin);
        }
        alignment.length_ns += longest;
    }
    return alignment;
}

}  // namespace ringscope::ui
