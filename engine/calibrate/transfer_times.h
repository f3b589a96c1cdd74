// Measured times of what a ring does beside attention: packing, copying between ranks, normalising.
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "engine/calibrate/calibration_options.h"

namespace ringscope {

class BufferPool;

/// Bytes and the seconds that they took.
struct BytesTime {
    double bytes = 0;
    double seconds = 0;
};

struct RingTimes {
    std::vector<BytesTime> transfers;  // from both sides being ready to the last byte
    std::vector<BytesTime> packing;    // bytes of the packed share
    std::vector<BytesTime> merging;    // bytes of o; of one worker
    double step_seconds = 0;           // of a step with next to no work
};

/// Two ranks that compute next to nothing and send from a KiB to some tens of MiB.
RingTimes measure_ring(const CalibrationOptions& options, const std::shared_ptr<BufferPool>& buffers,
                       const std::stop_token& stop);

/// seconds = fixed + bytes / rate, least squares of relative errors; fixed >= 0, rate > 0.
struct LineFit {
    double fixed_seconds = 0;
    double bytes_per_second = 0;
};
LineFit fit_line(const std::vector<BytesTime>& times);

}  // namespace ringscope
