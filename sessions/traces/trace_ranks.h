// The ranks that traces hold, and what each slice of a rank is for: work, communication, or waiting.
//
// A trace is of one rank when its file says so (distributedInfo), and of several when its processes are named
// "rank 0", "rank 1", as this program's exports are. What a slice is for is told from its category and name:
//
//     communication   NCCL, RCCL, HCCL, Gloo, MPI, c10d; this program's send, receive and collective
//     waiting         synchronizations with a device or an event; this program's wait
//     enclosing       annotations and Python frames, which say nothing by themselves
//     work            everything else
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sessions/traces/trace_difference.h"

namespace ringscope {

enum class SliceRole { work, communication, waiting, enclosing };

SliceRole slice_role(const std::string& name, const std::string& category);

/// "gloo:all_reduce", "nccl:all_reduce": what a communication library does, as torch.profiler names it.
bool is_backend_call(const std::string& name);

/// Whether the category is that of something that a device did: "kernel", "gpu_memcpy".
bool is_of_device(const std::string& category);

/// Of a name: "step 3", "ProfilerStep#3"; not "Optimizer.step#SGD".
bool names_a_step(const std::string& name);

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
