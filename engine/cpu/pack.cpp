#include "engine/cpu/pack.h"

#include <algorithm>
#include <cstring>

namespace ringscope {

namespace {

/// Copies `count` rows of `row_bytes`, `source_stride` bytes apart, to neighbouring rows. The row sizes of
/// the usual head dimensions are constants, which lets the compiler turn each row into a few vector moves.
template <typename RowBytes>
void gather_rows(const std::byte* source, int64_t source_stride, int64_t count, RowBytes row_bytes,
                 std::byte* target) {
    for (int64_t row = 0; row < count; ++row)
        std::memcpy(target + row * static_cast<int64_t>(row_bytes), source + row * source_stride,
                    static_cast<size_t>(row_bytes));
}

void gather(const std::byte* source, int64_t source_stride, int64_t count, int64_t row_bytes,
            std::byte* target) {
    switch (row_bytes) {
        case 128:
            return gather_rows(source, source_stride, count, std::integral_constant<int64_t, 128>{}, target);
        case 256:
            return gather_rows(source, source_stride, count, std::integral_constant<int64_t, 256>{}, target);
        case 512:
            return gather_rows(source, source_stride, count, std::integral_constant<int64_t, 512>{}, target);
        default:
            return gather_rows(source, source_stride, count, row_bytes, target);
    }
}

/// The owner's rows that a piece holds, in the order in which it holds them.
std::vector<RowRun> rows_of_piece(const Schedule& schedule, const Piece& piece) {
    const Stream& stream = schedule.streams[static_cast<size_t>(piece.stream)];
    std::vector<RowRun> rows;
    if (!stream.dilated) {
        const int64_t begin = piece.segments.first * stream.segment_length;
        rows.push_back({schedule.placement.rows_before(piece.owner, begin), 1, 0, 1, piece.rows});
        return rows;
    }
    const Pattern& pattern = schedule.problem.patterns[static_cast<size_t>(stream.patterns.front())];
    for (int64_t segment = piece.segments.first; segment < piece.segments.end(); ++segment)
        append_own_rows(schedule, pattern, segment, piece.owner, false, rows);
    return rows;
}

}  // namespace

int64_t pack_own_share(const Schedule& schedule, int rank, const RankMemory& memory, std::byte* slot,
                       const RunControl& control) {
    const Problem& problem = schedule.problem;
    int64_t packed = 0;
    for (const Piece& piece : schedule.pieces_in(rank, 0)) {
        if (piece.owner != rank) continue;
        const std::vector<RowRun> rows = rows_of_piece(schedule, piece);
        std::byte* target = slot + piece.slot_offset;
        for (int batch_index = 0; batch_index < problem.batch; ++batch_index)
            for (const int kv_head : schedule.streams[static_cast<size_t>(piece.stream)].kv_heads)
                for (const PayloadTensor& part : schedule.layout_of(piece.payload).tensors) {
                    if (control.stopped()) throw Interrupted{};
                    const int64_t vector_bytes = problem.head_dim * part.element_bytes;
                    const int64_t row_bytes = problem.kv_heads * vector_bytes;
                    const std::byte* base = memory.own(part.tensor).data() +
                                            batch_index * memory.rows * row_bytes + kv_head * vector_bytes;
                    for (const RowRun& run : rows) {
                        gather(base + run.first_row * row_bytes, run.row_stride * row_bytes, run.count,
                               vector_bytes, target);
                        target += run.count * vector_bytes;
                    }
                }
        packed += piece.bytes;
    }
    return packed;
}

}  // namespace ringscope
