// Peaks of other plans of the same experiment, for contrast.
#include <algorithm>

#include "engine/plan/plan_size.h"
#include "engine/plan/resolved_ring.h"
#include "engine/plan/schedule.h"

namespace ringscope {

int64_t peak_bytes_if_plannable(const Experiment& experiment, const MemoryModel& model,
                                const std::stop_token& stop) {
    if (!is_plannable(plan_size(experiment))) return 0;
    return predicted_peak_bytes_max(plan(experiment, model, stop));
}

namespace {

/// Of one KV head of one batch entry: all rows that all owners share of a stream.
int64_t rows_of_all(const Problem& problem, const Stream& stream) {
    if (!stream.dilated) return problem.seq_len;
    const auto kept = [&](int64_t tokens) {
        return std::max<int64_t>(0,
                                 (tokens - stream.offset + stream.dilation_rate - 1) / stream.dilation_rate);
    };
    const int64_t w = stream.segment_length;
    return problem.seq_len / w * kept(w) + kept(problem.seq_len % w);
}

}  // namespace

int64_t all_gather_peak_bytes(const Schedule& schedule, const std::stop_token& stop) {
    Experiment gathered = schedule.experiment;
    gathered.ring.strategy = Strategy::all_gather;
    if (schedule.memory_model.workspace_bytes != nullptr)
        return peak_bytes_if_plannable(gathered, schedule.memory_model, stop);
    const ResolvedRing ring = resolve_ring_of(gathered);
    const Problem& problem = ring.problem;
    int64_t tokens = 0;
    for (int rank = 0; rank < ring.placement.ranks(); ++rank)
        tokens = std::max(tokens, ring.placement.tokens_of(rank));
    const BytesByPurpose own = own_bytes(gathered, tokens);
    int64_t slot = 0;
    for (const Stream& stream : ring.streams)
        slot += rows_of_all(problem, stream) * static_cast<int64_t>(stream.kv_heads.size()) * problem.batch *
                problem.head_dim * 2 * bytes_of(problem.dtype);
    return total_bytes(own) + aligned_bytes(slot);
}

}  // namespace ringscope
