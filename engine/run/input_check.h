// Looks at Q, K and V before a run: whether F32 arithmetic can work on them.
//
// One pass over the elements finds what is not a finite number, and the largest of each tensor. No score, and no
// partial sum of one in any order, is larger than
//
//   max(1, |scale| log2(e)) d max |q| max |k|
//
// (kernels multiply by scale * log2(e) before or after the sum). Where that stays within F32 all is said; only inputs
// near 1e18 go beyond, and then the pairs that could are looked at one by one.
#pragma once

#include <stop_token>
#include <string>

#include "engine/experiment/problem.h"
#include "engine/run/tensor_source.h"

namespace ringscope {

/// Throws Error(bad_input) that begins with `name` and names tensor, batch entry, token, head and element of the first
/// number that is not finite, also where no query attends to it; or batch entry, head, query and key of a score that is
/// beyond F32. Throws Error(cancelled) soon after a stop request.
void require_usable(const Problem& problem, const TensorSource& source, const std::string& name, int threads,
                    const std::stop_token& stop);

}  // namespace ringscope
