// What a kernel file and the rest of the engine exchange: plain data and function pointers, nothing that has
// inline functions. A kernel file is compiled for an instruction set that this processor may lack; a function
// shared with it could be merged by the linker into that file's copy and crash on an older machine.
#pragma once

#include <cstdint>

#include "engine/plan/row_run.h"

namespace ringscope {

/// An AttentionTask (attention_kernel.h) without its dtype, which the choice of function says.
struct AttentionTile {
    int head_dim = 0;
    float scale = 1;
    bool causal = false;
    const void* q = nullptr;
    int64_t q_stride = 0;
    const RowRun* queries = nullptr;
    int query_runs = 0;
    const void* k = nullptr;
    const void* v = nullptr;
    int64_t kv_stride = 0;
    const RowRun* keys = nullptr;
    int key_runs = 0;
    float* o = nullptr;
    int64_t o_stride = 0;
    float* lse = nullptr;
    float* sum = nullptr;
};

/// What one kernel file provides; see CpuKernel. A null function: not supported.
struct AttentionKernelTable {
    int query_tile;
    int64_t (*scratch_bytes)(int head_dim);
    void (*attend_f32)(const AttentionTile& tile, void* scratch);
    void (*attend_f16)(const AttentionTile& tile, void* scratch);
    void (*attend_bf16)(const AttentionTile& tile, void* scratch);
    double (*multiply_add_f32)(int64_t rounds);
    double (*multiply_add_bf16)(int64_t rounds);
    bool weights_rounded = false;  // to the dtype, before they meet V
};

}  // namespace ringscope
