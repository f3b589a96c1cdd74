#include "engine/simulate/attend_tasks.h"

#include <algorithm>
#include <cmath>

namespace ringscope {

double attend_tasks(const DeviceModel& device, int head_dim, double heads, const AttendShape& shape) {
    if (device.kind == DeviceKind::gpu) return 1;
    constexpr double kMostTileRows = 1024;  // query_tile of every kernel
    constexpr double kFewestTileRows = 256, kTaskFlops = 1 << 22;
    constexpr double kTasksPerWorker = 4;
    const double rows = std::max(1.0, std::ceil(shape.rows / shape.segments));
    double tile_rows = kMostTileRows;
    while (tile_rows > kFewestTileRows &&
           std::ceil(rows / tile_rows) * shape.segments * heads < kTasksPerWorker * device.workers)
        tile_rows /= 2;
    const double tiles = std::ceil(rows / tile_rows);
    if (tiles > 1) return heads * shape.segments * tiles;
    const double flops = 4.0 * head_dim * shape.pairs / shape.segments;
    const double segments_per_task =
        std::clamp(std::floor(kTaskFlops / std::max(flops, 1.0)), 1.0, shape.segments);
    return heads * std::ceil(shape.segments / segments_per_task);
}

}  // namespace ringscope
