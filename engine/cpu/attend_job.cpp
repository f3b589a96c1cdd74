#include "engine/cpu/attend_job.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace ringscope {

namespace {

/// FLOPs that make a task worth taking: some tens of microseconds.
constexpr double kTaskFlops = 1 << 22;
/// FLOPs of one kernel call at most: so that a cancel is seen within 50 ms by a slow core without vector
/// instructions (some 8 GFLOP/s), too.
constexpr double kCallFlops = 1 << 28;
/// Tasks per worker in one work, so that all end at about the same time, and query rows below which
/// a tile is not cut for that.
constexpr int64_t kTasksAWorker = 4;
constexpr int64_t kFewestTileRows = 256;

/// Rows [begin, begin + count) of `runs`, counted over all of them.
void slice(const std::vector<RowRun>& runs, int64_t begin, int64_t count, std::vector<RowRun>& out) {
    out.clear();
    for (const RowRun& run : runs) {
        if (count <= 0) return;
        if (begin >= run.count) {
            begin -= run.count;
            continue;
        }
        const int64_t take = std::min(count, run.count - begin);
        out.push_back({run.first_row + begin * run.row_stride, run.row_stride,
                       run.first_token + begin * run.token_stride, run.token_stride, take});
        count -= take;
        begin = 0;
    }
}

int64_t row_count(const std::vector<RowRun>& runs) {
    int64_t count = 0;
    for (const RowRun& run : runs) count += run.count;
    return count;
}

int64_t first_token(const std::vector<RowRun>& runs) {
    int64_t first = std::numeric_limits<int64_t>::max();
    for (const RowRun& run : runs) first = std::min(first, run.first_token);
    return first;
}

int64_t last_token(const std::vector<RowRun>& runs) {
    int64_t last = -1;
    for (const RowRun& run : runs)
        last = std::max(last, run.first_token + (run.count - 1) * run.token_stride);
    return last;
}

/// Query rows per tile: as many as the kernel takes, fewer where `pieces` (segment, head) of `rows` rows
/// would not give every worker enough tasks. The answer's bits do not depend on it.
int64_t tile_rows_for(int64_t rows, int64_t pieces, int64_t workers, int64_t most) {
    int64_t tile_rows = most;
    const auto tasks = [&] { return (rows + tile_rows - 1) / tile_rows * pieces; };
    while (tile_rows > kFewestTileRows && tasks() < kTasksAWorker * workers) tile_rows /= 2;
    return tile_rows;
}

}  // namespace

AttendJob::AttendJob(const Context& context, int rank, int step, const RankMemory& memory)
    : context_(context), rank_(rank), step_(step), memory_(memory) {
    const Schedule& schedule = context_.schedule;
    phases_.resize(static_cast<size_t>(schedule.phases));
    const RankStep& plan = schedule.rank_plans[static_cast<size_t>(rank)].steps[static_cast<size_t>(step)];
    for (const Work& work : plan.work) {
        if (context_.control.stopped()) throw Interrupted{};
        phases_[static_cast<size_t>(schedule.phase_of(work))].push_back(share_of(work));
    }
    for (auto& shares : phases_) {
        std::stable_sort(shares.begin(), shares.end(),
                         [](const Share& a, const Share& b) { return a.flops_per_task > b.flops_per_task; });
        int64_t first = 0;
        for (Share& share : shares) {
            share.first_task = first;
            first += share.tasks;
        }
    }
}

AttendJob::Share AttendJob::share_of(const Work& work) const {
    const Schedule& schedule = context_.schedule;
    const Problem& problem = schedule.problem;
    Share share;
    share.work = &work;
    share.pattern = &problem.patterns[static_cast<size_t>(work.pattern)];
    if (work.piece >= 0) share.piece = &schedule.pieces_in(rank_, step_)[static_cast<size_t>(work.piece)];
    // Rows of a segment differ at the edges of the rank's share only; a tile count that is too small for some
    // segment makes its last tile longer, never wrong.
    int64_t rows = 1;
    std::vector<RowRun> runs;
    for (const int64_t segment :
         {work.segments.first, work.segments.first + work.segments.count / 2, work.segments.end() - 1}) {
        runs.clear();
        append_own_rows(schedule, *share.pattern, segment, rank_, problem.queries == Queries::all, runs);
        rows = std::max(rows, row_count(runs));
    }
    const double flops = 4.0 * problem.head_dim * static_cast<double>(work.pairs);
    const auto heads = static_cast<int64_t>(share.pattern->heads.size());
    share.tile_rows =
        tile_rows_for(rows, work.segments.count * heads * problem.batch,
                      static_cast<int64_t>(context_.scratch.size()), context_.kernel.query_tile);
    share.tiles = (rows + share.tile_rows - 1) / share.tile_rows;
    const double per_segment = flops / static_cast<double>(work.segments.count);
    if (share.tiles == 1)
        share.segments_per_chunk = std::clamp<int64_t>(
            static_cast<int64_t>(kTaskFlops / std::max(per_segment, 1.0)), 1, work.segments.count);
    share.chunks = (work.segments.count + share.segments_per_chunk - 1) / share.segments_per_chunk;
    const int64_t tasks_per_head = share.chunks * share.tiles;
    share.tasks = tasks_per_head * heads * problem.batch;
    share.flops_per_task = flops / static_cast<double>(tasks_per_head);
    return share;
}

int64_t AttendJob::tasks(int phase) const {
    const auto& shares = phases_[static_cast<size_t>(phase)];
    return shares.empty() ? 0 : shares.back().first_task + shares.back().tasks;
}

int AttendJob::owner() const {
    int owner = -1;
    for (const auto& shares : phases_)
        for (const Share& share : shares) {
            if (owner >= 0 && owner != share.work->owner) return -1;
            owner = share.work->owner;
        }
    return owner;
}

void AttendJob::run(int phase, int64_t number, int worker) {
    const auto& shares = phases_[static_cast<size_t>(phase)];
    const auto after = std::upper_bound(shares.begin(), shares.end(), number,
                                        [](int64_t n, const Share& share) { return n < share.first_task; });
    const Share& share = *(after - 1);
    const auto heads = static_cast<int64_t>(share.pattern->heads.size());
    int64_t rest = number - share.first_task;
    const int64_t tile = share.tiles - 1 - rest % share.tiles;
    rest /= share.tiles;
    const int64_t chunk = rest % share.chunks;
    rest /= share.chunks;
    AttentionTask task;
    point_at(share, static_cast<int>(rest / heads), share.pattern->heads[static_cast<size_t>(rest % heads)],
             task);
    run_chunk(share, chunk, tile, task, context_.scratch[static_cast<size_t>(worker)]);
    if (context_.progress != nullptr) context_.progress->work_done.fetch_add(share.flops_per_task);
}

/// Everything but the rows.
void AttendJob::point_at(const Share& share, int batch_index, int head, AttentionTask& task) const {
    const Schedule& schedule = context_.schedule;
    const Problem& problem = schedule.problem;
    const int64_t d = problem.head_dim;
    const int64_t element = bytes_of(problem.dtype);
    const int kv_head = problem.kv_head_of(head);
    const int64_t first_row = batch_index * memory_.rows;
    task.dtype = problem.dtype;
    task.head_dim = problem.head_dim;
    task.scale = static_cast<float>(problem.softmax_scale);
    task.causal = problem.causal;
    task.q_stride = problem.heads * d;
    task.o_stride = problem.heads * d;
    task.q = memory_.q.data() + (first_row * problem.heads + head) * d * element;
    task.o = memory_.o.as<float>() + (first_row * problem.heads + head) * d;
    const int64_t row_state = (int64_t{batch_index} * problem.heads + head) * memory_.rows;
    task.lse = memory_.lse.as<float>() + row_state;
    task.sum = memory_.sum ? memory_.sum.as<float>() + row_state : nullptr;
    if (share.piece == nullptr) {
        const int64_t at = (first_row * problem.kv_heads + kv_head) * d * element;
        task.k = memory_.k.data() + at;
        task.v = memory_.v.data() + at;
        task.kv_stride = problem.kv_heads * d;
        return;
    }
    const auto& kv_heads = schedule.streams[static_cast<size_t>(share.piece->stream)].kv_heads;
    const auto kv_index =
        static_cast<int>(std::lower_bound(kv_heads.begin(), kv_heads.end(), kv_head) - kv_heads.begin());
    const auto slot = static_cast<size_t>(schedule.slot_of(share.piece->payload, step_));
    const std::byte* piece = memory_.slots[slot].data() + share.piece->slot_offset;
    task.k = piece + piece_offset(schedule, *share.piece, KvTensor::k, batch_index, kv_index);
    task.v = piece + piece_offset(schedule, *share.piece, KvTensor::v, batch_index, kv_index);
    task.kv_stride = d;
}

void AttendJob::run_chunk(const Share& share, int64_t chunk, int64_t tile, AttentionTask& task,
                          WorkerScratch& scratch) const {
    const Schedule& schedule = context_.schedule;
    const SegmentRange& segments = share.work->segments;
    const int64_t begin = segments.first + chunk * share.segments_per_chunk;
    const int64_t end = std::min(begin + share.segments_per_chunk, segments.end());
    std::optional<PieceReader> reader;
    if (share.piece != nullptr) reader.emplace(schedule, *share.pattern, *share.piece);
    const int64_t tile_rows = share.tile_rows;
    for (int64_t segment = begin; segment < end; ++segment) {
        if (context_.control.stopped()) return;
        scratch.queries.clear();
        append_own_rows(schedule, *share.pattern, segment, rank_, schedule.problem.queries == Queries::all,
                        scratch.queries);
        const int64_t rows = row_count(scratch.queries);
        const int64_t first = tile * tile_rows;
        const int64_t last = tile + 1 == share.tiles ? rows : std::min(rows, first + tile_rows);
        if (first >= last) continue;
        if (reader) {
            reader->rows_of(segment, scratch.keys);
        } else {
            scratch.keys.clear();
            append_own_rows(schedule, *share.pattern, segment, rank_, false, scratch.keys);
        }
        if (scratch.keys.empty()) continue;
        for (int64_t row = first; row < last; row += tile_rows) {
            if (context_.control.stopped()) return;
            slice(scratch.queries, row, std::min(tile_rows, last - row), scratch.tile);
            run_tile(task, scratch);
        }
    }
}

/// One kernel call, or several over blocks of keys where one would take too long.
void AttendJob::run_tile(AttentionTask& task, WorkerScratch& scratch) const {
    const double flops_per_key =
        4.0 * context_.schedule.problem.head_dim * static_cast<double>(context_.kernel.query_tile);
    const auto keys_per_call = std::max<int64_t>(64, static_cast<int64_t>(kCallFlops / flops_per_key));
    const int64_t keys = row_count(scratch.keys);
    const int64_t last_query = last_token(scratch.tile);
    void* kernel_scratch = scratch.kernel.data();
    task.queries = scratch.tile;
    if (keys <= keys_per_call) {
        task.keys = scratch.keys;
        return context_.kernel.attend(task, kernel_scratch);
    }
    for (int64_t key = 0; key < keys; key += keys_per_call) {
        if (context_.control.stopped()) return;
        slice(scratch.keys, key, keys_per_call, scratch.block);
        // Runs ascend by their first token but may interleave: only this block is known to lie behind the
        // queries.
        if (task.causal && first_token(scratch.block) > last_query) continue;
        task.keys = scratch.block;
        context_.kernel.attend(task, kernel_scratch);
    }
}

namespace {
constexpr int64_t kNormaliseElements = int64_t{1} << 20;  // of one task: about a millisecond

int64_t rows_per_task(const Problem& problem) {
    const int64_t row = int64_t{problem.heads} * problem.head_dim;
    return std::clamp<int64_t>(kNormaliseElements / row, 1, 256);
}
}  // namespace

int64_t NormaliseJob::tasks(int) const {
    const int64_t rows = rows_per_task(problem_);
    return (memory_.rows + rows - 1) / rows * problem_.batch;
}

void NormaliseJob::run(int, int64_t task, int) {
    const int64_t rows = rows_per_task(problem_);
    const int64_t chunks = (memory_.rows + rows - 1) / rows;
    const int64_t batch_index = task / chunks;
    const int64_t begin = task % chunks * rows;
    const int64_t end = std::min(begin + rows, memory_.rows);
    for (int64_t row = begin; row < end; ++row) {
        float* o =
            memory_.o.as<float>() + (batch_index * memory_.rows + row) * problem_.heads * problem_.head_dim;
        for (int head = 0; head < problem_.heads; ++head, o += problem_.head_dim) {
            const int64_t at = (batch_index * problem_.heads + head) * memory_.rows + row;
            const float sum = memory_.sum.as<float>()[at];
            if (sum == 0.0f) continue;  // saw no key: o = 0, lse = -inf as they are
            const float inverse = 1.0f / sum;
            for (int i = 0; i < problem_.head_dim; ++i) o[i] *= inverse;
            memory_.lse.as<float>()[at] += std::log(sum);
        }
    }
}

}  // namespace ringscope
