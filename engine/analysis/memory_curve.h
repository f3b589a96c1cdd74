// How much memory the fullest rank held, over a run's time: one line for a run, so that several fit one axis.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/run/run.h"

namespace ringscope {

struct MemoryPoint {
    int64_t time_ns = 0;
    int64_t bytes = 0;  // live in the rank that has most, until the next point
    int rank = 0;
};

/// By time, a point where the value changes; empty without samples.
std::vector<MemoryPoint> memory_curve(const Run& run);

}  // namespace ringscope
