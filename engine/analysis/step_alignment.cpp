#include "engine/analysis/step_alignment.h"

#include <algorithm>

namespace ringscope {

namespace {

constexpr int64_t kNever = INT64_MAX;

int steps_of(const Run& run) {
    int steps = run.schedule ? run.schedule->steps : 0;
    for (const Span& span : run.trace.spans) steps = std::max(steps, span.step + 1);
    return steps;
}

int ranks_of(const Run& run) {
    int ranks = run.schedule ? run.schedule->ranks : 0;
    for (const Span& span : run.trace.spans) ranks = std::max(ranks, span.rank + 1);
    return ranks;
}

bool is_work(SpanKind kind) {
    return kind == SpanKind::pack || kind == SpanKind::compute || kind == SpanKind::merge;
}

}  // namespace

StepBounds step_bounds(const Run& run) {
    std::vector<int64_t> first(static_cast<size_t>(steps_of(run)), kNever);
    int64_t end = std::max<int64_t>(run.trace.wall_ns, 0);
    for (const Span& span : run.trace.spans) {
        end = std::max(end, span.end_ns);  // a run that failed may have ended before its wall was taken
        if (span.step < 0) continue;
        int64_t& begin = first[static_cast<size_t>(span.step)];
        begin = std::min(begin, span.begin_ns);
    }
    StepBounds bounds{0};
    for (size_t step = 1; step < first.size(); ++step)
        bounds.push_back(first[step] == kNever ? bounds.back() : std::max(bounds.back(), first[step]));
    bounds.push_back(std::max(bounds.back(), end));
    return bounds;
}

Alignment align_by_clock(std::span<const StepBounds> runs) {
    Alignment alignment;
    for (const StepBounds& bounds : runs) {
        alignment.runs.push_back({{0, bounds.back(), 0}});
        alignment.length_ns = std::max(alignment.length_ns, bounds.back());
    }
    return alignment;
}

Alignment align_by_step(std::span<const StepBounds> runs) {
    size_t steps = 0;
    for (const StepBounds& bounds : runs) steps = std::max(steps, bounds.size() - 1);
    Alignment alignment;
    alignment.runs.resize(runs.size());
    for (size_t step = 0; step < steps; ++step) {
        alignment.steps_ns.push_back(alignment.length_ns);
        int64_t longest = 0;
        for (size_t run = 0; run < runs.size(); ++run) {
            if (step + 1 >= runs[run].size()) continue;
            const int64_t begin = runs[run][step], end = runs[run][step + 1];
            alignment.runs[run].push_back({begin, end, alignment.length_ns});
            longest = std::max(longest, end - begin);
        }
        alignment.length_ns += longest;
    }
    return alignment;
}

StepTimes step_times(const Run& run) {
    const auto ranks = static_cast<size_t>(ranks_of(run)), steps = static_cast<size_t>(steps_of(run));
    StepTimes times(ranks, std::vector<RankStepTime>(steps));
    // Begin of each rank's step, and after the last one the rank's end.
    std::vector<std::vector<int64_t>> begins(ranks, std::vector<int64_t>(steps + 1, kNever));
    std::vector<int64_t> ends(ranks, 0);
    for (const Span& span : run.trace.spans) {
        if (span.rank < 0 || span.step < 0) continue;
        const auto rank = static_cast<size_t>(span.rank), step = static_cast<size_t>(span.step);
        begins[rank][step] = std::min(begins[rank][step], span.begin_ns);
        ends[rank] = std::max(ends[rank], span.end_ns);
        RankStepTime& time = times[rank][step];
        if (is_work(span.kind)) time.work_ns += span.end_ns - span.begin_ns;
        if (span.kind == SpanKind::wait) time.wait_ns += span.end_ns - span.begin_ns;
    }
    for (size_t rank = 0; rank < ranks; ++rank) {
        int64_t next = ends[rank];
        for (size_t step = steps; step-- > 0;) {
            if (begins[rank][step] == kNever) continue;
            times[rank][step].length_ns = std::max<int64_t>(next - begins[rank][step], 0);
            next = std::min(next, begins[rank][step]);
        }
    }
    return times;
}

}  // namespace ringscope
