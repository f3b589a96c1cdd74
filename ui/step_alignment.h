// Puts the traces of several runs over one axis: by the clock, or so that each ring step begins at one place
// in all of them. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ui/trace_index.h"

namespace ringscope::ui {

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

Alignment align_by_clock(std::span<const TraceIndex> runs);
/// Each step is as long as in the run where it takes longest. What comes before the first step's first span
/// belongs to that step.
Alignment align_by_step(std::span<const TraceIndex> runs);

}  // namespace ringscope::ui
