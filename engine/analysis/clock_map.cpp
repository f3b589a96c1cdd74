#include "engine/analysis/clock_map.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace ringscope {

namespace {

/// Begin of every step and the end of the run, ascending: a step that is missing takes no time.
std::vector<double> bounds_of(const TraceIndex& index, int steps) {
    std::vector<double> bounds{0};
    for (int step = 1; step < steps; ++step) {
        const bool there = step < index.steps() && !index.step(step).empty();
        const double begin = there ? static_cast<double>(index.step(step).begin_ns) : bounds.back();
        bounds.push_back(std::max(bounds.back(), begin));
    }
    bounds.push_back(std::max(bounds.back(), static_cast<double>(index.wall_ns())));
    return bounds;
}

bool is_same_piece(const Span& a, const Span& b) {
    return a.step == b.step && a.kind == b.kind && a.cause == b.cause && a.owner == b.owner &&
           a.peer == b.peer && a.transfer == b.transfer && a.pass == b.pass;
}

}  // namespace

double time_on(const TraceIndex& from, const TraceIndex& to, double time_ns) {
    const int steps = std::max({from.steps(), to.steps(), 1});
    const std::vector<double> mine = bounds_of(from, steps), other = bounds_of(to, steps);
    const auto after = std::upper_bound(mine.begin(), mine.end(), time_ns);
    if (after == mine.begin()) return 0;
    if (after == mine.end()) return other.back();
    const auto step = static_cast<size_t>(after - mine.begin()) - 1;
    const double length = mine[step + 1] - mine[step];  // > 0
    return other[step] + (time_ns - mine[step]) / length * (other[step + 1] - other[step]);
}

int64_t ClockChange::at(int64_t time_ns) const {
    return std::llround(time_on(from.index, to.index, static_cast<double>(time_ns)));
}

int span_on(const IndexedTrace& from, const IndexedTrace& to, int span) {
    if (span < 0 || span >= static_cast<int>(from.trace.spans.size())) return -1;
    const Span& wanted = from.trace.spans[static_cast<size_t>(span)];
    if (wanted.rank < 0 || wanted.rank >= to.index.ranks()) return -1;
    const Lane lane = lane_of(wanted.kind);
    int before = 0;  // like pieces of the rank that come first
    for (const Track& track : from.index.tracks_of(wanted.rank, lane))
        for (const int other : track.spans)
            if (other < span && is_same_piece(from.trace.spans[static_cast<size_t>(other)], wanted)) ++before;
    std::vector<int> same;
    for (const Track& track : to.index.tracks_of(wanted.rank, lane))
        for (const int other : track.spans)
            if (is_same_piece(to.trace.spans[static_cast<size_t>(other)], wanted)) same.push_back(other);
    std::sort(same.begin(), same.end());
    return before < static_cast<int>(same.size()) ? same[static_cast<size_t>(before)] : -1;
}

}  // namespace ringscope
