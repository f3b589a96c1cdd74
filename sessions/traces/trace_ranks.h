// The ranks that traces hold.
//
// A trace is of one rank when its file says so (distributedInfo), and of several when its processes are named
// "rank 0", "rank 1", as this program's exports are.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sessions/traces/trace_difference.h"

namespace ringscope {

/// One rank of one job.
struct TraceRank {
    int64_t rank = 0;
    size_t trace = 0;        // into the traces
    std::vector<int> lanes;  // of that trace
    int64_t offset_ns = 0;   // to be added to its times: then all ranks of a job are on one clock
};

/// Ranks of one job, ascending; each once.
struct TraceJob {
    std::vector<TraceRank> ranks;
};

/// `offset_ns`: per trace, to be added to its times; empty: 0. Traces of one job (ImportedTrace::job) belong
/// together; a rank that comes again begins another job. Traces that have no rank are in none.
std::vector<TraceJob> trace_jobs(const ImportedTraces& traces, std::span<const int64_t> offset_ns = {});

/// The rank that a process is named after: "rank 3", "Rank 3 (python)"; none of "ranking 3".
std::optional<int64_t> rank_in_name(const std::string& name);

}  // namespace ringscope
