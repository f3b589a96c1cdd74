// The simulator as an executor: a job whose RunOptions::simulation is set is laid out on a machine model, not run.
#pragma once

#include "engine/run/executor.h"

namespace ringscope {

const Executor& simulator_executor();

}  // namespace ringscope
