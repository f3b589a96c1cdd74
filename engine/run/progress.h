// How far a run has come, for whoever watches it.
#pragma once

#include <atomic>

#include "engine/experiment/experiment.h"

namespace ringscope {

/// What a run is busy with, in the order in which phases may come.
enum class RunPhase { planning, compiling_kernels, filling_inputs, running, verifying };
template <>
struct EnumNames<RunPhase> {
    static constexpr const char* names[] = {"planning", "compiling kernels", "filling inputs", "running",
                                            "verifying"};
};

/// Lock-free to read from any thread while the run is under way.
struct Progress {
    std::atomic<double> work_done{0};   // FLOPs
    std::atomic<double> work_total{0};  // FLOPs
    std::atomic<RunPhase> phase{RunPhase::planning};
};

}  // namespace ringscope
