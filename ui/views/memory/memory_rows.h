// The rows of the memory view: one per rank, over time when measured, one bar when predicted.
#pragma once

#include <algorithm>
#include <string>

#include "engine/analysis/memory_samples.h"
#include "ui/views/view_context.h"
#include "ui/widgets/plot.h"
#include "ui/widgets/time_axis.h"

namespace ringscope {

/// What a curve or bar is compared with, bytes per rank.
struct Contrast {
    int64_t predicted = 0;
    int64_t all_gather = 0;
    int64_t undilated = 0;  // chunks sent whole
    int64_t most = 1;       // top of the scale
    bool lines = true;      // drawn in the rows; else beside them as figures, and the scale is the rows' own
};

struct MemoryPicture {
    ViewContext& context;
    ImDrawList& list;
    const Canvas& canvas;
    const Theme& theme;
    float label = 0;  // width of the rank names
    float line = 0;   // height of text

    float y_of(const Box& box, double bytes, int64_t most) const {
        const double share = std::clamp(bytes / static_cast<double>(std::max<int64_t>(most, 1)), 0.0, 1.0);
        return box.max.y - static_cast<float>(share) * box.height();
    }
};

struct MeasuredRow {
    Box box;
    int rank;
    SampleRange range;
};

/// One horizontal bar, stacked by purpose.
void draw_predicted_row(const MemoryPicture& picture, const Box& row, int rank, const RankPlan& plan,
                        const Contrast& contrast);
/// Bytes over time, stacked by purpose, with the high-water mark and the lines for contrast.
void draw_measured_row(const MemoryPicture& picture, const MeasuredRow& row, const TimeAxis& axis,
                       const Run& run, Contrast contrast);

}  // namespace ringscope
