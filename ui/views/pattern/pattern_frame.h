// What stands round the pattern's matrix and over it: axes with rank bands, segment grid, causal edge.
#pragma once

#include "ui/views/pattern/pattern_colours.h"
#include "ui/views/view_context.h"
#include "ui/widgets/plot.h"

namespace ringscope {

inline constexpr float kStripePx = 3;  // of interleaved owners

/// Where things stand, and how tokens map to pixels. Keys run right, queries run down.
struct PatternFrame {
    Box matrix;
    Box key_band;    // rank bands above the matrix
    Box query_band;  // and left of it
    Box key_axis;    // token numbers
    Box query_axis;
    Box side;  // what draw_pattern_side() draws; empty when there is no room
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

/// What a (query, key) cell is for all views. The tokens must lie in the sequence.
Target target_of_pair(const Schedule& schedule, const StepLookup& steps, int pattern, int64_t query,
                      int64_t key);
/// Selects it, and sets the clock to the step in which the key is used.
void select_pair(ViewContext& context, const Target& target);

}  // namespace ringscope
