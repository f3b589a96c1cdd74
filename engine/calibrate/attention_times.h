// Measured times of attention over blocks of many shapes.
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "engine/calibrate/calibration_options.h"
#include "engine/calibrate/curve_fit.h"
#include "engine/run/run.h"

namespace ringscope {

class BufferPool;

/// One shape of blocks for one kind of kernel call.
struct AttentionMeasurement {
    AttentionCurve like;  // dtype, head_dim, causal
    int64_t rows = 0;     // of a segment
    int64_t keys = 0;     // of a segment; divides rows
};

/// Blocks of 64 to 4096 rows, square and with fewer keys than rows.
std::vector<AttentionMeasurement> attention_measurements(const std::vector<int>& head_dims);

/// How fast the cores are at the moment, as multiply-adds from registers show it: FLOPs per second of `threads`
/// threads. Clock rates move, and what shares the cores with this machine moves them further; figures that were measured
/// between two looks are brought onto one clock by it. Takes some milliseconds.
double clock_look(int threads);

/// Runs of one rank: the time of one worker, brought onto the clock at which clock_look() gives `clock`. Throws the
/// run's Error.
BlockTime measure_attention(const AttentionMeasurement& measurement, const CalibrationOptions& options,
                            double clock, const std::shared_ptr<BufferPool>& buffers,
                            const std::stop_token& stop);

/// A run for its trace: no output is kept. Throws the run's Error.
std::shared_ptr<const Run> calibration_run(const Experiment& experiment,
                                           const std::shared_ptr<BufferPool>& buffers,
                                           const std::stop_token& stop);

/// Of an odd number of values the middle one.
double median_of(std::vector<double> values);

}  // namespace ringscope
