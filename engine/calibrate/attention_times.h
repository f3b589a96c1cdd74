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

/// How fast the cores attend at the moment: FLOPs per second of one worker of `backend`, all of them at work on one small
/// fixed problem. Clock rates move, and what shares cores and caches with this machine moves rates further, by tens of
/// per cent within a fraction of a second; figures that were measured between two looks are brought onto one clock by
/// it. Takes some milliseconds.
double clock_look(const BackendSpec& backend, const std::shared_ptr<BufferPool>& buffers,
                  const std::stop_token& stop);

/// What one worker takes, and clock_look() of then.
struct AttentionTime {
    BlockTime time;
    double clock = 0;
};

/// One steady_run() of one rank. Throws the run's Error.
AttentionTime measure_attention(const AttentionMeasurement& measurement, const CalibrationOptions& options,
                                const std::shared_ptr<BufferPool>& buffers, const std::stop_token& stop);

/// A run for its trace: no output is kept. Throws the run's Error.
std::shared_ptr<const Run> calibration_run(const Experiment& experiment,
                                           const std::shared_ptr<BufferPool>& buffers,
                                           const std::stop_token& stop, const Fault& fault = {});

struct SteadyRun {
    std::shared_ptr<const Run> run;
    double clock = 0;  // clock_look() around it
};

/// A calibration_run() during which the clock did not move: of two tries the first with two looks alike before and
/// after it, or else the one where they differ least.
SteadyRun steady_run(const Experiment& experiment, const std::shared_ptr<BufferPool>& buffers,
                     const std::stop_token& stop, const Fault& fault = {});

/// Of an odd number of values the middle one.
double median_of(std::vector<double> values);

}  // namespace ringscope
