// Which rank of a job the others wait for: how long each rank worked, communicated and waited, and in how many of
// the communications and steps that it shares (trace_matches.h) it was the last.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sessions/traces/trace_matches.h"

namespace ringscope {

/// A rank's part in its job. Times in ns; those of several lanes at once count once.
struct RankTimes {
    int64_t rank = 0;
    size_t trace = 0;
    int64_t begin_ns = 0;  // of its first slice, on the job's clock
    int64_t end_ns = 0;    // of its last
    /// Work of its device, where the trace has any, else of its threads; without communication and waiting.
    int64_t busy_ns = 0;
    int64_t communication_ns = 0;
    int64_t exposed_ns = 0;  // communication while nothing worked
    int64_t waiting_ns = 0;  // in slices that say that they wait
    // Over the communications that it has in common with other ranks:
    int64_t matched = 0;
    int64_t skew_ns = 0;      // spent in them before the last rank began
    int64_t transfer_ns = 0;  // spent in them after that
    int64_t last_to_begin = 0;
    int64_t cost_ns = 0;  // what the others together waited in those where it was the last
    int64_t late_ns = 0;  // how much later it was in those than the one before it
    // Over the steps that it has in common with other ranks:
    int64_t steps = 0;
    int64_t last_to_end = 0;
    int64_t unmatched = 0;  // communications that other ranks have fewer of
};

/// The matches of one name together: whether its time is waiting for the last rank or transfer.
struct MatchTotals {
    MatchKind kind = MatchKind::collective;
    std::string name;
    int64_t matches = 0;
    int64_t skew_ns = 0;
    int64_t transfer_ns = 0;
    int64_t most_skew_ns = 0;  // of one
    int64_t last_rank = -1;    // the one that was last most often; -1: none ever was
    int64_t times_last = 0;    // that often
};

struct JobStragglers {
    std::vector<RankTimes> ranks;     // ascending
    std::vector<TraceMatch> matches;  // by first begin
    std::vector<MatchTotals> names;   // the most skew first, steps after all others
    int64_t contradictions = 0;       // matches that contradict the clocks
};

/// One entry for each job of two ranks or more; see trace_jobs() for `offset_ns`.
std::vector<JobStragglers> trace_stragglers(const ImportedTraces& traces,
                                            std::span<const int64_t> offset_ns = {});

/// "rank 3 was last in 62% of 128 communications and cost the others 4.2 ms together"; who costs most. When no
/// communication is matched, of steps; "" when nothing is.
std::string stragglers_headline(const JobStragglers& job);

}  // namespace ringscope
