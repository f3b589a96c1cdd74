#include "engine/plan/schedule.h"

#include <algorithm>
#include <numeric>

#include "engine/base/error.h"
#include "engine/plan/segment_counts.h"

namespace ringscope {

int64_t PayloadLayout::element_bytes() const {
    int64_t bytes = 0;
    for (const PayloadTensor& tensor : tensors) bytes += tensor.element_bytes;
    return bytes;
}

const PayloadLayout& Schedule::layout_of(Payload payload) const {
    const auto found = std::find_if(payloads.begin(), payloads.end(),
                                    [&](const PayloadLayout& layout) { return layout.payload == payload; });
    RINGSCOPE_CHECK(found != payloads.end());
    return *found;
}

int Schedule::slots_of(Payload payload) const {
    return static_cast<int>(std::count_if(slots.begin(), slots.end(),
                                          [&](const RankSlot& slot) { return slot.payload == payload; }));
}

int Schedule::slot_of(Payload payload, int step) const {
    const int count = slots_of(payload);
    RINGSCOPE_CHECK(count > 0);
    int turn = step % count;
    for (int slot = 0;; ++slot)
        if (slots[static_cast<size_t>(slot)].payload == payload && turn-- == 0) return slot;
}

int64_t total_bytes(const BytesByPurpose& bytes) {
    return std::accumulate(bytes.begin(), bytes.end(), int64_t{0});
}

int64_t predicted_peak_bytes_max(const Schedule& schedule) {
    int64_t most = 0;
    for (const RankPlan& plan : schedule.rank_plans) most = std::max(most, plan.predicted_peak_bytes());
    return most;
}

int64_t predicted_bytes_all_ranks(const Schedule& schedule) {
    int64_t sum = 0;
    for (const RankPlan& plan : schedule.rank_plans) sum += plan.predicted_peak_bytes();
    return sum;
}

BytesByPurpose own_bytes(const Experiment& experiment, int64_t tokens) {
    const ProblemSpec& problem = experiment.problem;
    const int64_t rows = tokens * problem.batch;
    const int64_t row_elements = int64_t{problem.heads} * problem.head_dim;
    const int64_t kv_elements = int64_t{problem.kv_heads.value_or(problem.heads)} * problem.head_dim;
    const int64_t element = bytes_of(problem.dtype);
    BytesByPurpose bytes{};
    const auto of = [&](Purpose purpose) -> int64_t& { return bytes[static_cast<size_t>(purpose)]; };
    of(Purpose::query) = aligned_bytes(rows * row_elements * element);
    of(Purpose::own_kv) = 2 * aligned_bytes(rows * kv_elements * element);
    of(Purpose::output) = aligned_bytes(rows * row_elements * 4);
    of(Purpose::lse) = aligned_bytes(rows * problem.heads * 4);
    if (experiment.ring.accumulator == Accumulator::online_softmax)
        of(Purpose::workspace) = aligned_bytes(rows * problem.heads * 4);  // running sums
    return bytes;
}

void append_own_rows(const Schedule& schedule, const Pattern& pattern, int64_t segment, int rank,
                     bool all_tokens, std::vector<RowRun>& rows) {
    const int64_t begin = schedule.problem.segment_begin(pattern, segment);
    const int64_t end = schedule.problem.segment_end(pattern, segment);
    std::vector<TokenRun> runs;
    schedule.placement.append_runs(rank, begin, end, all_tokens ? 0 : pattern.offset,
                                   all_tokens ? 1 : pattern.dilation_rate, runs);
    for (const TokenRun& run : runs)
        rows.push_back({schedule.placement.rows_before(rank, run.first), schedule.placement.row_stride(run),
                        run.first - begin, run.stride, run.count});
}

PieceReader::PieceReader(const Schedule& schedule, const Pattern& pattern, const Piece& piece)
    : schedule_(schedule), pattern_(pattern), piece_(piece), next_segment_(piece.segments.first) {
    const Stream& stream = schedule.streams[static_cast<size_t>(piece.stream)];
    RINGSCOPE_CHECK(!stream.dilated ||
                    (stream.segment_length == pattern.segment_length &&
                     stream.dilation_rate == pattern.dilation_rate && stream.offset == pattern.offset));
    first_own_row_ =
        schedule.placement.rows_before(piece.owner, piece.segments.first * stream.segment_length);
}

void PieceReader::rows_of(int64_t segment, std::vector<RowRun>& rows) {
    rows.clear();
    append_own_rows(schedule_, pattern_, segment, piece_.owner, false, rows);
    if (!schedule_.streams[static_cast<size_t>(piece_.stream)].dilated) {
        for (RowRun& run : rows) run.first_row -= first_own_row_;
        return;
    }
    if (segment != next_segment_) {
        StopCheck never;
        const SegmentRange before{piece_.segments.first, segment - piece_.segments.first};
        next_row_ = kept_rows(schedule_.placement, pattern_.segment_length, pattern_.dilation_rate,
                              pattern_.offset, before, piece_.owner, never);
    }
    for (RowRun& run : rows) {
        run.first_row = next_row_;
        run.row_stride = 1;
        next_row_ += run.count;
    }
    next_segment_ = segment + 1;
}

int64_t piece_head_bytes(const Schedule& schedule, const Piece& piece) {
    return piece.rows * schedule.problem.head_dim * schedule.layout_of(piece.payload).element_bytes();
}

int64_t piece_offset(const Schedule& schedule, const Piece& piece, KvTensor tensor, int batch_index,
                     int kv_index) {
    const auto kv_heads =
        static_cast<int64_t>(schedule.streams[static_cast<size_t>(piece.stream)].kv_heads.size());
    int64_t before = 0;  // elements' bytes of the tensors in front
    for (const PayloadTensor& part : schedule.layout_of(piece.payload).tensors) {
        if (part.tensor == tensor)
            return (batch_index * kv_heads + kv_index) * piece_head_bytes(schedule, piece) +
                   piece.rows * schedule.problem.head_dim * before;
        before += part.element_bytes;
    }
    check_failed(__FILE__, __LINE__, "the piece's payload has the tensor");
}

}  // namespace ringscope
