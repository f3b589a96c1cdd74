// The schedule: who computes what, and who sends what to whom, in each step. Pure data, made before anything
// runs.
//
// A *stream* is a set of KV heads whose kept tokens (w, r, o) travel together. Round its *sub-ring* (with
// prune: the ranks that own tokens of one segment; without: all ranks) the shares of the owners go from
// neighbour to neighbour: in step s the rank at index i of a sub-ring of m works on the share of the rank at
// index (i - s) mod m. A share makes as many hops as some rank still needs it (prune), or all m - 1.
//
//   strategy     slots   what lies in a rank's slot
//   ring         2       step s uses what arrived in slot s mod 2; in step 0, slot 0 holds the rank's own
//                        packed share
//   all_gather   1       one exchange before step 0 brings every rank's packed share; prune and overlap do
//                        not apply
//   single       0       nothing: one rank, one step, nothing travels
//
// What travels is a *payload*: a list of tensors with the size of their elements (PayloadLayout). A piece is
// one owner's share of a stream, packed: for each batch entry, for each KV head of the stream, the rows of
// each tensor of the payload in turn, each row head_dim elements:
//
//   batch entry 0                                           batch entry 1
//   KV head 0                  KV head 1                    ...
//   K row 0 1 2 .. V row 0 ..  K row 0 1 2 .. V row 0 ..
//
//   dilated stream                              rows segment by segment; of a segment the runs as
//                                               Placement::append_runs gives them, rows of a run adjacent
//   undilated stream (`dilated` false)          all of the owner's rows in the piece's token interval,
//                                               ascending
//
// All offsets and sizes are in bytes.
#pragma once

#include <array>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/experiment/placement.h"
#include "engine/experiment/problem.h"
#include "engine/plan/memory_model.h"
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

/// The part of a run that a step belongs to.
enum class Pass : uint8_t { forward };
template <>
struct EnumNames<Pass> {
    static constexpr const char* names[] = {"forward"};
};

/// What travels together: in one piece, one transfer, one slot. `nothing` is for spans that move nothing.
enum class Payload : uint8_t { nothing, kv };
template <>
struct EnumNames<Payload> {
    static constexpr const char* names[] = {"nothing", "K/V"};
};

/// A tensor of (batch entry, row, KV head) that travels.
enum class KvTensor : uint8_t { k, v };

struct PayloadTensor {
    KvTensor tensor = KvTensor::k;
    int64_t element_bytes = 0;
};

/// How a payload is made up.
struct PayloadLayout {
    Payload payload = Payload::kv;
    Purpose purpose = Purpose::travelling_kv;  // what its slots count as
    std::vector<PayloadTensor> tensors;        // in the order in which a piece holds them
    /// Of one element of each tensor.
    int64_t element_bytes() const;
};

/// Room for pieces of one payload that every rank has, as large as its RankPlan says.
struct RankSlot {
    Payload payload = Payload::kv;
};

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
    Payload payload = Payload::kv;
    int stream = 0;
    int owner = 0;
    SegmentRange segments;  // of the stream
    int64_t rows = 0;       // per KV head and batch entry
    int64_t bytes = 0;      // all batch entries, KV heads and tensors
    int64_t slot_offset = 0;
};

/// One copy of one piece between two ranks' slots.
struct PieceCopy {
    int source_piece = 0;  // index into pieces_in(from, step - 1) (all_gather: pieces_in(from, 0))
    int target_piece = 0;  // index into pieces_in(to, step)
};

/// One message: everything of one payload that `from` sends to `to` for use in `step`.
struct Transfer {
    int step = 0;  // in which the receiver uses it; made during step - 1 (all_gather: before step 0)
    int from = 0;
    int to = 0;
    int64_t bytes = 0;
    Pass pass = Pass::forward;  // of the step
    Payload payload = Payload::kv;
    std::vector<PieceCopy> copies;
};

/// One (query rows of a rank) x (keys of an owner) block: all heads and batch entries of a pattern.
struct Work {
    int pattern = 0;
    int owner = 0;
    SegmentRange segments;  // of the pattern
    int64_t pairs = 0;      // allowed pairs per head and batch entry; > 0
    int piece = -1;         // index into Schedule::pieces_in(rank, step); -1: the rank's own K/V, by stride
};

struct RankStep {
    Pass pass = Pass::forward;  // the same on every rank
    std::vector<Work> work;     // heads of one phase (see Schedule::phases) never share a query row
    std::vector<Piece> pieces;  // in the slots in this step; ring, step 0: the rank's own packed share
    std::vector<int> receives;  // indices into Schedule::transfers with step == this step and to == this rank
    std::vector<int> sends;     // the same with from == this rank
    double flops = 0;
};

struct RankPlan {
    int64_t tokens = 0;
    std::vector<RankStep> steps;      // Schedule::steps of them
    std::vector<int64_t> slot_bytes;  // parallel to Schedule::slots
    int64_t sent_bytes = 0;
    int64_t received_bytes = 0;
    double flops = 0;
    BytesByPurpose predicted{};  // at the peak, as Schedule::memory_model has it
    int64_t predicted_peak_bytes() const { return total_bytes(predicted); }
};

struct Schedule {
    Experiment experiment;     // as asked
    MemoryModel memory_model;  // of the executor that it was planned for
    Problem problem;
    Placement placement{Layout::contiguous, 1, 1, 1};
    Strategy strategy = Strategy::single;  // resolved: never automatic
    int ranks = 1;                         // 1 when single
    int steps = 1;
    int phases = 1;  // longnet: work of group g is phase g; phases of a step run one after the other
    std::vector<PayloadLayout> payloads;  // that travel; none when single
    std::vector<RankSlot> slots;
    std::vector<Stream> streams;
    std::vector<int> stream_of_pattern;  // stream that brings the pattern's keys; -1 when nothing travels
    std::vector<Transfer> transfers;     // by step, to, from, payload
    std::vector<RankPlan> rank_plans;

    // Totals over ranks.
    int64_t bytes_on_wire = 0;
    double flops = 0;
    double dense_flops = 0;
    /// Sum over ranks, steps and heads; equals pairs_allowed when each is computed once.
    int64_t pairs_planned = 0;
    int64_t pairs_allowed = 0;  // from the pattern alone

    int phase_of(const Work& work) const { return phases > 1 ? problem.patterns[work.pattern].group : 0; }
    /// Throws a failed check for a payload that does not travel here.
    const PayloadLayout& layout_of(Payload payload) const;
    /// How many of `slots` hold the payload.
    int slots_of(Payload payload) const;
    /// Which of `slots` holds the payload in `step`: they take turns.
    int slot_of(Payload payload, int step) const;
    /// What lies in `rank`'s slots in `step`; Work::piece and PieceCopy index it. all_gather: the same in
    /// every step.
    const std::vector<Piece>& pieces_in(int rank, int step) const {
        return rank_plans[static_cast<size_t>(rank)]
            .steps[static_cast<size_t>(strategy == Strategy::all_gather ? 0 : step)]
            .pieces;
    }
};

/// Plans a valid experiment with up to kMaxRanks ranks. Milliseconds for a million tokens on 64 ranks.
/// `model` is that of the executor that is to run it (engine/run/executor.h), by itself that of ranks on the
/// CPU. Throws Error(bad_input) with every problem when the experiment is not valid, and at once for a plan that
/// would be too large (plan_size.h); Error(cancelled) within milliseconds of a stop request, less what it takes to
/// give the memory back.
Schedule plan(const Experiment& experiment, const MemoryModel& model = {}, std::stop_token stop = {});

/// Ranks that the planner lets work: one when there is nothing to share.
int resolved_ranks(const RingSpec& ring);

/// The largest peak over ranks, and the ranks' sum: what the machine must hold.
int64_t predicted_peak_bytes_max(const Schedule& schedule);
int64_t predicted_bytes_all_ranks(const Schedule& schedule);

/// The largest rank's peak if the same experiment ran as all_gather on the same executor: the contrast line of
/// the memory view. By arithmetic where the executor's workspace does not hang on the schedule. 0 when that takes
/// a plan that is too large; throws Error(cancelled) as plan() does.
int64_t all_gather_peak_bytes(const Schedule& schedule, const std::stop_token& stop = {});

/// predicted_peak_bytes_max() of another experiment's plan; 0 when that is too large to make. Throws
/// Error(cancelled) as plan() does.
int64_t peak_bytes_if_plannable(const Experiment& experiment, const MemoryModel& model,
                                const std::stop_token& stop);

/// What a rank with so many tokens holds of its own, whatever travels: every purpose but travelling K/V.
BytesByPurpose own_bytes(const Experiment& experiment, int64_t tokens);

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

/// Bytes from the start of a piece to row 0 of one of its tensors, of (batch entry, kv_index-th KV head of
/// the stream).
int64_t piece_offset(const Schedule& schedule, const Piece& piece, KvTensor tensor, int batch_index,
                     int kv_index);
/// Bytes of all tensors of one (batch entry, KV head) of a piece.
int64_t piece_head_bytes(const Schedule& schedule, const Piece& piece);

}  // namespace ringscope
