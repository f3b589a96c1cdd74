// Every number that is shown, and its formula. Derived from a schedule and a trace; nothing here measures.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "engine/run/trace.h"

namespace ringscope {

/// A rank's wall time split without remainder. At each instant the first that applies counts:
/// compute, pack, merge, wait for a core, exposed transfer (a receive or collective with none of these), wait
/// for a peer, wait for the link, else idle.
struct RankMetrics {
    int rank = 0;
    int64_t peak_bytes = 0;
    int64_t predicted_peak_bytes = 0;
    BytesByPurpose peak_by_purpose{};  // each purpose's own peak
    int64_t sent_bytes = 0;
    int64_t received_bytes = 0;
    double compute_seconds = 0;  // wall time in which the rank's work ran on at least one core
    double core_seconds = 0;     // the same, summed over the cores that worked for it
    double pack_seconds = 0;
    double merge_seconds = 0;
    double exposed_transfer_seconds = 0;
    double wait_peer_seconds = 0;  // for a peer that is late
    double wait_link_seconds = 0;  // for bytes on the way
    double wait_core_seconds = 0;  // ready to compute, every core busy with other ranks
    double idle_seconds = 0;
    double transfer_seconds = 0;  // receiving, hidden or not
    double wait_seconds() const { return wait_peer_seconds + wait_link_seconds + wait_core_seconds; }
    double wall_seconds() const {
        return compute_seconds + pack_seconds + merge_seconds + exposed_transfer_seconds + wait_seconds() +
               idle_seconds;
    }
};

struct Metrics {
    double seconds = 0;             // Trace::wall_ns
    double flops = 0;               // 4 d per attended pair
    double gflops_per_second = 0;   // flops / seconds / 1e9
    int64_t bytes_on_wire = 0;      // sum of sent bytes, as measured
    double overlap_efficiency = 1;  // 1 - exposed / total transfer time over ranks; 1 when nothing is sent
    double compute_imbalance = 1;   // largest core_seconds over their mean; 1 when nothing is computed
    // As if every rank had a device of its own (replayed_figures.h); not a number where the ranks shared no cores.
    double replayed_seconds = std::numeric_limits<double>::quiet_NaN();
    double replayed_overlap_efficiency = std::numeric_limits<double>::quiet_NaN();
    std::vector<RankMetrics> ranks;
};

/// `core_seconds` and `peaks` come from the executor, one per rank.
struct RankCounters {
    double core_seconds = 0;
    BytesByPurpose peak_by_purpose{};
    int64_t peak_bytes = 0;
};
Metrics derive_metrics(const Schedule& schedule, const Trace& trace,
                       const std::vector<RankCounters>& counters);

}  // namespace ringscope
