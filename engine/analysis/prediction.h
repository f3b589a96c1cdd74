// What is known of a run before it runs: memory, traffic, balance, and which transfers can hide.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>

#include "engine/plan/schedule.h"

namespace ringscope {

/// From a schedule alone. Figures of another plan are 0 where that plan would be too large to make.
struct Prediction {
    int64_t peak_bytes_max = 0;  // of the ranks
    int64_t bytes_all_ranks = 0;
    int64_t all_gather_peak_bytes = 0;  // of a rank, with the same problem and ring
    int64_t undilated_peak_bytes =
        0;                       // of a rank, with whole chunks sent; 0 too: nothing is left out of them
    int64_t sent_bytes_max = 0;  // of the ranks
    double flops_max = 0;        // of the ranks
    double balance = 1;          // the busiest rank's FLOPs over the mean
    /// The tightest hop: FLOPs that a receiver computes while a chunk travels to it, over the chunk's bytes.
    /// A hop hides when the rank's FLOP rate over the link's byte rate is below this. Unset when nothing
    /// travels, 0 when nothing is computed meanwhile (no overlap, all_gather).
    std::optional<double> hop_flops_per_byte;
};
/// Throws Error(cancelled) as plan() does.
Prediction predict(const Schedule& schedule, const std::stop_token& stop = {});

}  // namespace ringscope
