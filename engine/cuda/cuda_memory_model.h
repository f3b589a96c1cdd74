// What a rank on a GPU holds otherwise than one on the CPU: both slots from begin to end, and what the kernel keeps
// beside the tensors. Needs no CUDA.
#pragma once

#include "engine/plan/memory_model.h"

namespace ringscope {

MemoryModel cuda_memory_model();

}  // namespace ringscope
