#include "engine/analysis/step_overlap.h"

#include <algorithm>

namespace ringscope {

namespace {

struct Interval {
    int64_t begin_ns = 0;
    int64_t end_ns = 0;
};

/// Ascending, without overlaps.
std::vector<Interval> union_of(std::vector<Interval> intervals) {
    std::sort(intervals.begin(), intervals.end(),
              [](const Interval& a, const Interval& b) { return a.begin_ns < b.begin_ns; });
    std::vector<Interval> joined;
    for (const Interval& one : intervals) {
        if (!joined.empty() && one.begin_ns <= joined.back().end_ns)
            joined.back().end_ns = std::max(joined.back().end_ns, one.end_ns);
        else
            joined.push_back(one);
    }
    return joined;
}

int64_t length_of(const std::vector<Interval>& joined) {
    int64_t length = 0;
    for (const Interval& one : joined) length += one.end_ns - one.begin_ns;
    return length;
}

/// Both ascending and without overlaps.
int64_t shared_ns(const std::vector<Interval>& a, const std::vector<Interval>& b) {
    int64_t shared = 0;
    for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        shared +=
            std::max<int64_t>(std::min(a[i].end_ns, b[j].end_ns) - std::max(a[i].begin_ns, b[j].begin_ns), 0);
        a[i].end_ns < b[j].end_ns ? ++i : ++j;
    }
    return shared;
}

bool is_work(SpanKind kind) {
    return kind == SpanKind::pack || kind == SpanKind::compute || kind == SpanKind::merge;
}

bool is_arrival(SpanKind kind) { return kind == SpanKind::receive || kind == SpanKind::collective; }

/// Adds one rank's spans, which stand together.
void add_rank(const Span* first, const Span* last, std::vector<StepOverlap>& steps) {
    constexpr double kSeconds = 1e-9;
    std::vector<Interval> work;  // with waits for a core: what hides a transfer
    std::vector<std::vector<Interval>> arrivals(steps.size());
    std::vector<int64_t> work_ns(steps.size());
    for (const Span* span = first; span != last; ++span) {
        if (span->step < 0 || span->step >= static_cast<int>(steps.size())) continue;
        const auto step = static_cast<size_t>(span->step);
        if (is_work(span->kind)) {
            work.push_back({span->begin_ns, span->end_ns});
            work_ns[step] += span->end_ns - span->begin_ns;
        }
        if (span->cause == WaitCause::core) work.push_back({span->begin_ns, span->end_ns});
        if (is_arrival(span->kind)) arrivals[step].push_back({span->begin_ns, span->end_ns});
    }
    work = union_of(std::move(work));
    for (size_t step = 0; step < steps.size(); ++step) {
        StepOverlap& sum = steps[step];
        sum.work_seconds = std::max(sum.work_seconds, static_cast<double>(work_ns[step]) * kSeconds);
        if (arrivals[step].empty()) continue;
        const std::vector<Interval> received = union_of(std::move(arrivals[step]));
        const double seconds = static_cast<double>(length_of(received)) * kSeconds;
        const auto from =
            std::lower_bound(work.begin(), work.end(), received.front().begin_ns,
                             [](const Interval& interval, int64_t begin) { return interval.end_ns < begin; });
        const auto until =
            std::lower_bound(from, work.end(), received.back().end_ns,
                             [](const Interval& interval, int64_t end) { return interval.begin_ns < end; });
        sum.receive_seconds = std::max(sum.receive_seconds, seconds);
        sum.received_seconds += seconds;
        sum.hidden_seconds += static_cast<double>(shared_ns({from, until}, received)) * kSeconds;
    }
}

}  // namespace

std::vector<StepOverlap> step_overlaps(const Trace& trace, int steps) {
    std::vector<StepOverlap> sums(static_cast<size_t>(std::max(steps, 0)));
    const Span* const end = trace.spans.data() + trace.spans.size();
    for (const Span* first = trace.spans.data(); first != end;) {
        const Span* last = first;
        while (last != end && last->rank == first->rank) ++last;
        add_rank(first, last, sums);
        first = last;
    }
    return sums;
}

double hidden_share(const std::vector<StepOverlap>& steps) {
    StepOverlap all;
    for (const StepOverlap& step : steps) {
        all.received_seconds += step.received_seconds;
        all.hidden_seconds += step.hidden_seconds;
    }
    return all.hidden_share();
}

}  // namespace ringscope
