// Built once for each instruction set, as its kernel is (tests/CMakeLists.txt): the exponential that kernel
// uses.
#define RINGSCOPE_KERNEL RINGSCOPE_PROBE
#include "engine/cpu/kernels/simd_exp2.h"

namespace ringscope::RINGSCOPE_KERNEL {

extern const float kExp2Bound;
const float kExp2Bound = kExp2MaxRelativeError;

/// `count` is a multiple of kLanes.
void exp2_all(const float* x, float* result, int64_t count) {
    for (int64_t i = 0; i < count; i += kLanes) store(result + i, exp2(load(x + i)));
}

}  // namespace ringscope::RINGSCOPE_KERNEL
