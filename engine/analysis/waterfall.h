// Where the time went: from the ideal, total work / p at the kernel's own rate, to the wall time, cause by cause and
// without remainder. It answers why a ring is slower than ideal / p.
//
// At each instant the run waited for one rank: that of the critical path. What this rank was doing then, by the
// priorities of rank_account.h, is what the instant was spent on. METRICS.md derives each cause.
//
//   rank 0   | compute ####|- - - - - - - - - - - -          the path: rank 1 until it sends, then rank 2
//   rank 1   | compute ########|-> idle
//   rank 2   | compute ##| waits | receive | compute ###|
//            0                                          wall
//            | ideal ## | imbalance | transfer | ...
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/analysis/critical_path.h"
#include "engine/run/run.h"

namespace ringscope {

enum class WaterfallCause {
    imbalance,    // the ranks that were waited for have more work than the mean, by the plan's FLOPs
    slower_rate,  // they took longer for the same FLOPs
    packing,
    merging,           // and normalising
    exposed_transfer,  // bytes on the way that no work hides
    hop_overhead,      // around a transfer, but no bytes and no work: latency, waking up, bookkeeping
    late_peer,  // a rank stood still while others waited for it, or between pieces for longer than is usual
    wait_core,
    idle,  // before the first piece of work, between pieces, after the last
};
inline constexpr int kWaterfallCauses = 9;
/// Keys in JSON.
template <>
struct EnumNames<WaterfallCause> {
    static constexpr const char* names[] = {"imbalance", "slower_rate",      "packing",
                                            "merging",   "exposed_transfer", "hop_overhead",
                                            "late_peer", "wait_core",        "idle"};
};
/// A noun for tables and labels: "exposed transfer".
const char* label_of(WaterfallCause cause);
/// One sentence: what the cause means.
const char* explanation_of(WaterfallCause cause);

struct WaterfallBar {
    WaterfallCause cause = WaterfallCause::imbalance;
    /// Imbalance and slower rate may be below 0: less work than the mean, or a faster rate.
    double seconds = 0;
    int rank = -1;  // that has most of it; -1: none has any
};

struct Waterfall {
    double ideal_seconds = 0;
    double wall_seconds = 0;         // ideal_seconds + the bars' seconds
    double flops_per_second = 0;     // the kernel's own rate; 0 when nothing was computed
    std::vector<WaterfallBar> bars;  // one per cause, in the order of the enum
    std::string sentence;            // names the largest cause
    double lost_seconds() const { return wall_seconds - ideal_seconds; }
};

/// Unset for a run that is not done, or of which nothing was timed. O(n log n) in the number of spans.
std::optional<Waterfall> waterfall(const Run& run);
/// With the critical path of its trace.
std::optional<Waterfall> waterfall(const Run& run, const CriticalPath& chain);

}  // namespace ringscope
