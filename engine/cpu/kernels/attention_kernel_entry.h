// Turns what a kernel file provides (attention_tile.h) into what executors call (attention_kernel.h).
#pragma once

#include "engine/cpu/kernels/attention_kernel.h"
#include "engine/cpu/kernels/attention_tile.h"

namespace ringscope {

using AttendTile = void (*)(const AttentionTile& tile, void* scratch);

inline AttendTile function_for(const AttentionKernelTable& table, DType dtype) {
    switch (dtype) {
        case DType::f32:
            return table.attend_f32;
        case DType::f16:
            return table.attend_f16;
        case DType::bf16:
            return table.attend_bf16;
    }
    return nullptr;
}

template <const AttentionKernelTable& kTable>
bool supports(DType dtype) {
    return function_for(kTable, dtype) != nullptr;
}

template <const AttentionKernelTable& kTable>
int64_t scratch_bytes(int head_dim) {
    return kTable.scratch_bytes(head_dim);
}

template <const AttentionKernelTable& kTable>
void attend(const AttentionTask& task, void* scratch) {
    AttentionTile tile;
    tile.head_dim = task.head_dim;
    tile.scale = task.scale;
    tile.causal = task.causal;
    tile.q = task.q;
    tile.q_stride = task.q_stride;
    tile.queries = task.queries.data();
    tile.query_runs = static_cast<int>(task.queries.size());
    tile.k = task.k;
    tile.v = task.v;
    tile.kv_stride = task.kv_stride;
    tile.keys = task.keys.data();
    tile.key_runs = static_cast<int>(task.keys.size());
    tile.o = task.o;
    tile.o_stride = task.o_stride;
    tile.lse = task.lse;
    tile.sum = task.sum;
    function_for(kTable, task.dtype)(tile, scratch);
}

template <const AttentionKernelTable& kTable>
CpuKernel kernel_of(const char* name, const char* description, bool (*usable)()) {
    return {name,
            description,
            usable,
            supports<kTable>,
            kTable.query_tile,
            scratch_bytes<kTable>,
            attend<kTable>,
            kTable.multiply_add_f32,
            kTable.multiply_add_bf16,
            kTable.weights_rounded ? KernelRounding::weights : KernelRounding::none};
}

}  // namespace ringscope
