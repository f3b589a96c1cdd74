// Every way of cutting a step's work starts from here: the rows of each segment, and where its keys lie.
#pragma once

#include <optional>
#include <vector>

#include "engine/cuda/kernels/index_math.h"
#include "engine/plan/schedule.h"

namespace ringscope {

/// Calls use(query rows, key rows) for every segment of a rank's work. Rows of the rank's own tensors, or of
/// the piece that holds the keys.
template <typename Use>
void for_each_segment(const Schedule& schedule, int rank, int step, const Work& work, Use use) {
    const Problem& problem = schedule.problem;
    const Pattern& pattern = problem.patterns[static_cast<size_t>(work.pattern)];
    std::optional<PieceReader> reader;
    if (work.piece >= 0)
        reader.emplace(schedule, pattern, schedule.pieces_in(rank, step)[static_cast<size_t>(work.piece)]);
    std::vector<RowRun> queries;
    std::vector<RowRun> keys;
    for (int64_t segment = work.segments.first; segment < work.segments.end(); ++segment) {
        queries.clear();
        append_own_rows(schedule, pattern, segment, rank, problem.queries == Queries::all, queries);
        if (reader) {
            reader->rows_of(segment, keys);
        } else {
            keys.clear();
            append_own_rows(schedule, pattern, segment, rank, false, keys);
        }
        use(queries, keys);
    }
}

/// Where the keys of a rank's work lie: a block that has no runs yet.
AttentionBlock keys_of(const Schedule& schedule, int rank, int step, const Work& work);

/// By head of the work's pattern: its KV head (own K/V), or that one's place in the stream (slot).
std::vector<int> kv_indices_of(const Schedule& schedule, int rank, int step, const Work& work);

}  // namespace ringscope
