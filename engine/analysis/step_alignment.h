// Puts the traces of several runs over one axis: by the clock, or so that each ring step begins at one place
// in all of them; and how long each rank took for each step. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/run/run.h"

namespace ringscope {

/// A piece [begin, end) of a run's time, drawn from `shown` on. Nanoseconds.
struct AlignedPiece {
    int64_t begin_ns = 0;
    int64_t end_ns = 0;
    int64_t shown_ns = 0;
    int64_t shown_end_ns() const { return shown_ns + (end_ns - begin_ns); }
};

struct Alignment {
    std::vector<std::vector<AlignedPiece>> runs;  // of each run, ascending, without gaps in its own time
    std::vector<int64_t> steps_ns;                // where each step begins on the axis; none by the clock
    int64_t length_ns = 0;                        // of the axis
};

/// Begin of every step and the end of the run, nanoseconds. Ranks enter a step at different times: the first
/// one counts. A step without spans takes no time.
using StepBounds = std::vector<int64_t>;
StepBounds step_bounds(const Run& run);

Alignment align_by_clock(std::span<const StepBounds> runs);
/// Each step is as long as in the run where it takes longest. What comes before the first step's first span
/// belongs to that step.
Alignment align_by_step(std::span<const StepBounds> runs);

/// What one rank did in one step: from its own first span of the step to its first of the next, so that a
/// rank's steps add up to its time.
struct RankStepTime {
    int64_t length_ns = 0;
    int64_t work_ns = 0;  // pack, compute and merge
    int64_t wait_ns = 0;  // for a peer, the link or a core
};

/// [rank][step]
using StepTimes = std::vector<std::vector<RankStepTime>>;
StepTimes step_times(const Run& run);

}  // namespace ringscope
