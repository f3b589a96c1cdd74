#include "engine/cuda/kernels/segment_rows.h"

#include <algorithm>

namespace ringscope {

namespace {

const Piece& piece_of(const Schedule& schedule, int rank, int step, const Work& work) {
    return schedule.pieces_in(rank, step)[static_cast<size_t>(work.piece)];
}

const std::vector<int>& kv_heads_of(const Schedule& schedule, const Piece& piece) {
    return schedule.streams[static_cast<size_t>(piece.stream)].kv_heads;
}

}  // namespace

AttentionBlock keys_of(const Schedule& schedule, int rank, int step, const Work& work) {
    const Problem& problem = schedule.problem;
    AttentionBlock block;
    if (work.piece < 0) {
        block.kv_row_stride = int64_t{problem.kv_heads} * problem.head_dim;
        block.kv_head_stride = problem.head_dim;
        block.kv_batch_stride = schedule.rank_plans[static_cast<size_t>(rank)].tokens * block.kv_row_stride;
        return block;
    }
    const Piece& piece = piece_of(schedule, rank, step, work);
    block.from_slot = 1;
    const int64_t element = bytes_of(problem.dtype);
    block.k_offset = (piece.slot_offset + piece_offset(schedule, piece, KvTensor::k, 0, 0)) / element;
    block.v_offset = (piece.slot_offset + piece_offset(schedule, piece, KvTensor::v, 0, 0)) / element;
    block.kv_row_stride = problem.head_dim;
    block.kv_head_stride = piece_head_bytes(schedule, piece) / element;
    block.kv_batch_stride = static_cast<int64_t>(kv_heads_of(schedule, piece).size()) * block.kv_head_stride;
    return block;
}

std::vector<int> kv_indices_of(const Schedule& schedule, int rank, int step, const Work& work) {
    const Problem& problem = schedule.problem;
    std::vector<int> indices;
    for (const int head : problem.patterns[static_cast<size_t>(work.pattern)].heads) {
        const int kv_head = problem.kv_head_of(head);
        if (work.piece < 0) {
            indices.push_back(kv_head);
            continue;
        }
        const std::vector<int>& kv_heads = kv_heads_of(schedule, piece_of(schedule, rank, step, work));
        const auto place = std::lower_bound(kv_heads.begin(), kv_heads.end(), kv_head);
        indices.push_back(static_cast<int>(place - kv_heads.begin()));
    }
    return indices;
}

}  // namespace ringscope
