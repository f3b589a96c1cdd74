// A schedule on the cores of this machine.
//
//   p rank threads (mostly waiting)  --submit-->  T workers, shared by all ranks
//        |                                              |
//        +-- copy chunks between slots                  +-- attention, in tiles
//
// Inputs are filled before the clock starts. Then all ranks are let go at one instant, and the run ends with
// the last.
#pragma once

#include "engine/cpu/kernels/attention_kernel.h"
#include "engine/run/executor.h"

namespace ringscope {

const Executor& cpu_executor();

/// Executor::execute() with a kernel of the caller's.
void execute_on_cpu(const Job& job, const CpuKernel& kernel, Run& run);

}  // namespace ringscope
