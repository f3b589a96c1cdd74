// What a kernel rounds to the problem's dtype on its way; all else is F32. Verification allows for it
// (rounding_bound.h).
#pragma once

namespace ringscope {

enum class KernelRounding {
    none,
    weights,              // softmax weights, before they meet V
    weights_and_results,  // and the o of each call, before it is folded into what the rows carry
};

}  // namespace ringscope
