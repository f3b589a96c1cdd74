// What an executor holds in a rank's memory otherwise than ranks on the CPU do. The planner predicts with it and so
// knows no executor.
#pragma once

#include <cstdint>

namespace ringscope {

struct Schedule;

/// As it stands: ranks on the CPU.
struct MemoryModel {
    /// All slots live from the run's start to its end. Otherwise a slot lives from the step before its first use to
    /// the step after its last.
    bool keeps_slots = false;
    /// Bytes of Purpose::workspace that a rank holds beside its running sums: at least what a run takes. Null: none.
    /// Any thread.
    int64_t (*workspace_bytes)(const Schedule& schedule, int rank) = nullptr;
};

}  // namespace ringscope
