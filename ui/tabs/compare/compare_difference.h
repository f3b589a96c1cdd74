// Between two stacked timelines: how much longer or shorter each rank took for each ring step.
#pragma once

#include "engine/analysis/step_difference.h"
#include "ui/tabs/compare/compare_frame.h"

namespace ringscope {

/// Below the middle line: less time, above it: more; as high as its share of the largest change. Only where
/// steps are aligned.
void draw_difference_strip(const CompareFrame& frame, size_t run, const StepDifferences& differences,
                           float y);
float difference_strip_height(const CompareFrame& frame, const StepDifferences& differences);

}  // namespace ringscope
