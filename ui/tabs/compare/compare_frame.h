// Where the stacked timelines of the Compare tab stand in this frame: what their strips are drawn with.
#pragma once

#include <vector>

#include "engine/analysis/span_folding.h"
#include "engine/analysis/step_alignment.h"
#include "sessions/compare/compared_set.h"
#include "ui/widgets/plot.h"
#include "ui/widgets/time_axis.h"
#include "ui/widgets/widgets.h"

namespace ringscope {

struct CompareFrame {
    const ComparedSet& set;
    const Alignment& alignment;
    WidgetContext ui;
    Canvas canvas;
    Box rows;  // of all strips, without labels and axis
    TimeAxis axis;
    float row_height = 0;    // of a rank
    float title_height = 0;  // of a strip
    std::vector<FoldedItem>& scratch;

    bool shows(float top, float bottom) const { return bottom >= rows.min.y && top <= rows.max.y; }
    bool mouse_in(const Box& box) const {
        return canvas.hovered && rows.contains(canvas.mouse) && box.contains(canvas.mouse);
    }
    Box title_box(float y) const { return {{canvas.box.min.x, y}, {canvas.box.max.x, y + title_height}}; }
    Box row_box(float y, float height) const { return {{rows.min.x, y}, {rows.max.x, y + height}}; }
    /// Left of a row, when it is high enough to be read.
    void label(float y, float height, ImU32 colour, const std::string& text) const {
        if (height < title_height * 0.8f) return;
        draw_text(*canvas.list, ui.theme.small_font, {canvas.box.min.x, y}, colour, text,
                  {{canvas.box.min.x, y}, {rows.min.x, y + std::max(height, title_height) + 2}});
    }
};

/// One run: its name, and one row per rank with work and waiting above, what arrives below.
void draw_run_strip(const CompareFrame& frame, size_t run, float y);
float run_strip_height(const CompareFrame& frame, size_t run);

}  // namespace ringscope
