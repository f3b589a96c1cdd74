// What stands round the pattern's matrix: axes with rank bands, segment grid, causal edge, load bars and
// legend.
#pragma once

#include "ui/pattern/pattern_colours.h"
#include "ui/plot.h"
#include "ui/view_context.h"

namespace ringscope::ui {

inline constexpr float kStripePx = 3;  // of interleaved owners

/// Where things stand, and how tokens map to pixels. Keys run right, queries run down.
struct PatternFrame {
    Box matrix;
    Box key_band;    // rank bands above the matrix
    Box query_band;  // and left of it
    Box key_axis;    // token numbers
    Box query_axis;
    Box side;  // load bars and legend; empty when there is no room
    TokenWindow window;

    float x_of(double key) const;
    float y_of(double query) const;
    double key_at(float x) const;
    double query_at(float y) const;
};

PatternFrame make_pattern_frame(const Box& canvas, const Theme& theme);

void draw_pattern_axes(ImDrawList& list, const PatternFrame& frame, const Schedule& schedule,
                       ViewContext& context);
/// Segment grid, causal edge, and frames round what is selected or hovered.
void draw_pattern_lines(ImDrawList& list, const PatternFrame& frame, const Schedule& schedule, int pattern,
                        const ViewContext& context);
void draw_pattern_side(ImDrawList& list, const PatternFrame& frame, const Schedule& schedule, int pattern,
                       PatternColour colour, const PatternPicture& picture, ViewContext& context);
/// "query, key" in single cells where it fits; the cells are registered as "pattern/cell QUERY,KEY".
void draw_pattern_cell_numbers(ImDrawList& list, const PatternFrame& frame, const PatternPicture& picture,
                               ViewContext& context);

}  // namespace ringscope::ui
