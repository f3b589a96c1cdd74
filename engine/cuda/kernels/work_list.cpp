#include "engine/cuda/kernels/work_list.h"

#include <algorithm>

#include "engine/base/error.h"
#include "engine/cuda/kernels/segment_rows.h"

namespace ringscope {

namespace {

int32_t narrow(int64_t value) {
    RINGSCOPE_CHECK(value >= INT32_MIN && value <= INT32_MAX);
    return static_cast<int32_t>(value);
}

/// Appends runs with prefix counts; the total count.
int32_t append_runs(const std::vector<RowRun>& rows, std::vector<IndexRun>& runs) {
    int64_t begin = 0;
    for (const RowRun& run : rows) {
        if (run.count == 0) continue;
        runs.push_back({narrow(begin), narrow(run.count), narrow(run.first_row), narrow(run.row_stride),
                        narrow(run.first_token), narrow(run.token_stride)});
        begin += run.count;
    }
    return narrow(begin);
}

class StepWorkMaker {
  public:
    StepWorkMaker(const Schedule& schedule, int rank, int step, TileShape tile)
        : schedule_(schedule), problem_(schedule.problem), rank_(rank), step_(step), tile_(tile) {}

    void add(const Work& work) {
        const Pattern& pattern = problem_.patterns[static_cast<size_t>(work.pattern)];
        const AttentionBlock keys = keys_of(schedule_, rank_, step_, work);
        const std::vector<int> kv_indices = kv_indices_of(schedule_, rank_, step_, work);
        for_each_segment(schedule_, rank_, step_, work,
                         [&](const std::vector<RowRun>& query_rows, const std::vector<RowRun>& key_rows) {
                             add_segment(pattern, keys, query_rows, key_rows, kv_indices);
                         });
    }

    StepWork take() {
        std::stable_sort(work_.items.begin(), work_.items.end(),
                         [](const WorkItem& a, const WorkItem& b) { return a.key_tiles > b.key_tiles; });
        return std::move(work_);
    }

  private:
    void add_segment(const Pattern& pattern, AttentionBlock block, const std::vector<RowRun>& query_rows,
                     const std::vector<RowRun>& key_rows, const std::vector<int>& kv_indices) {
        const size_t runs_before = work_.runs.size();
        block.first_query_run = narrow(static_cast<int64_t>(runs_before));
        block.queries = append_runs(query_rows, work_.runs);
        block.first_key_run = narrow(static_cast<int64_t>(work_.runs.size()));
        block.keys = append_runs(key_rows, work_.runs);
        block.query_runs = block.first_key_run - block.first_query_run;
        block.key_runs = narrow(static_cast<int64_t>(work_.runs.size())) - block.first_key_run;
        const size_t items_before = work_.items.size();
        if (block.queries > 0 && block.keys > 0) add_items(pattern, block, kv_indices);
        if (work_.items.size() > items_before)
            work_.blocks.push_back(block);
        else
            work_.runs.resize(runs_before);
    }

    void add_items(const Pattern& pattern, const AttentionBlock& block, const std::vector<int>& kv_indices) {
        find_first_tokens(block);
        key_tiles_.clear();
        for (int32_t query = 0; query < block.queries; query += tile_.queries)
            key_tiles_.push_back(visible_key_tiles(block, query));
        for (int batch = 0; batch < problem_.batch; ++batch) {
            for (size_t h = 0; h < pattern.heads.size(); ++h)
                for (size_t t = 0; t < key_tiles_.size(); ++t)
                    if (key_tiles_[t] > 0)
                        work_.items.push_back({narrow(static_cast<int64_t>(work_.blocks.size())),
                                               narrow(static_cast<int64_t>(t) * tile_.queries), key_tiles_[t],
                                               pattern.heads[h], kv_indices[h], batch});
        }
    }

    /// first_token_from_[t]: the smallest token in key tiles t and after.
    void find_first_tokens(const AttentionBlock& block) {
        const int32_t tiles = (block.keys + tile_.keys - 1) / tile_.keys;
        first_token_from_.assign(static_cast<size_t>(tiles), INT32_MAX);
        if (!problem_.causal) return;
        int32_t smallest = INT32_MAX;
        for (int32_t t = tiles - 1; t >= 0; --t) {
            const TokenBounds bounds =
                token_bounds(&work_.runs[static_cast<size_t>(block.first_key_run)], block.key_runs,
                             t * tile_.keys, std::min((t + 1) * tile_.keys, block.keys));
            smallest = std::min(smallest, bounds.first);
            first_token_from_[static_cast<size_t>(t)] = smallest;
        }
    }

    /// One past the last key tile of which the query tile at `query` sees something.
    int32_t visible_key_tiles(const AttentionBlock& block, int32_t query) const {
        if (!problem_.causal) return narrow(static_cast<int64_t>(first_token_from_.size()));
        const TokenBounds bounds =
            token_bounds(&work_.runs[static_cast<size_t>(block.first_query_run)], block.query_runs, query,
                         std::min(query + tile_.queries, block.queries));
        const auto end = std::upper_bound(first_token_from_.begin(), first_token_from_.end(), bounds.last);
        return narrow(end - first_token_from_.begin());
    }

    const Schedule& schedule_;
    const Problem& problem_;
    int rank_;
    int step_;
    TileShape tile_;
    StepWork work_;
    std::vector<int32_t> first_token_from_;
    std::vector<int32_t> key_tiles_;  // by query tile
};

/// Rows of the owner's tensors in the order in which the piece holds them.
std::vector<RowRun> packed_rows(const Schedule& schedule, const Piece& piece) {
    const Stream& stream = schedule.streams[static_cast<size_t>(piece.stream)];
    std::vector<RowRun> rows;
    if (stream.dilated) {
        const Pattern pattern{0, stream.segment_length, stream.dilation_rate, stream.offset, {}};
        for (int64_t segment = piece.segments.first; segment < piece.segments.end(); ++segment)
            append_own_rows(schedule, pattern, segment, piece.owner, false, rows);
    } else {
        const int64_t first =
            schedule.placement.rows_before(piece.owner, piece.segments.first * stream.segment_length);
        rows.push_back({first, 1, 0, 1, piece.rows});
    }
    return rows;
}

}  // namespace

StepWork make_step_work(const Schedule& schedule, int rank, int step, int phase, TileShape tile) {
    StepWorkMaker maker(schedule, rank, step, tile);
    for (const Work& work :
         schedule.rank_plans[static_cast<size_t>(rank)].steps[static_cast<size_t>(step)].work)
        if (schedule.phase_of(work) == phase) maker.add(work);
    return maker.take();
}

AttentionLaunch attention_strides(const Problem& problem, int64_t rows) {
    AttentionLaunch launch;
    launch.q_row_stride = int64_t{problem.heads} * problem.head_dim;
    launch.q_batch_stride = rows * launch.q_row_stride;
    launch.lse_head_stride = rows;
    launch.lse_batch_stride = rows * problem.heads;
    launch.head_dim = problem.head_dim;
    launch.causal = problem.causal ? 1 : 0;
    launch.scale = static_cast<float>(problem.softmax_scale);
    return launch;
}

PackWork make_pack_work(const Schedule& schedule, int rank) {
    const Problem& problem = schedule.problem;
    PackWork pack;
    for (const Piece& piece : schedule.pieces_in(rank, 0)) {
        if (piece.owner != rank) continue;
        const auto first_run = narrow(static_cast<int64_t>(pack.runs.size()));
        const int32_t rows = append_runs(packed_rows(schedule, piece), pack.runs);
        RINGSCOPE_CHECK(rows == piece.rows);
        const int32_t runs = narrow(static_cast<int64_t>(pack.runs.size())) - first_run;
        const std::vector<int>& kv_heads = schedule.streams[static_cast<size_t>(piece.stream)].kv_heads;
        for (int batch = 0; batch < problem.batch; ++batch)
            for (size_t h = 0; h < kv_heads.size(); ++h) {
                const auto offset = [&](KvTensor tensor) {
                    return (piece.slot_offset +
                            piece_offset(schedule, piece, tensor, batch, static_cast<int>(h))) /
                           bytes_of(problem.dtype);
                };
                for (int32_t index = 0; index < rows; index += kPackRows)
                    pack.items.push_back({first_run, runs, index, std::min(kPackRows, rows - index),
                                          kv_heads[h], batch, offset(KvTensor::k), offset(KvTensor::v)});
            }
    }
    return pack;
}

namespace {

/// Entries of the lists of TileAttention.
struct ListSizes {
    int64_t items = 0, blocks = 0, runs = 0;
};

int64_t list_bytes(int64_t count, size_t size) { return aligned_bytes(count * static_cast<int64_t>(size)); }

/// Rows in `runs`; adds the runs that hold any to `filled`.
int64_t count_rows(const std::vector<RowRun>& runs, int64_t& filled) {
    int64_t rows = 0;
    for (const RowRun& run : runs) {
        rows += run.count;
        filled += run.count > 0 ? 1 : 0;
    }
    return rows;
}

void add_attention(const Schedule& schedule, int rank, int step, const Work& work, int tile_queries,
                   ListSizes& sizes) {
    const Problem& problem = schedule.problem;
    const auto heads = static_cast<int64_t>(problem.patterns[static_cast<size_t>(work.pattern)].heads.size());
    for_each_segment(schedule, rank, step, work,
                     [&](const std::vector<RowRun>& query_rows, const std::vector<RowRun>& key_rows) {
                         int64_t filled = 0;
                         const int64_t queries = count_rows(query_rows, filled);
                         const int64_t keys = count_rows(key_rows, filled);
                         if (queries == 0 || keys == 0) return;
                         sizes.items += (queries + tile_queries - 1) / tile_queries * heads * problem.batch;
                         sizes.blocks += 1;
                         sizes.runs += filled;
                     });
}

}  // namespace

int64_t work_list_bytes(const Schedule& schedule, int rank, TileShape tile) {
    ListSizes sizes;
    for (int step = 0; step < schedule.steps; ++step)
        for (const Work& work :
             schedule.rank_plans[static_cast<size_t>(rank)].steps[static_cast<size_t>(step)].work)
            add_attention(schedule, rank, step, work, tile.queries, sizes);
    return list_bytes(sizes.items, sizeof(WorkItem)) + list_bytes(sizes.blocks, sizeof(AttentionBlock)) +
           list_bytes(sizes.runs, sizeof(IndexRun)) + pack_list_bytes(schedule, rank);
}

int64_t pack_list_bytes(const Schedule& schedule, int rank) {
    int64_t items = 0;
    int64_t runs = 0;
    for (const Piece& piece : schedule.pieces_in(rank, 0)) {
        if (piece.owner != rank) continue;
        const auto kv_heads = schedule.streams[static_cast<size_t>(piece.stream)].kv_heads.size();
        items += (piece.rows + kPackRows - 1) / kPackRows * static_cast<int64_t>(kv_heads) *
                 schedule.problem.batch;
        count_rows(packed_rows(schedule, piece), runs);
    }
    return list_bytes(items, sizeof(PackItem)) + list_bytes(runs, sizeof(IndexRun));
}

TileShape planned_tile_shape(const BackendSpec& backend, const Problem& problem) {
    const bool by_multiply_adds = problem.dtype == DType::f32 || backend.kernel == "fma";
    return by_multiply_adds ? fma_tile_shape(problem.head_dim) : tensor_core_tile_shape(problem.head_dim);
}

}  // namespace ringscope
