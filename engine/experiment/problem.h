// A problem with nothing left open: every head's (w, r, o), the KV head it reads, the softmax scale.
#pragma once

#include <vector>

#include "engine/experiment/experiment.h"
#include "engine/experiment/token_run.h"

namespace ringscope {

/// The heads of one group that keep the same tokens.
struct Pattern {
    int group = 0;               // index into ProblemSpec::head_groups
    int64_t segment_length = 0;  // w, clipped to seq_len
    int64_t dilation_rate = 1;   // r
    int64_t offset = 0;          // o: token i is kept when (i mod w) mod r == o
    std::vector<int> heads;      // ascending
};

struct Problem {
    int batch = 1;
    int64_t seq_len = 0;
    int heads = 0;
    int kv_heads = 0;
    int head_dim = 0;
    DType dtype = DType::f32;
    bool causal = false;
    double softmax_scale = 1;
    Queries queries = Queries::dilated;
    Mixing mixing = Mixing::head_groups;
    int groups = 0;
    std::vector<Pattern> patterns;  // by group, then offset

    int kv_head_of(int head) const { return head / (heads / kv_heads); }
    int64_t segments_of(const Pattern& pattern) const;                     // ceil(n / w)
    int64_t segment_begin(const Pattern& pattern, int64_t segment) const;  // token
    int64_t segment_end(const Pattern& pattern, int64_t segment) const;    // token, one past
    bool kept(const Pattern& pattern, int64_t token) const;
    /// Whether `query` may attend to `key` under this pattern: same segment, key kept, not after the query if
    /// causal, and the query itself computed (queries = "dilated" computes kept queries only).
    bool allowed(const Pattern& pattern, int64_t query, int64_t key) const;
    /// Allowed (query, key) pairs of one head of one batch entry, in closed form.
    int64_t allowed_pairs(const Pattern& pattern) const;
    /// 4 d FLOPs (2 d for q.k, 2 d for p v) for each allowed pair, all heads and batch entries.
    double flops() const;
    /// 4 d n^2 (causal: n (n + 1) / 2 pairs) for all heads and batch entries: what dense attention would
    /// cost.
    double dense_flops() const;
};

/// Heads [first, first + count) of each group, in the order of ProblemSpec::head_groups. longnet: all heads
/// each.
struct HeadRange {
    int first = 0;
    int count = 0;
};
std::vector<HeadRange> heads_of_groups(const ProblemSpec& spec);

/// `spec` must be valid (validate()).
Problem resolve(const ProblemSpec& spec);

}  // namespace ringscope
