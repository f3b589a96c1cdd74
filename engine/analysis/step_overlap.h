// Where a run's time goes, ring step by ring step: how long ranks work, how long chunks travel to them, and how much
// of that hides behind work.
#pragma once

#include <vector>

#include "engine/run/trace.h"

namespace ringscope {

/// One step. A chunk that is used in step s + 1 travels during step s, and counts there.
struct StepOverlap {
    double work_seconds = 0;      // pack, compute and merge, of the rank that has most
    double receive_seconds = 0;   // with a receive or collective under way, of the rank that has most
    double received_seconds = 0;  // the same, summed over the ranks
    /// Of that sum: the rank worked meanwhile or, as overlap efficiency has it, waited for a core.
    double hidden_seconds = 0;
    /// 1 when nothing travels.
    double hidden_share() const { return received_seconds > 0 ? hidden_seconds / received_seconds : 1; }
};

/// By step, `steps` of them. Spans stand as Trace::spans has them. O(spans log spans).
std::vector<StepOverlap> step_overlaps(const Trace& trace, int steps);
/// Of all steps together.
double hidden_share(const std::vector<StepOverlap>& steps);

}  // namespace ringscope
