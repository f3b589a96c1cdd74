// A schedule on the cores of this machine.
//
//   p rank threads (mostly waiting)  --submit-->  T workers, shared by all ranks
//        |                                              |
//        +-- copy chunks between slots                  +-- attention, in tiles
//
// Inputs are filled before the clock starts. Then all ranks are let go at one instant, and the run ends with
// the last.
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "engine/cpu/kernels/attention_kernel.h"
#include "engine/run/executor.h"

namespace ringscope {

class BufferPool;

struct CpuResult {
    Trace trace;  // also of a run that did not end well
    std::vector<RankCounters> counters;
    std::shared_ptr<const RunOutput> output;  // null unless done
    int threads = 0;
};

/// Runs to the end or throws Error: run_failed for a lost rank, a time limit or no memory, cancelled for a
/// stop request. `result` then holds what happened until then. Every thread is joined, and all memory but the
/// output's is back in `buffers`. Uses options.progress and options.fault.
void execute_on_cpu(std::shared_ptr<const Schedule> schedule, const TensorSource& source,
                    const CpuKernel& kernel, const RunOptions& options, std::shared_ptr<BufferPool> buffers,
                    std::stop_token stop, CpuResult& result);

/// Threads that an experiment's runs use: backend.threads, or one a usable core.
int worker_threads(const BackendSpec& backend);

}  // namespace ringscope
