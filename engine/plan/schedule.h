// The schedule: who computes what, and who sends what to whom, in each step. Pure data, made before anything
// runs.
//
// A *stream* is a set of KV heads whose kept tokens (w, r, o) travel together. Round its *sub-ring* (with
// prune: the ranks that own tokens of one segment; without: all ranks) the K/V of each owner go from
// neighbour to neighbour: in step s the rank at index i of a sub-ring of m works on the share of the rank at
// index (i - s) mod m. Of each share only as many hops are made as some rank still needs it (prune), or all m
// - 1.
//
//   ring        step s uses what arrived in slot s mod 2; slot 0 holds, in step 0, the rank's own packed
//   share all_gather  one exchange before step 0 fills slot 0 with every rank's packed share; prune and
//   overlap do not apply single      one rank, one step, nothing travels
//
// Packed share of a stream's piece: for each batch entry, for each KV head of the stream: K rows, then V
// rows, each row head_dim elements. Rows of a dilated stream: segment by segment, each segment's runs as
// Placement::append_runs gives them, rows of a run adjacent. Rows of an undilated stream (rate 1 with
// `dilated` false): all of the owner's rows in the piece's token interval, ascending. All offsets and sizes
// are in bytes.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "engine/experiment/placement.h"
#include "engine/experiment/problem.h"
#include "engine/plan/row_run.h"

namespace ringscope {

/// What a rank's bytes are for. The arena counts by it, the schedule predicts by it.
enum class Purpose { query, own_kv, travelling_kv, output, lse, workspace };
inline constexpr int kPurposes = 6;
using BytesByPurpose = std::array<int64_t, kPurposes>;
template <>
struct EnumNames<Purpose> {
    static constexpr const char* names[] = {"query",  "own K/V", "travelling K/V",
                                            "output", "LSE",     "workspace"};
};
int64_t total_bytes(const BytesByPurpose& bytes);

/// Every buffer's size is rounded up to this, in the arena and in the prediction.
inline constexpr int64_t kBufferAlignment = 64;
constexpr int64_t aligned_bytes(int64_t bytes) {
    return (bytes + kBufferAlignment - 1) / kBufferAlignment * kBufferAlignment;
}

/// What a transfer carries and what a piece of work is for; the backward pass will add its own.
enum class Pass { forward };
enum class Payload { kv };

struct Stream {
    int64_t segment_length = 0;
    int64_t dilation_rate = 1;
    int64_t offset = 0;
    bool dilated = true;        // false: whole rows of the segment travel, whatever its readers keep
    std::vector<int> kv_heads;  // ascending
    std::vector<int> patterns;  // readers: indices into Problem::patterns
};

/// One owner's share of one stream for some segments, where it lies in a rank's slot during a step.
struct Piece {
    int stream = 0;
    int owner = 0;
    SegmentRange segments;  // of the stream
    int64_t rows = 0;       // a KV head and batch entry
    int64_t bytes = 0;      // all batch entries and KV heads, K and V
    int64_t slot_offset = 0;
};

/// One copy of one piece between two ranks' slots.
struct PieceCopy {
    int source_piece = 0;  // index into pieces_in(from, step - 1) (all_gather: pieces_in(from, 0))
    int target_piece = 0;  // index into pieces_in(to, step)
};

/// One message: everything that `from` sends to `to` for use in `step`.
struct Transfer {
    int step = 0;  // in which the receiver uses it; made during step - 1 (all_gather: before step 0)
    int from = 0;
    int to = 0;
    int64_t bytes = 0;
    Payload payload = Payload::kv;
    std::vector<PieceCopy> copies;
};

/// One (query rows of a rank) x (keys of an owner) block: all heads and batch entries of a pattern.
struct Work {
    int pattern = 0;
    int owner = 0;
    SegmentRange segments;  // of the pattern
    int64_t pairs = 0;      // allowed pairs a head and batch entry; > 0
    int piece = -1;         // index into Schedule::pieces_in(rank, step); -1: the rank's own K/V, by stride
    Pass pass = Pass::forward;
};

struct RankStep {
    std::vector<Work> work;     // heads of one phase (see Schedule::phases) never share a query row
    std::vector<Piece> pieces;  // in the slot in this step; ring, step 0: the rank's own packed share
    std::vector<int> receives;  // indices into Schedule::transfers with step == this step and to == this rank
    std::vector<int> sends;     // the same with from == this rank
    double flops = 0;
};

struct RankPlan {
    int64_t tokens = 0;
    std::vector<RankStep> steps;  // Schedule::steps of them
    std::array<int64_t, 2> slot_bytes{};
    int64_t sent_bytes = 0;
    int64_t received_bytes = 0;
    double flops = 0;
    BytesByPurpose predicted{};  // at the peak; with backend.device cuda the work lists, too
    int64_t predicted_peak_bytes() const { return total_bytes(predicted); }
};

struct Schedule {
    Experiment experiment;  // as asked; of a run, backend.device is the one that was chosen
    Problem problem;
    Placement placement{Layout::contiguous, 1, 1, 1};
    Strategy strategy = Strategy::single;  // resolved: never automatic
    int ranks = 1;                         // 1 when single
    int steps = 1;
    int phases = 1;  // longnet: work of group g is phase g; phases of a step run one after the other
    std::vector<Stream> streams;
    std::vector<int> stream_of_pattern;  // stream that brings the pattern's keys; -1 when nothing travels
    std::vector<Transfer> transfers;     // by step, then to, then from
    std::vector<RankPlan> rank_plans;

    // Totals over ranks.
    int64_t bytes_on_wire = 0;
    double flops = 0;
    double dense_flops = 0;
    int64_t pairs_planned =
        0;  // sum over ranks, steps and heads; equals pairs_allowed when each is computed once
    int64_t pairs_allowed = 0;  // from the pattern alone

    int phase_of(const Work& work) const { return phases > 1 ? problem.patterns[work.pattern].group : 0; }
    int slot_of(int step) const { return strategy == Strategy::all_gather ? 0 : step % 2; }
    /// What lies in `rank`'s slot in `step`; Work::piece and PieceCopy index it. all_gather: the same in
    /// every step.
    const std::vector<Piece>& pieces_in(int rank, int step) const {
        return rank_plans[static_cast<size_t>(rank)]
            .steps[static_cast<size_t>(strategy == Strategy::all_gather ? 0 : step)]
            .pieces;
    }
};

/// Plans a valid experiment with up to kMaxRanks ranks. Milliseconds for a million tokens on 64 ranks.
/// `automatic` as backend.device predicts the memory of ranks on the CPU.
/// Throws Error(bad_input) with every problem when the experiment is not valid.
Schedule plan(const Experiment& experiment);

/// The largest peak over ranks, and the ranks' sum: what the machine must hold.
int64_t predicted_peak_bytes_max(const Schedule& schedule);
int64_t predicted_bytes_all_ranks(const Schedule& schedule);

/// The largest rank's peak if the same experiment ran as all_gather: the contrast line of the memory view.
int64_t all_gather_peak_bytes(const Experiment& experiment);

// Rows of runs in memory, for executors.

/// Appends the rows of rank's own tensors (Q, K, V, O) that hold the pattern's kept tokens of one segment
/// (all_tokens: every token of the segment).
void append_own_rows(const Schedule& schedule, const Pattern& pattern, int64_t segment, int rank,
                     bool all_tokens, std::vector<RowRun>& rows);

/// Gives the rows of a packed piece that hold the pattern's kept keys, segment by segment. Neighbouring
/// segments in ascending order cost O(1) each; a jump costs a closed form.
class PieceReader {
  public:
    /// All three must outlive the reader; the pattern is one of the stream's readers.
    PieceReader(const Schedule& schedule, const Pattern& pattern, const Piece& piece);
    /// Clears `rows` first. The segment (of the pattern) lies inside the piece.
    void rows_of(int64_t segment, std::vector<RowRun>& rows);

  private:
    const Schedule& schedule_;
    const Pattern& pattern_;
    const Piece& piece_;
    int64_t next_segment_ = 0;  // dilated: the segment whose first packed row is next_row_
    int64_t next_row_ = 0;
    int64_t first_own_row_ = 0;  // undilated: the owner's row that lies in packed row 0
};

/// Elements from the start of a piece to K row 0 of (batch entry, kv_index-th KV head of the stream); V
/// follows K.
int64_t piece_k_offset(const Schedule& schedule, const Piece& piece, int batch_index, int kv_index);

}  // namespace ringscope
