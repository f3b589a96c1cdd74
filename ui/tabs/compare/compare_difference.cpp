#include "ui/tabs/compare/compare_difference.h"

#include <algorithm>

#include "engine/base/number_text.h"

namespace ringscope {

namespace {

float rank_height(const CompareFrame& frame) {
    return std::max(frame.row_height * 0.75f, frame.ui.theme.px(6));
}

void draw_cell(const CompareFrame& frame, const StepDifference& difference, int64_t largest,
               const Box& cell) {
    const Theme& theme = frame.ui.theme;
    ImDrawList& list = *frame.canvas.list;
    const float middle = (cell.min.y + cell.max.y) / 2;
    const float share = static_cast<float>(difference.change_ns()) / static_cast<float>(largest);
    const float tip = middle - share * (cell.height() / 2 - 1);
    const bool longer = share > 0;
    const Box bar{{cell.min.x + 1, std::min(middle, tip)}, {cell.max.x - 1, std::max(middle, tip)}};
    if (!bar.empty()) {
        // More time: warm and hatched. Less: cool and plain. So the sign does not hang on colour alone.
        const ImU32 colour = longer ? theme.warning : theme.accent;
        list.AddRectFilled(bar.min, bar.max, with_alpha(colour, 0.75f));
        if (longer) draw_hatch(list, bar, Hatch::left, with_alpha(theme.text_on(colour), 0.4f), theme.px(5));
    }
    const std::string text = time_change_text(difference.change_ns());
    const ImVec2 size = text_size(theme.small_font, text);
    if (size.y > cell.height() || size.x + 4 > cell.width()) return;
    const Box ground{{(cell.min.x + cell.max.x - size.x) / 2 - 2, middle - size.y / 2},
                     {(cell.min.x + cell.max.x + size.x) / 2 + 2, middle + size.y / 2}};
    list.AddRectFilled(ground.min, ground.max, with_alpha(theme.background, 0.8f), theme.px(2));
    draw_centred(list, theme.small_font, ground, theme.text, text);
}

/// The step's place on the axis, as far as it is shown.
Box cell_box(const CompareFrame& frame, size_t step, float y, float height) {
    const auto& steps = frame.alignment.steps_ns;
    const int64_t begin = steps[step];
    const int64_t end = step + 1 < steps.size() ? steps[step + 1] : frame.alignment.length_ns;
    return {{std::max(frame.axis.x_of(static_cast<double>(begin)), frame.rows.min.x), y},
            {std::min(frame.axis.x_of(static_cast<double>(end)), frame.rows.max.x), y + height}};
}

}  // namespace

float difference_strip_height(const CompareFrame& frame, const StepDifferences& differences) {
    return frame.title_height + rank_height(frame) * static_cast<float>(differences.size());
}

void draw_difference_strip(const CompareFrame& frame, size_t run, const StepDifferences& differences,
                           float y) {
    const Theme& theme = frame.ui.theme;
    ImDrawList& list = *frame.canvas.list;
    const int64_t largest = largest_change_ns(differences);
    const std::string title = frame.set.runs[run].name + " minus " + frame.set.runs[0].name +
                              ", rank by rank and step by step; full height " + nanoseconds_text(largest);
    const Box strip = frame.title_box(y);
    const std::string name = "compare/difference/run " + std::to_string(run + 1);
    frame.ui.items.add(name, strip.min, strip.max, title);
    list.AddRectFilled(strip.min, strip.max, theme.panel);
    if (!draw_text(list, theme.small_font, strip.min, theme.text_dim, title, strip))
        draw_text(list, theme.small_font, strip.min, theme.text_dim, "difference", strip);
    y += frame.title_height;
    const float height = rank_height(frame);
    for (size_t rank = 0; rank < differences.size(); ++rank, y += height) {
        if (!frame.shows(y, y + height)) continue;
        const Box row = frame.row_box(y, height);
        const std::string label = "rank " + std::to_string(rank);
        frame.label(y, height, theme.text_dim, label);
        list.AddLine({row.min.x, y + height / 2}, {row.max.x, y + height / 2}, theme.grid_strong);
        for (size_t step = 0; step < differences[rank].size(); ++step) {
            if (step >= frame.alignment.steps_ns.size()) break;
            const Box cell = cell_box(frame, step, y, height);
            if (cell.empty()) continue;
            const StepDifference& difference = differences[rank][step];
            const std::string text =
                difference_text(difference, static_cast<int>(rank), static_cast<int>(step));
            frame.ui.items.add(name + "/" + label + "/step " + std::to_string(step), cell.min, cell.max,
                               text);
            if (difference.in_both) draw_cell(frame, difference, largest, cell);
            if (frame.mouse_in(cell)) tooltip(text);
        }
    }
}

}  // namespace ringscope
