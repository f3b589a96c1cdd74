// What attention over one block costs on a machine: the formula of machine_model.h.
#pragma once

#include <cstdint>

#include "engine/experiment/machine_model.h"

namespace ringscope {

/// Queries x keys of one head and batch entry in one segment: what one kernel task, or one slice of a launch, does.
struct AttentionBlock {
    double rows = 0;   // queries that see a key of the block
    double keys = 0;   // keys that a query of the block sees
    double pairs = 0;  // allowed; > 0
    bool cut = false;  // by the causal edge: the causal curve holds
};

/// Rates of one machine for one dtype and head dim, looked up once.
class AttentionRates {
  public:
    /// The machine has a rate for the dtype (require_room()).
    AttentionRates(const MachineModel& machine, DType dtype, int head_dim);
    /// Of one worker, without launch_seconds.
    double seconds(const AttentionBlock& block) const;

  private:
    double flops_per_pair_ = 0;
    double peak_ = 0;
    AttentionCurve whole_;
    AttentionCurve cut_;
};

}  // namespace ringscope
