// Colours of the pattern's blocks, joined into as few rectangles as show the same.
#pragma once

#include <vector>

#include "ui/pattern/pattern_coverage.h"
#include "ui/pattern/step_lookup.h"
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
    int owners = -1;     // index into PatternPicture::owners, when the keys of several ranks interleave
    float strength = 1;  // of each owner's colour over the background

    bool looks_like(const PatternCell& other) const {
        return colour == other.colour && owners == other.owners;
    }
};

struct PatternPicture {
    CoverageGrid grid;  // of the chosen pattern
    std::vector<PatternCell> cells;
    std::vector<std::vector<int>> owners;  // of blocks that hold the keys of several ranks, each list once
    bool mixed = false;                    // some blocks hold several steps: drawn in a neutral colour
};

/// Part of the pattern's kept keys in [begin, end) that each rank owns; ranks without any are left out.
struct OwnerShare {
    int rank = 0;
    int64_t keys = 0;
};
std::vector<OwnerShare> key_owners(const Schedule& schedule, int pattern, int64_t begin, int64_t end);

/// A block's brightness is the root of its pairs over those of the fullest block; its hue is the owner, step
/// or group. In PatternColour::group all patterns lie over each other.
PatternPicture paint_pattern(const Schedule& schedule, const StepLookup& steps, int pattern,
                             PatternColour colour, const TokenWindow& window, int most_cells,
                             const Theme& theme);

/// Colour of a step among `steps`.
ImU32 step_colour(const Theme& theme, int step, int steps);

}  // namespace ringscope::ui
