// Tensors in safetensors files: Q, K and V in, O and LSE out.
//
//     8 bytes  N, little-endian: length of the header
//     N bytes  JSON {"name": {"dtype": "F32", "shape": [..], "data_offsets": [begin, end]}, ...}
//     rest     the tensors, row-major, little-endian; offsets count from here
//
// Nothing in a file is trusted: every length is compared with the file's size before it is used, and the
// tensors must tile the data exactly (no gap, no overlap), as the format's own reader demands. They may lie in any order
// and at any byte, and tensors of other names may have any dtype.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "engine/experiment/problem.h"
#include "engine/run/run.h"
#include "engine/run/tensor_source.h"
#include "sessions/input_file.h"

namespace ringscope {

/// In which order q, k and v lie: "bnhd" is (batch, tokens, heads, head_dim), as this program has them; "bhnd" is
/// (batch, heads, tokens, head_dim), as PyTorch's attention takes them.
enum class QkvLayout { bnhd, bhnd };
template <>
struct EnumNames<QkvLayout> {
    static constexpr const char* names[] = {"bnhd", "bhnd"};
};

/// q with the problem's heads, k and v with its kv_heads, all of its dtype, read from the file when they are asked for.
/// The source keeps the file open; reading from it is thread-safe. Throws Error(bad_input) when the file is damaged or
/// does not hold what the problem needs.
std::shared_ptr<const TensorSource> load_qkv(std::shared_ptr<const InputFile> file, const Problem& problem,
                                             QkvLayout layout = QkvLayout::bnhd);
/// The same from a path; a pipe is waited for until `stop` is requested. Throws as InputFile does, too.
std::shared_ptr<const TensorSource> load_qkv(const std::string& path, const Problem& problem,
                                             QkvLayout layout = QkvLayout::bnhd,
                                             const std::stop_token& stop = {});

/// Writes o (b, n, h, d) and lse (b, h, n) in F32, row by row. Throws Error(io) and leaves nothing
/// half-written; Error(run_failed) when the run kept no output.
void save_output(const std::string& path, const Run& run, const std::stop_token& stop);

}  // namespace ringscope
