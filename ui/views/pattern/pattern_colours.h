// Colours of the pattern's blocks, joined into as few rectangles as show the same.
#pragma once

#include <vector>

#include "engine/analysis/pattern_coverage.h"
#include "engine/analysis/step_lookup.h"
#include "engine/analysis/token_lens.h"
#include "ui/widgets/theme.h"

namespace ringscope {

enum class PatternColour { owner, step, group };

/// Blocks [column_begin, column_end) x [row_begin, row_end) of a CoverageGrid.
struct PatternCell {
    int column_begin = 0;
    int column_end = 0;
    int row_begin = 0;
    int row_end = 0;
    ImU32 colour = 0;
    int mixture = -1;  // index into PatternPicture::mixtures, where keys of several ranks or steps interleave
    float strength = 1;  // of each of its colours over the background

    bool looks_like(const PatternCell& other) const {
        return colour == other.colour && mixture == other.mixture;
    }
};

struct PatternPicture {
    CoverageGrid grid;  // of the chosen pattern
    std::vector<PatternCell> cells;
    /// Ranks that own a block's keys, or steps in which they arrive, where it is several; each list once.
    std::vector<std::vector<int>> mixtures;
};

/// A block's brightness is the root of its pairs over those of the fullest block; its hue is the owner, step
/// or group. In PatternColour::group all patterns lie over each other.
PatternPicture paint_pattern(const Schedule& schedule, const StepLookup& steps, int pattern,
                             PatternColour colour, const TokenWindow& window, int most_cells,
                             const Theme& theme);

/// The whole sequence for a picture beside those of other head groups. All are on one scale of brightness,
/// whose top is what the densest group has inside a segment, so that a dilated group looks as thin as it is;
/// and PatternColour::group is the pattern's own group alone.
PatternPicture paint_thumbnail(const Schedule& schedule, const StepLookup& steps, int pattern,
                               PatternColour colour, int most_cells, const Theme& theme);

/// Colour of a single (query, key) cell, the same as in a picture of single cells; 0 when the pair is not
/// allowed, in PatternColour::group by any pattern.
ImU32 pair_colour(const Schedule& schedule, const StepLookup& steps, int pattern, PatternColour colour,
                  int64_t query, int64_t key, const Theme& theme);

/// Colours of a lens' attended pairs, in the order of TokenLens::pairs; 0 for all others.
std::vector<ImU32> lens_colours(const Schedule& schedule, const StepLookup& steps, int pattern,
                                PatternColour colour, const TokenLens& lens, const Theme& theme);

/// Colour of a step among `steps`.
ImU32 step_colour(const Theme& theme, int step, int steps);
/// Colour of a part of a mixture: a rank, or a step.
ImU32 part_colour(const Theme& theme, PatternColour colour, int part, int steps);

}  // namespace ringscope
