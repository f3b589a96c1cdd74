// Chance in simulated times: no piece of work takes the same time twice.
#pragma once

#include <cstdint>

#include "engine/simulate/work_costs.h"

namespace ringscope {

/// Every piece of work takes its cost times an independent normal factor of mean 1 and standard deviation
/// `deviation`, at least kLeastJitterFactor. The same for the same seed and trial, on every machine.
WorkCosts with_jitter(WorkCosts costs, double deviation, uint64_t seed, int trial);
inline constexpr double kLeastJitterFactor = 0.1;

}  // namespace ringscope
