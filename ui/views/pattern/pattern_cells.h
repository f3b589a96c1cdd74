// A pattern's blocks as rectangles, and the grid and numbers of single cells.
#pragma once

#include "ui/views/pattern/pattern_frame.h"

namespace ringscope {

/// Whether single cells are shown, large enough to be told apart.
bool shows_single_cells(const PatternFrame& frame, const CoverageGrid& grid, const Theme& theme);

/// Into frame.matrix. `colour` is what the picture was painted by, `steps` Schedule::steps.
void draw_pattern_cells(ImDrawList& list, const PatternFrame& frame, const PatternPicture& picture,
                        PatternColour colour, int steps, const Theme& theme);

/// Lines between single cells, and their numbers where they fit; allowed cells are registered as
/// "pattern/cell QUERY,KEY".
void draw_single_cells(ImDrawList& list, const PatternFrame& frame, const PatternPicture& picture,
                       ViewContext& context);

}  // namespace ringscope
