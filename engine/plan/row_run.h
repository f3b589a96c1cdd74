// Rows of runs in memory: plain data, for schedules, executors and kernels.
#pragma once

#include <cstdint>

namespace ringscope {

/// Tokens of a run and the rows they lie in: token first_token + i * token_stride is row first_row + i *
/// row_stride. Tokens count from the start of the segment they lie in.
struct RowRun {
    int64_t first_row = 0;
    int64_t row_stride = 1;
    int64_t first_token = 0;
    int64_t token_stride = 1;
    int64_t count = 0;
};

}  // namespace ringscope
