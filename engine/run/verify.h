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

/// What of a run the check must know beside its answer, and what it may cost.
struct VerifyOptions {
    KernelRounding rounding = KernelRounding::none;  // Run::rounding
    int threads = 1;                                 // the figures do not depend on their number
    double pairs_allowed = kVerifyPairs;
};

/// Judges every checked row by its own bound (rounding_bound.h). Throws Error(cancelled) soon after a stop
/// request.
Verification verify(const Schedule& schedule, const TensorSource& source, const RunOutput& output,
                    const VerifyOptions& options, std::stop_token stop);

}  // namespace ringscope
