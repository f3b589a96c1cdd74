// Where Q, K and V come from: a file read by somebody else, or the generator. Any rank can make its own rows.
#pragma once

#include <cstdint>
#include <memory>

#include "engine/experiment/problem.h"

namespace ringscope {

enum class InputTensor { q, k, v };

/// Rows of Q (b, n, h, d), K and V (b, n, kv_heads, d) in the problem's dtype. Thread-safe: calls may run in
/// parallel.
class TensorSource {
  public:
    virtual ~TensorSource() = default;
    /// Writes rows (batch_index, token, all heads of the tensor) of `run` one after the other to `target`:
    /// run.count * heads * head_dim elements of the problem's dtype.
    virtual void read(InputTensor tensor, int batch_index, const TokenRun& run, void* target) const = 0;
};

/// Standard normal values by a counter-based generator (Philox 4x32-10, Salmon et al. 2011) keyed by (seed,
/// tensor), counted by position: independent of ring size and of the order of calls. Rounded to the dtype.
std::unique_ptr<TensorSource> make_generated_source(const Problem& problem, uint64_t seed);

/// Views of whole tensors in memory, laid out (b, n, heads, d) in the problem's dtype; they must outlive the
/// source.
std::unique_ptr<TensorSource> make_memory_source(const Problem& problem, const void* q, const void* k,
                                                 const void* v);

}  // namespace ringscope
