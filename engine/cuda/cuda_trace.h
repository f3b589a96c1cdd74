// From events on GPUs to spans on the host's clock.
#pragma once

#include <map>

#include "engine/cuda/device_clock.h"
#include "engine/cuda/transport/device_transport.h"
#include "engine/run/trace.h"

namespace ringscope {

/// Clocks are by device and closed; every stream is idle. Times count from `start_ns` of steady_ns(). What
/// was never reached, in a run that did not end well, is left out.
Trace make_trace(const Schedule& schedule, const std::vector<std::unique_ptr<CudaRank>>& ranks,
                 const DeviceTransport& transport, const std::map<int, DeviceClock>& clocks,
                 int64_t start_ns);

/// Device time of a rank's attention, and its memory.
RankCounters counters_of(const CudaRank& rank, const Trace& trace);

}  // namespace ringscope
