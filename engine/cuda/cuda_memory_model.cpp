#include "engine/cuda/cuda_memory_model.h"

#include "engine/base/error.h"
#include "engine/cuda/cudnn/sdpa_calls.h"
#include "engine/cuda/kernels/work_list.h"

namespace ringscope {

namespace {

/// Lists of the kernel's work, or room for the parts of a library's answer.
int64_t workspace_bytes(const Schedule& schedule, int rank) {
    const BackendSpec& backend = schedule.experiment.backend;
    if (backend.kernel != "cudnn")
        return work_list_bytes(schedule, rank, planned_tile_shape(backend, schedule.problem));
    try {
        return sdpa_workspace(schedule.problem, make_all_sdpa_calls(schedule, rank)).total_bytes() +
               pack_list_bytes(schedule, rank);
    } catch (const Error&) {
        return 0;  // too many calls: can be planned, and is refused in words when it is to run
    }
}

}  // namespace

MemoryModel cuda_memory_model() { return {true, workspace_bytes}; }

}  // namespace ringscope
