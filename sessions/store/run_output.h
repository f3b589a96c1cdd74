// A run's o and lse as rows of the run file, in and out, and as tensors in memory. For the .cpp files of this
// folder.
#pragma once

#include <cstdint>
#include <memory>

#include "engine/experiment/problem.h"
#include "engine/run/run.h"
#include "sessions/store/database.h"

namespace ringscope {

/// Of one row of output_chunk; the last of a tensor is shorter.
inline constexpr int64_t kOutputChunkBytes = int64_t{1} << 20;

/// Bytes of o and lse together, F32.
int64_t output_bytes(const Problem& problem);

/// Inside the caller's transaction.
void insert_output(Db& db, int64_t run, const Problem& problem, const RunOutput& output);

/// Null when none was kept. Throws Error(io) when the file does not hold exactly the problem's tensors.
std::shared_ptr<const RunOutput> read_output(Db& db, int64_t run, const Problem& problem);

}  // namespace ringscope
