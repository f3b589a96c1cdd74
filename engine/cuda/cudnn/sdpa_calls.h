// A rank's steps as calls of scaled dot product attention (SDPA), the way libraries offer it. Made on the
// host, free of pointers.
//
// A call is (batch, heads, queries, d) x (batch, KV heads, keys, d), everything found by strides. Either
// every query sees every key, or there are as many queries as keys and query i sees keys 0 to i. Work becomes
// calls:
//
// Pairs of runs. A run of query rows and a run of key rows are both affine: their rectangle is one call.
//
// Causal edge. Their tokens are a + i s and b + j u. Taken apart by residues both step by L = lcm(s, u), and
// query i sees keys j <= i + c with c = floor((a - b) / L). The edge then makes at most three calls:
//
//        c     n keys                     above: queries that see nothing (c < 0)
//     | 1 1 1 | 1 . . . | . .          1  all queries x the first c keys
//     | 1 1 1 | 1 1 . . | . .          2  n x n, causal
//     | 1 1 1 | 1 1 1 . | . .          3  the queries below that x its n keys
//     | 1 1 1 | 1 1 1 1 | . .             right: keys that nobody sees
//
// Batches. The same call of several segments is one call with a batch where their first rows step evenly;
// where no segments could be joined, the problem's batch entries are the batch. Heads are joined where they
// and their KV heads step evenly.
//
// No row is twice among a call's queries. A query that several calls share gets its parts merged
// (merge_partial.h).
#pragma once

#include <compare>
#include <string>
#include <vector>

#include "engine/plan/schedule.h"

namespace ringscope {

/// What a library makes its plan for. Strides in elements; d columns lie side by side. K and V have the same.
struct SdpaShape {
    int64_t batch = 1;
    int64_t heads = 1;
    int64_t kv_heads = 1;  // divides heads: head h reads KV head h / (heads / kv_heads)
    int64_t queries = 0;
    int64_t keys = 0;
    int64_t head_dim = 0;
    bool causal = false;
    int64_t q_batch_stride = 0, q_head_stride = 0, q_row_stride = 0;
    int64_t kv_batch_stride = 0, kv_head_stride = 0, kv_row_stride = 0;

    /// Query rows of all heads.
    int64_t rows() const { return batch * heads * queries; }
    auto operator<=>(const SdpaShape&) const = default;  // NOLINT(modernize-use-nullptr): has none
};

/// "SDPA of batch 4, 8 heads (2 KV heads), 1024 queries x 1024 keys, d 128, causal"
std::string text_of(const SdpaShape& shape);

/// Offsets in elements from Q (and O), from K and V (or the slot), from LSE (and sum).
struct SdpaCall {
    SdpaShape shape;
    bool from_slot = false;
    int64_t q_offset = 0, k_offset = 0, v_offset = 0;
    int64_t lse_offset = 0, lse_batch_stride = 0, lse_head_stride = 0, lse_row_stride = 0;
};

/// At most, in one phase of a step.
inline constexpr int kMaxSdpaCalls = 4096;
/// All that a rank computes in one phase of a step, in the order in which it is merged. Throws
/// Error(bad_input) where rows lie in so many runs that it would be more calls than that.
std::vector<SdpaCall> make_sdpa_calls(const Schedule& schedule, int rank, int step, int phase);
/// Of every step and phase: [step * phases + phase].
std::vector<std::vector<SdpaCall>> make_all_sdpa_calls(const Schedule& schedule, int rank);

/// What calls share on a rank's device, one after the other: a call's own O (batch, head, query, d) in the
/// problem's dtype and its LSE (batch, head, query), and what the library wants for itself.
struct SdpaWorkspace {
    int64_t o_bytes = 0;
    int64_t lse_bytes = 0;
    int64_t library_bytes = 0;
    int64_t total_bytes() const {
        return aligned_bytes(o_bytes) + aligned_bytes(lse_bytes) + aligned_bytes(library_bytes);
    }
};
inline constexpr int64_t kSdpaLibraryBytes = int64_t{1} << 20;
/// For the largest of all the rank's calls; nothing for a rank without any.
SdpaWorkspace sdpa_workspace(const Problem& problem, const std::vector<std::vector<SdpaCall>>& calls);

}  // namespace ringscope
