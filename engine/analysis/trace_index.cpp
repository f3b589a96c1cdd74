#include "engine/analysis/trace_index.h"

#include <algorithm>

namespace ringscope {

namespace {

/// What a lane's tracks sum up apart from each other.
struct Slot {
    SpanKind kind;
    WaitCause cause = WaitCause::none;
};

std::span<const Slot> slots_of(Lane lane) {
    static constexpr Slot compute[] = {{SpanKind::pack}, {SpanKind::compute}, {SpanKind::merge}};
    static constexpr Slot receive[] = {{SpanKind::receive}, {SpanKind::collective}};
    static constexpr Slot send[] = {{SpanKind::send}};
    static constexpr Slot wait[] = {{SpanKind::wait, WaitCause::none},
                                    {SpanKind::wait, WaitCause::late_peer},
                                    {SpanKind::wait, WaitCause::link},
                                    {SpanKind::wait, WaitCause::core}};
    switch (lane) {
        case Lane::compute:
            return compute;
        case Lane::receive:
            return receive;
        case Lane::send:
            return send;
        case Lane::wait:
            break;
    }
    return wait;
}

/// Place of a span among its lane's slots.
size_t slot_of(const Span& span) {
    switch (span.kind) {
        case SpanKind::compute:
            return 1;
        case SpanKind::merge:
            return 2;
        case SpanKind::collective:
            return 1;
        case SpanKind::wait:
            return static_cast<size_t>(span.cause);
        default:
            return 0;
    }
}

/// Calls found(slot, ns) for the track's slots with the time that each has in [begin, end).
template <typename Found>
void sum_slots(const Track& track, int64_t begin_ns, int64_t end_ns, Found found) {
    const auto [first, last] = touching(track, begin_ns, end_ns);
    if (first >= last || end_ns <= begin_ns) return;
    const auto slots = slots_of(track.lane);
    // What the first and the last span have outside the range; their slots show in the sums' differences.
    const int64_t before = std::max<int64_t>(begin_ns - track.begin[first], 0);
    const int64_t after = std::max<int64_t>(track.end[last - 1] - end_ns, 0);
    for (size_t slot = 0; slot < slots.size(); ++slot) {
        const auto busy = [&](size_t i) { return track.busy[i * slots.size() + slot]; };
        int64_t sum = busy(last) - busy(first);
        if (busy(first + 1) > busy(first)) sum -= before;
        if (busy(last) > busy(last - 1)) sum -= after;
        found(slots[slot], sum);
    }
}

}  // namespace

std::pair<size_t, size_t> touching(const Track& track, int64_t begin_ns, int64_t end_ns) {
    const auto first = std::upper_bound(track.end.begin(), track.end.end(), begin_ns) - track.end.begin();
    const auto last = std::lower_bound(track.begin.begin(), track.begin.end(), end_ns) - track.begin.begin();
    return {static_cast<size_t>(first), static_cast<size_t>(std::max(first, last))};
}

Lane lane_of(SpanKind kind) {
    switch (kind) {
        case SpanKind::pack:
        case SpanKind::compute:
        case SpanKind::merge:
            return Lane::compute;
        case SpanKind::receive:
        case SpanKind::collective:
            return Lane::receive;
        case SpanKind::send:
            return Lane::send;
        case SpanKind::wait:
            break;
    }
    return Lane::wait;
}

const char* name_of(Lane lane) {
    static constexpr const char* names[] = {"compute", "receive", "send", "wait"};
    return names[static_cast<int>(lane)];
}

TraceIndex::TraceIndex(const Run& run) {
    const Trace& trace = run.trace;
    ranks_ = run.schedule ? run.schedule->ranks : 0;
    wall_ns_ = std::max<int64_t>(trace.wall_ns, 0);
    int steps = run.schedule ? run.schedule->steps : 0;
    for (const Span& span : trace.spans) {
        ranks_ = std::max(ranks_, span.rank + 1);
        steps = std::max(steps, span.step + 1);
        wall_ns_ =
            std::max(wall_ns_, span.end_ns);  // a run that failed may have ended before its wall was taken
    }
    lanes_.resize(static_cast<size_t>(ranks_) * kLanes);
    steps_.assign(steps, StepRange{0, -1});
    const size_t transfers =
        std::max(trace.transfers.size(), run.schedule ? run.schedule->transfers.size() : 0);
    send_.assign(transfers, -1);
    receive_.assign(transfers, -1);
    reserve_tracks(trace);
    for (size_t i = 0; i < trace.spans.size(); ++i) {
        if (trace.spans[i].rank >= 0) add_to_track(trace, static_cast<int>(i));
    }
}

void TraceIndex::add_to_track(const Trace& trace, int span_index) {
    const Span& span = trace.spans[span_index];
    auto& tracks = lanes_[static_cast<size_t>(span.rank) * kLanes + static_cast<int>(lane_of(span.kind))];
    auto free = std::find_if(tracks.begin(), tracks.end(), [&](const Track& track) {
        return track.end.empty() || track.end.back() <= span.begin_ns;
    });
    if (free == tracks.end()) {
        tracks.emplace_back();
        free = tracks.end() - 1;
        free->rank = span.rank;
        free->lane = lane_of(span.kind);
        free->busy.assign(slots_of(free->lane).size(), 0);
    }
    free->spans.push_back(span_index);
    free->begin.push_back(span.begin_ns);
    free->end.push_back(std::max(span.end_ns, span.begin_ns));
    const size_t slots = slots_of(free->lane).size();
    const size_t before = free->busy.size() - slots;
    for (size_t slot = 0; slot < slots; ++slot) free->busy.push_back(free->busy[before + slot]);
    free->busy[before + slots + slot_of(span)] += free->end.back() - span.begin_ns;
    if (span.step >= 0) {
        StepRange& step = steps_[span.step];
        step.begin_ns = step.empty() ? span.begin_ns : std::min(step.begin_ns, span.begin_ns);
        step.end_ns = std::max(step.end_ns, span.end_ns);
    }
    const auto transfer = static_cast<size_t>(span.transfer);
    if (span.transfer < 0 || transfer >= send_.size()) return;
    if (span.kind == SpanKind::send) send_[transfer] = span_index;
    if (span.kind == SpanKind::receive) receive_[transfer] = span_index;
}

/// Room for all spans of a lane in its first track: few lanes have a second.
void TraceIndex::reserve_tracks(const Trace& trace) {
    std::vector<size_t> counts(lanes_.size());
    for (const Span& span : trace.spans) {
        if (span.rank >= 0)
            ++counts[static_cast<size_t>(span.rank) * kLanes + static_cast<int>(lane_of(span.kind))];
    }
    for (size_t i = 0; i < lanes_.size(); ++i) {
        if (counts[i] == 0) continue;
        const auto lane = static_cast<Lane>(i % kLanes);
        Track& track = lanes_[i].emplace_back();
        track.rank = static_cast<int>(i / kLanes);
        track.lane = lane;
        track.spans.reserve(counts[i]);
        track.begin.reserve(counts[i]);
        track.end.reserve(counts[i]);
        track.busy.reserve((counts[i] + 1) * slots_of(lane).size());
        track.busy.assign(slots_of(lane).size(), 0);
    }
}

std::span<const Track> TraceIndex::tracks_of(int rank, Lane lane) const {
    return lanes_[static_cast<size_t>(rank) * kLanes + static_cast<int>(lane)];
}

int TraceIndex::step_at(double time_ns) const {
    int found = 0;
    for (int step = 0; step < steps(); ++step) {
        if (!steps_[step].empty() && static_cast<double>(steps_[step].begin_ns) <= time_ns) found = step;
    }
    return found;
}

int TraceIndex::span_at(int rank, Lane lane, double time_ns) const {
    const auto time = static_cast<int64_t>(time_ns);
    for (const Track& track : tracks_of(rank, lane)) {
        const auto [first, last] = touching(track, time, time + 1);
        if (first < last) return track.spans[first];
    }
    return -1;
}

int TraceIndex::neighbour(const Trace& trace, int span, int direction) const {
    if (span < 0 || span >= static_cast<int>(trace.spans.size())) return -1;
    const Span& from = trace.spans[span];
    for (const Track& track : tracks_of(from.rank, lane_of(from.kind))) {
        const auto at = std::lower_bound(track.spans.begin(), track.spans.end(), span) - track.spans.begin();
        const auto size = static_cast<std::ptrdiff_t>(track.size());
        if (at >= size || track.spans[at] != span) continue;
        return at + direction >= 0 && at + direction < size ? track.spans[at + direction] : -1;
    }
    return -1;
}

TimeByKind busy_in(const Track& track, int64_t begin_ns, int64_t end_ns) {
    TimeByKind time{};
    sum_slots(track, begin_ns, end_ns,
              [&](const Slot& slot, int64_t ns) { time[static_cast<size_t>(slot.kind)] += ns; });
    return time;
}

TimeByCause waits_in(const Track& track, int64_t begin_ns, int64_t end_ns) {
    TimeByCause time{};
    if (track.lane != Lane::wait) return time;
    sum_slots(track, begin_ns, end_ns,
              [&](const Slot& slot, int64_t ns) { time[static_cast<size_t>(slot.cause)] += ns; });
    return time;
}

RangeStatistics TraceIndex::statistics(int rank, int64_t begin_ns, int64_t end_ns) const {
    RangeStatistics result;
    if (rank < 0 || rank >= ranks_) return result;
    for (int lane = 0; lane < kLanes; ++lane) {
        for (const Track& track : tracks_of(rank, static_cast<Lane>(lane))) {
            const TimeByKind time = busy_in(track, begin_ns, end_ns);
            const auto [first, last] = touching(track, begin_ns, end_ns);
            for (int kind = 0; kind < kSpanKinds; ++kind) result.time[kind] += time[kind];
            result.spans[lane] += static_cast<int64_t>(last - first);
        }
    }
    return result;
}

}  // namespace ringscope
