#include "engine/simulate/attention_cost.h"

#include "engine/base/error.h"

namespace ringscope {

AttentionRates::AttentionRates(const MachineModel& machine, DType dtype, int head_dim)
    : flops_per_pair_(4.0 * head_dim), peak_(peak_of(machine, dtype)) {
    RINGSCOPE_CHECK(peak_ > 0);
    whole_ = curve_of(machine, dtype, head_dim, false);
    cut_ = curve_of(machine, dtype, head_dim, true);
}

double AttentionRates::seconds(const AttentionBlock& block) const {
    const AttentionCurve& curve = block.cut ? cut_ : whole_;
    const double with_overhead = block.pairs + curve.half_keys * block.rows + curve.half_rows * block.keys;
    return flops_per_pair_ * with_overhead / (peak_ * curve.share);
}

}  // namespace ringscope
