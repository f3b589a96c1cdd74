// Colours of the pattern's blocks, joined into as few rectangles as show the same.
#pragma once

#include <vector>

#include "ui/pattern_coverage.h"
#include "ui/step_lookup.h"
#include "ui/theme.h"

namespace ringscope::ui {

enum class PatternColour { owner, step, group };

/// Blocks [column_begin, column_end) x [row_begin, row_end) of a CoverageGrid.
struct PatternCell {
    int column_begin = 0;
    int column_end = 0;
    int row_begin = 0;
    int row_end = 0;
    ImU32 colour = 0;
};

struct PatternPicture {
    CoverageGrid grid;  // of the chosen pattern
    std::vector<PatternCell> cells;
    bool mixed = false;  // some blocks hold several owners or steps: drawn in a neutral colour
};

/// A block's brightness is the root of its pairs over those of the fullest block; its hue is the owner, step
/// or group. In PatternColour::group all patterns lie over each other.
PatternPicture paint_pattern(const Schedule& schedule, const StepLookup& steps, int pattern,
                             PatternColour colour, const TokenWindow& window, int most_cells,
                             const Theme& theme);

/// Colour of a step among `steps`.
ImU32 step_colour(const Theme& theme, int step, int steps);

}  // namespace ringscope::ui
