// Fits the curve of machine_model.h to measured times of attention.
#pragma once

#include <span>

#include "engine/experiment/machine_model.h"
#include "engine/simulate/attention_cost.h"

namespace ringscope {

/// How long one worker took for `times` blocks of a shape.
struct BlockTime {
    AttentionBlock block;
    double times = 1;
    double seconds = 0;
};

/// The curve whose relative errors have the least sum of squares, with no share above 1 and nothing below 0. At least
/// one time; `peak` is that of machine_model.h. `like` says dtype, head dim and kind of block.
AttentionCurve fit_curve(std::span<const BlockTime> times, double peak, const AttentionCurve& like);

/// What the curve gives for the blocks, over what they took.
double modelled_over_measured(const BlockTime& time, double peak, const AttentionCurve& curve);

}  // namespace ringscope
