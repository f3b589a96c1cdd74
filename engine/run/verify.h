// Checks a run's output against the float64 reference.
//
// All rows when that costs at most a budget of (query, key) pairs; otherwise the rows of an even sample of
// tokens, all heads of each, that always holds the first and last token of the first, middle and last segment
// of every pattern.
#pragma once

#include <stop_token>

#include "engine/run/run.h"
#include "engine/run/tensor_source.h"

namespace ringscope {

/// Query-key pairs of the reference that one verification may cost: a few seconds on one core at head_dim 64.
inline constexpr double kVerifyPairs = 1e8;

/// Relative error of o over the checked rows, and absolute error of lse (times a tenth of the largest lse, if
/// above 1), that rounding in F32 arithmetic on inputs of this type may make.
struct Tolerance {
    double o_relative = 0;
    double lse_absolute = 0;
};
Tolerance tolerance_of(DType dtype);

/// Throws Error(cancelled) on a stop request. Uses `threads` threads; the figures do not depend on their
/// number.
Verification verify(const Schedule& schedule, const TensorSource& source, const RunOutput& output,
                    int threads, std::stop_token stop, double pairs_allowed = kVerifyPairs);

}  // namespace ringscope
