// Attention in the pieces in which a device takes it: what is launched one by one, and what its workers share.
#pragma once

#include "engine/experiment/machine_model.h"

namespace ringscope {

/// Some work of one head and batch entry.
struct AttendShape {
    double segments = 1;
    double rows = 0;   // of queries that see a key, over all segments
    double pairs = 0;  // allowed, over all segments
};

/// A GPU gets all heads and segments in one launch; workers of a CPU share them by tiles of query rows, as
/// engine/cpu/attend_job.h cuts them. `heads` counts them for all batch entries.
double attend_tasks(const DeviceModel& device, int head_dim, double heads, const AttendShape& shape);

}  // namespace ringscope
