#include "engine/cpu/pack.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "engine/plan/segment_counts.h"

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

/// Rows that are looked up before they are packed, and bytes that are copied between two looks at the stop flag: a
/// few milliseconds, and no memory that grows with the number of segments.
constexpr size_t kRunsAtOnce = 4096;
constexpr int64_t kBytesAtOnce = int64_t{4} << 20;

/// Calls use(runs, first packed row) for the owner's rows that a piece holds, in the order in which it holds them.
template <typename Use>
void for_rows_of_piece(const Schedule& schedule, const Piece& piece, const Use& use) {
    const Stream& stream = schedule.streams[static_cast<size_t>(piece.stream)];
    std::vector<RowRun> runs;
    if (!stream.dilated) {
        const int64_t begin = piece.segments.first * stream.segment_length;
        runs.push_back({schedule.placement.rows_before(piece.owner, begin), 1, 0, 1, piece.rows});
        return use(runs, int64_t{0});
    }
    const Pattern& pattern = schedule.problem.patterns[static_cast<size_t>(stream.patterns.front())];
    int64_t packed = 0, found = 0;
    const auto flush = [&] {
        use(runs, packed);
        packed += found;
        found = 0;
        runs.clear();
    };
    // The owner has rows in these segments alone.
    for (const SegmentRange& own :
         segments_touching(schedule.placement, stream.segment_length, piece.owner)) {
        const int64_t end = std::min(own.end(), piece.segments.end());
        for (int64_t segment = std::max(own.first, piece.segments.first); segment < end; ++segment) {
            const size_t before = runs.size();
            append_own_rows(schedule, pattern, segment, piece.owner, false, runs);
            for (size_t i = before; i < runs.size(); ++i) found += runs[i].count;
            if (runs.size() >= kRunsAtOnce) flush();
        }
    }
    flush();
}

void throw_if_stopped(const RunControl& control) {
    if (control.stopped()) throw Interrupted{};
}

/// The runs' vectors of one tensor of one (batch entry, KV head), from `base` to `target`.
void pack_runs(const std::vector<RowRun>& runs, const std::byte* base, int64_t row_bytes,
               int64_t vector_bytes, std::byte* target, const RunControl& control) {
    const int64_t rows_at_once = std::max<int64_t>(1, kBytesAtOnce / vector_bytes);
    for (const RowRun& run : runs)
        for (int64_t row = 0; row < run.count; row += rows_at_once) {
            if (run.count > rows_at_once) throw_if_stopped(control);
            const int64_t count = std::min(rows_at_once, run.count - row);
            gather(base + (run.first_row + row * run.row_stride) * row_bytes, run.row_stride * row_bytes,
                   count, vector_bytes, target);
            target += count * vector_bytes;
        }
}

}  // namespace

int64_t pack_own_share(const Schedule& schedule, int rank, const RankMemory& memory, std::byte* slot,
                       const RunControl& control) {
    const Problem& problem = schedule.problem;
    int64_t packed = 0;
    for (const Piece& piece : schedule.pieces_in(rank, 0)) {
        if (piece.owner != rank) continue;
        const auto& kv_heads = schedule.streams[static_cast<size_t>(piece.stream)].kv_heads;
        for_rows_of_piece(schedule, piece, [&](const std::vector<RowRun>& runs, int64_t first_row) {
            for (int batch_index = 0; batch_index < problem.batch; ++batch_index)
                for (size_t kv_index = 0; kv_index < kv_heads.size(); ++kv_index)
                    for (const PayloadTensor& part : schedule.layout_of(piece.payload).tensors) {
                        throw_if_stopped(control);
                        const int64_t vector_bytes = problem.head_dim * part.element_bytes;
                        const int64_t row_bytes = problem.kv_heads * vector_bytes;
                        const std::byte* base = memory.own(part.tensor).data() +
                                                batch_index * memory.rows * row_bytes +
                                                kv_heads[kv_index] * vector_bytes;
                        std::byte* target = slot + piece.slot_offset +
                                            piece_offset(schedule, piece, part.tensor, batch_index,
                                                         static_cast<int>(kv_index)) +
                                            first_row * vector_bytes;
                        pack_runs(runs, base, row_bytes, vector_bytes, target, control);
                    }
        });
        packed += piece.bytes;
    }
    return packed;
}

}  // namespace ringscope
