// Order in a trace for drawing it: the spans of each rank and lane, split into tracks in which none overlap,
// so that what is visible is found by binary search and sums over any range cost O(log n). Built once for
// each run.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "engine/run/run.h"

namespace ringscope {

/// compute: pack, compute, merge. receive: receive, collective.
enum class Lane { compute, receive, send, wait };
inline constexpr int kLanes = 4;
Lane lane_of(SpanKind kind);
const char* name_of(Lane lane);

using TimeByKind = std::array<int64_t, kSpanKinds>;  // ns
inline constexpr int kWaitCauses = 4;
using TimeByCause = std::array<int64_t, kWaitCauses>;  // ns, of waits

/// Spans of one rank and lane that do not overlap, ascending.
struct Track {
    int rank = 0;
    Lane lane = Lane::compute;
    std::vector<int32_t> spans;  // indices into Trace::spans
    std::vector<int64_t> begin;  // ns, of each span: what a search touches lies together
    std::vector<int64_t> end;
    /// Time of each of the lane's kinds, waits by cause, before each span and after the last.
    std::vector<int64_t> busy;
    size_t size() const { return spans.size(); }
};

/// Time of each kind and number of spans in each lane in a range.
struct RangeStatistics {
    TimeByKind time{};
    std::array<int64_t, kLanes> spans{};
};

/// One ring step over all ranks: from the first span to the last.
struct StepRange {
    int64_t begin_ns = 0;
    int64_t end_ns = 0;  // < begin_ns: no span in that step
    bool empty() const { return end_ns < begin_ns; }
};

class TraceIndex {
  public:
    explicit TraceIndex(const Run& run);

    int ranks() const { return ranks_; }
    int steps() const { return static_cast<int>(steps_.size()); }
    int64_t wall_ns() const { return wall_ns_; }
    std::span<const Track> tracks_of(int rank, Lane lane) const;
    const StepRange& step(int step_index) const { return steps_[step_index]; }
    /// The last step that has begun at `time_ns`; 0 before the first.
    int step_at(double time_ns) const;

    /// Spans of a transfer, or -1.
    int send_span(int transfer) const { return at(send_, transfer); }
    int receive_span(int transfer) const { return at(receive_, transfer); }
    /// The span of a rank's lane that holds the time, or -1.
    int span_at(int rank, Lane lane, double time_ns) const;
    /// The neighbour of a span in its track, direction -1 or +1, or -1.
    int neighbour(const Trace& trace, int span, int direction) const;

    /// Clipped to [begin, end): a span that is half inside counts half its time, and once.
    RangeStatistics statistics(int rank, int64_t begin_ns, int64_t end_ns) const;

  private:
    static int at(const std::vector<int32_t>& table, int i) {
        return i >= 0 && i < static_cast<int>(table.size()) ? table[i] : -1;
    }
    void add_to_track(const Trace& trace, int span);
    void reserve_tracks(const Trace& trace);

    int ranks_ = 0;
    int64_t wall_ns_ = 0;
    std::vector<std::vector<Track>> lanes_;  // [rank * kLanes + lane]
    std::vector<StepRange> steps_;
    std::vector<int32_t> send_, receive_;  // by transfer
};

/// Spans of the track that touch [begin, end): places first .. second - 1.
std::pair<size_t, size_t> touching(const Track& track, int64_t begin_ns, int64_t end_ns);
/// Time by kind in [begin, end) of one track.
TimeByKind busy_in(const Track& track, int64_t begin_ns, int64_t end_ns);
/// The same of a wait lane's track, by what was waited for; zeros for other lanes.
TimeByCause waits_in(const Track& track, int64_t begin_ns, int64_t end_ns);

}  // namespace ringscope
