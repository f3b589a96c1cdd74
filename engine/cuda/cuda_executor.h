// A schedule on the GPUs of this machine: rank k on GPU k mod G, several ranks on one where there are fewer
// GPUs.
//
// One host thread puts the whole run into the ranks' streams, step by step; events keep the order on the
// devices. Then it watches: a transfer that has begun and does not end within the time limit, a stop request
// or a CUDA error ends the run on every GPU, since thread blocks leave at once when their device's flag is
// set.
//
// Inputs are made on the host and copied over before the clock starts; the answer is copied back after it has
// stopped.
#pragma once

#include "engine/run/executor.h"

namespace ringscope {

/// In a build without CUDA an executor that can run nothing and says so.
const Executor& cuda_executor();

}  // namespace ringscope
