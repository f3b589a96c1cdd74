#include "engine/cuda/cudnn/sdpa_calls.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "engine/base/error.h"
#include "engine/cuda/kernels/segment_rows.h"

namespace ringscope {

namespace {

/// Most entries of a call's batch: what a launch grid's smaller sides take.
constexpr int64_t kMaxBatch = 65535;

/// Most rectangles of one piece of work before they are joined: what bounds the host's memory.
constexpr size_t kMaxRectangles = size_t{1} << 20;

/// Rows first, first + stride, ...
struct Rows {
    int64_t first = 0, stride = 1, count = 0;
};

struct Rectangle {
    Rows queries, keys;
    bool causal = false;
    int64_t part = 0;  // which of its segment's rectangles
};

/// Every step-th row of a run from the from-th on.
RowRun every(const RowRun& run, int64_t from, int64_t step) {
    return {run.first_row + from * run.row_stride, run.row_stride * step,
            run.first_token + from * run.token_stride, run.token_stride * step,
            from < run.count ? (run.count - from + step - 1) / step : 0};
}

RowRun first_of(RowRun run, int64_t count) {
    run.count = std::min(run.count, count);
    return run;
}

int64_t last_token(const RowRun& run) { return run.first_token + (run.count - 1) * run.token_stride; }

int64_t floor_divide(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0); }

/// The rectangles of one segment after the other.
class RectangleMaker {
  public:
    RectangleMaker(bool causal, std::vector<Rectangle>& out) : causal_(causal), out_(out) {}

    /// False when there were too many to go on.
    bool add_segment(const std::vector<RowRun>& queries, const std::vector<RowRun>& keys) {
        part_ = 0;
        for (const RowRun& query_run : queries)
            for (const RowRun& key_run : keys) {
                if (query_run.count > 0 && key_run.count > 0) add_pair(query_run, key_run);
                if (part_ > kMaxSdpaCalls) return false;
            }
        return out_.size() <= kMaxRectangles;
    }

  private:
    void add_pair(const RowRun& queries, const RowRun& keys) {
        if (!causal_ || last_token(keys) <= queries.first_token) return add(queries, keys, false);
        if (keys.first_token > last_token(queries)) return;
        // One token alone steps as one likes.
        const int64_t key_stride = keys.count > 1      ? keys.token_stride
                                   : queries.count > 1 ? queries.token_stride
                                                       : 1;
        const int64_t query_stride = queries.count > 1 ? queries.token_stride : key_stride;
        const int64_t common = std::lcm(query_stride, key_stride);
        for (int64_t i = 0; i < std::min(common / query_stride, queries.count); ++i)
            for (int64_t j = 0; j < std::min(common / key_stride, keys.count); ++j)
                add_edge(every(queries, i, common / query_stride), every(keys, j, common / key_stride),
                         common);
    }

    /// Both step by `stride` tokens.
    void add_edge(RowRun queries, RowRun keys, int64_t stride) {
        const int64_t shift = floor_divide(queries.first_token - keys.first_token, stride);
        if (shift < 0) queries = every(queries, -shift, 1);
        if (queries.count == 0) return;
        if (shift >= keys.count - 1) return add(queries, keys, false);
        if (shift > 0) {
            add(queries, first_of(keys, shift), false);
            keys = every(keys, shift, 1);
        }
        const int64_t square = std::min(queries.count, keys.count);
        keys = first_of(keys, square);
        add(first_of(queries, square), keys, square > 1);
        if (queries.count > square) add(every(queries, square, 1), keys, false);
    }

    void add(const RowRun& queries, const RowRun& keys, bool causal) {
        const auto rows = [](const RowRun& run) {
            return Rows{run.first_row, run.count > 1 ? run.row_stride : 1, run.count};
        };
        out_.push_back({rows(queries), rows(keys), causal, part_++});
    }

    const bool causal_;
    std::vector<Rectangle>& out_;
    int64_t part_ = 0;
};

/// A rectangle again and again, its rows moved on by even steps.
struct Batch {
    Rectangle first;
    int64_t count = 1;
    int64_t query_step = 0, key_step = 0;
};

/// Takes the rectangle into the batch where it goes on evenly. It is of a later segment: rows ascend with
/// tokens, so its rows all come after those of the batch.
bool extend(Batch& batch, const Rectangle& next) {
    const Rows& queries = batch.first.queries;
    const int64_t query_way = next.queries.first - queries.first;
    const int64_t key_way = next.keys.first - batch.first.keys.first;
    RINGSCOPE_CHECK(query_way > 0 && key_way > 0);
    if (batch.count == kMaxBatch) return false;
    if (batch.count == 1) {
        batch.query_step = query_way;
        batch.key_step = key_way;
    }
    if (query_way != batch.count * batch.query_step || key_way != batch.count * batch.key_step) return false;
    ++batch.count;
    return true;
}

std::vector<Batch> join(const std::vector<Rectangle>& rectangles) {
    std::vector<Batch> batches;
    std::map<std::tuple<int64_t, bool, int64_t, int64_t, int64_t, int64_t>, size_t>
        open;  // by part and shape
    for (const Rectangle& one : rectangles) {
        const auto [place, is_new] = open.try_emplace(
            {one.part, one.causal, one.queries.count, one.keys.count, one.queries.stride, one.keys.stride},
            batches.size());
        if (!is_new && extend(batches[place->second], one)) continue;
        place->second = batches.size();
        batches.push_back({one});
    }
    return batches;
}

/// Heads head, head + head_step, ..., as many to each of the KV heads kv, kv + kv_step, ...
struct HeadSpan {
    int64_t head = 0, head_step = 1, heads = 1;
    int64_t kv = 0, kv_step = 1, kv_heads = 1;
    int64_t next_head() const { return head + heads * head_step; }
};

/// Heads of one KV head each, in even steps.
std::vector<HeadSpan> spans_of_one_kv_head(const std::vector<int>& heads, const std::vector<int>& kv) {
    std::vector<HeadSpan> spans;
    for (size_t i = 0; i < heads.size(); ++i) {
        if (!spans.empty() && spans.back().kv == kv[i]) {
            HeadSpan& last = spans.back();
            if (last.heads == 1) last.head_step = heads[i] - last.head;
            if (heads[i] == last.next_head()) {
                ++last.heads;
                continue;
            }
        }
        spans.push_back({heads[i], 1, 1, kv[i], 1, 1});
    }
    return spans;
}

std::vector<HeadSpan> head_spans(const std::vector<int>& heads, const std::vector<int>& kv) {
    std::vector<HeadSpan> spans;
    for (const HeadSpan& one : spans_of_one_kv_head(heads, kv)) {
        if (!spans.empty()) {
            HeadSpan& last = spans.back();
            HeadSpan joined = last;
            if (last.kv_heads == 1) joined.kv_step = one.kv - last.kv;
            if (last.heads == 1) joined.head_step = one.head - last.head;
            const int64_t each = last.heads / last.kv_heads;
            if (one.heads == each && (each == 1 || one.head_step == joined.head_step) &&
                one.head == joined.next_head() && joined.kv_step > 0 &&
                one.kv == last.kv + last.kv_heads * joined.kv_step) {
                joined.heads += each;
                ++joined.kv_heads;
                last = joined;
                continue;
            }
        }
        spans.push_back(one);
    }
    return spans;
}

class CallMaker {
  public:
    CallMaker(const Schedule& schedule, int rank, int step)
        : schedule_(schedule), problem_(schedule.problem), rank_(rank), step_(step) {
        rows_ = schedule.rank_plans[static_cast<size_t>(rank)].tokens;
    }

    void add(const Work& work) {
        std::vector<Rectangle> rectangles;
        RectangleMaker maker(problem_.causal, rectangles);
        for_each_segment(schedule_, rank_, step_, work,
                         [&](const std::vector<RowRun>& queries, const std::vector<RowRun>& keys) {
                             if (!maker.add_segment(queries, keys)) refuse();
                         });
        const AttentionBlock keys = keys_of(schedule_, rank_, step_, work);
        const std::vector<HeadSpan> spans =
            head_spans(problem_.patterns[static_cast<size_t>(work.pattern)].heads,
                       kv_indices_of(schedule_, rank_, step_, work));
        for (const Batch& batch : join(rectangles))
            for (const HeadSpan& span : spans) add_calls(batch, span, keys);
    }

    std::vector<SdpaCall> take() { return std::move(calls_); }

  private:
    void add_calls(const Batch& batch, const HeadSpan& span, const AttentionBlock& keys) {
        SdpaCall call = one_call(batch, span, keys);
        const int64_t q_entry = rows_ * problem_.heads * problem_.head_dim;
        const int64_t lse_entry = rows_ * problem_.heads;
        if (batch.count == 1 && problem_.batch > 1) {
            call.shape.batch = problem_.batch;
            call.shape.q_batch_stride = q_entry;
            call.shape.kv_batch_stride = keys.kv_batch_stride;
            call.lse_batch_stride = lse_entry;
            calls_.push_back(call);
        } else {
            for (int entry = 0; entry < problem_.batch; ++entry) {
                calls_.push_back(call);
                call.q_offset += q_entry;
                call.k_offset += keys.kv_batch_stride;
                call.v_offset += keys.kv_batch_stride;
                call.lse_offset += lse_entry;
            }
        }
        if (calls_.size() > kMaxSdpaCalls) refuse();
    }

    /// Of the first batch entry.
    SdpaCall one_call(const Batch& batch, const HeadSpan& span, const AttentionBlock& keys) const {
        const int64_t d = problem_.head_dim;
        const int64_t q_row = problem_.heads * d;
        const Rows& queries = batch.first.queries;
        const Rows& key_rows = batch.first.keys;
        // A batch of one has no step of its own: past its last row.
        const bool alone = batch.count == 1;
        const int64_t query_step = alone ? queries.stride * queries.count : batch.query_step;
        const int64_t key_step = alone ? key_rows.stride * key_rows.count : batch.key_step;
        SdpaCall call;
        call.shape = {batch.count,
                      span.heads,
                      span.kv_heads,
                      queries.count,
                      key_rows.count,
                      d,
                      batch.first.causal,
                      query_step * q_row,
                      span.head_step * d,
                      queries.stride * q_row,
                      key_step * keys.kv_row_stride,
                      span.kv_step * keys.kv_head_stride,
                      key_rows.stride * keys.kv_row_stride};
        call.from_slot = keys.from_slot != 0;
        call.q_offset = queries.first * q_row + span.head * d;
        const int64_t kv = key_rows.first * keys.kv_row_stride + span.kv * keys.kv_head_stride;
        call.k_offset = keys.k_offset + kv;
        call.v_offset = keys.v_offset + kv;
        call.lse_offset = span.head * rows_ + queries.first;
        call.lse_batch_stride = query_step;
        call.lse_head_stride = span.head_step * rows_;
        call.lse_row_stride = queries.stride;
        return call;
    }

    [[noreturn]] void refuse() const {
        throw Error(ErrorKind::bad_input,
                    "backend.kernel is cudnn: step " + std::to_string(step_) + " of rank " +
                        std::to_string(rank_) + " would be more than " + std::to_string(kMaxSdpaCalls) +
                        " SDPA calls, or " + std::to_string(kMaxRectangles) +
                        " before they are joined, since its rows lie in many runs or segments (ring.layout "
                        "striped does that); take contiguous or zigzag, or another backend.kernel");
    }

    const Schedule& schedule_;
    const Problem& problem_;
    const int rank_;
    const int step_;
    int64_t rows_ = 0;
    std::vector<SdpaCall> calls_;
};

}  // namespace

std::string text_of(const SdpaShape& shape) {
    return "SDPA of batch " + std::to_string(shape.batch) + ", " + std::to_string(shape.heads) + " heads (" +
           std::to_string(shape.kv_heads) + " KV heads), " + std::to_string(shape.queries) + " queries x " +
           std::to_string(shape.keys) + " keys, d " + std::to_string(shape.head_dim) +
           (shape.causal ? ", causal" : "");
}

std::vector<SdpaCall> make_sdpa_calls(const Schedule& schedule, int rank, int step, int phase) {
    CallMaker maker(schedule, rank, step);
    for (const Work& work :
         schedule.rank_plans[static_cast<size_t>(rank)].steps[static_cast<size_t>(step)].work)
        if (schedule.phase_of(work) == phase) maker.add(work);
    return maker.take();
}

std::vector<std::vector<SdpaCall>> make_all_sdpa_calls(const Schedule& schedule, int rank) {
    std::vector<std::vector<SdpaCall>> all;
    for (int step = 0; step < schedule.steps; ++step)
        for (int phase = 0; phase < schedule.phases; ++phase)
            all.push_back(make_sdpa_calls(schedule, rank, step, phase));
    return all;
}

SdpaWorkspace sdpa_workspace(const Problem& problem, const std::vector<std::vector<SdpaCall>>& calls) {
    SdpaWorkspace workspace;
    for (const std::vector<SdpaCall>& of_phase : calls)
        for (const SdpaCall& call : of_phase) {
            const int64_t rows = call.shape.rows();
            workspace.o_bytes =
                std::max(workspace.o_bytes, rows * problem.head_dim * bytes_of(problem.dtype));
            workspace.lse_bytes = std::max(workspace.lse_bytes, rows * static_cast<int64_t>(sizeof(float)));
            workspace.library_bytes = kSdpaLibraryBytes;
        }
    return workspace;
}

}  // namespace ringscope
