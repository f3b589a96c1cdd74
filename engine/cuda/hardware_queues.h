// How far ahead of the devices the host may put steps into their streams.
//
// All streams of a device and priority share a few hardware queues (CUDA_DEVICE_MAX_CONNECTIONS, 8 when not
// set) of 1024 entries each. What was put in first goes first there, and a call that finds its queue full
// blocks the host.
#pragma once

#include "engine/plan/schedule.h"

namespace ringscope {

/// One that is computed and one that is on its way meanwhile.
inline constexpr int kFewestStepsInLine = 2;

/// As many as leave half of the queues' room free.
int most_steps_in_line(const Schedule& schedule);

}  // namespace ringscope
