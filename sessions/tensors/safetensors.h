// Tensors in safetensors files: Q, K and V in, O and LSE out.
//
//     8 bytes  N, little-endian: length of the header
//     N bytes  JSON {"name": {"dtype": "F32", "shape": [..], "data_offsets": [begin, end]}, ...}
//     rest     the tensors, row-major, little-endian; offsets count from here
//
// Nothing in a file is trusted: every length is compared with the file's size before it is used, and the
// tensors must tile the data exactly (no gap, no overlap), as the format's own reader demands.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "engine/experiment/problem.h"
#include "engine/run/run.h"
#include "engine/run/tensor_source.h"

namespace ringscope {

/// Maps q (b, n, heads, d), k and v (b, n, kv_heads, d) of the problem's dtype. The source keeps the mapping
/// alive; reading from it is thread-safe. Throws Error(io) when the file cannot be opened, Error(bad_input)
/// when it is not there, damaged or does not hold what the problem needs.
std::shared_ptr<const TensorSource> load_qkv(const std::string& path, const Problem& problem);

/// Writes o (b, n, h, d) and lse (b, h, n) in F32, row by row. Throws Error(io) and leaves nothing
/// half-written; Error(run_failed) when the run kept no output.
void save_output(const std::string& path, const Run& run, const std::stop_token& stop);

}  // namespace ringscope
