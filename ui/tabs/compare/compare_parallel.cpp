#include "ui/tabs/compare/compare_parallel.h"

#include <algorithm>
#include <cmath>

#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

constexpr float kReachPx = 6;           // of the mouse to a line
constexpr size_t kMostNamedRuns = 200;  // of more, the items would cost more than the lines

struct Axes {
    const RunPlot& plot;
    Box box;  // of the axes, without their titles
    float x_of(size_t figure) const {
        return box.min.x +
               box.width() * static_cast<float>(figure) / static_cast<float>(run_axes().size() - 1);
    }
    float y_of(float share) const { return box.max.y - share * box.height(); }
    float share_at(float y) const {
        return std::clamp((box.max.y - y) / std::max(box.height(), 1.0f), 0.0f, 1.0f);
    }
    ImVec2 point(size_t run, size_t figure) const { return {x_of(figure), y_of(plot.shares[run][figure])}; }
    /// How far above or below the run's line is the mouse?
    float distance(size_t run, ImVec2 mouse) const {
        const float step = box.width() / static_cast<float>(run_axes().size() - 1);
        const float place = std::clamp((mouse.x - box.min.x) / std::max(step, 1.0f), 0.0f,
                                       static_cast<float>(run_axes().size() - 1) - 0.001f);
        const auto figure = static_cast<size_t>(place);
        const ImVec2 a = point(run, figure), b = point(run, figure + 1);
        const float t = place - static_cast<float>(figure);
        return std::abs(a.y + (b.y - a.y) * t - mouse.y);
    }
};

void draw_line(const Axes& axes, size_t run, ImDrawList& list, ImU32 colour, float thickness) {
    std::vector<ImVec2> points(run_axes().size());
    for (size_t figure = 0; figure < points.size(); ++figure) points[figure] = axes.point(run, figure);
    add_polyline(list, points.data(), static_cast<int>(points.size()), colour, thickness);
}

/// A wrong answer is drawn as one, whatever its figures are.
ImU32 line_colour(const RunSummary& run, const Theme& theme) {
    return known_wrong(run) ? theme.error : theme.accent;
}

void draw_axis(const Axes& axes, size_t figure, const RunBrush& brush, const Canvas& canvas,
               WidgetContext ui) {
    const RunAxis& shown = run_axes()[figure];
    const FigureScale& scale = axes.plot.scales[figure];
    const float x = axes.x_of(figure);
    const Theme& theme = ui.theme;
    ImDrawList& list = *canvas.list;
    list.AddLine({x, axes.box.min.y}, {x, axes.box.max.y}, theme.grid_strong, 1);
    const std::string most = figure_text(scale.most, shown.unit),
                      least = figure_text(scale.least, shown.unit);
    const float line = text_size(theme.small_font, "0").y;
    const auto centred = [&](float y, ImU32 colour, const std::string& text) {
        const float width = text_size(theme.small_font, text).x;
        const float left =
            std::clamp(x - width / 2, canvas.box.min.x, std::max(canvas.box.min.x, canvas.box.max.x - width));
        draw_text(list, theme.small_font, {left, y}, colour, text, canvas.box);
    };
    centred(canvas.box.min.y, theme.text, std::string(shown.label) + (scale.logarithmic ? " (log)" : ""));
    centred(canvas.box.min.y + line, theme.text_dim, most);
    centred(axes.box.max.y + 1, theme.text_dim, least);
    std::string text = std::string(shown.label) + ": " + least + " to " + most;
    if (const auto& range = brush.ranges[figure]) {
        const Box picked{{x - theme.px(6), axes.y_of(range->to) - 1},
                         {x + theme.px(6), axes.y_of(range->from) + 1}};
        list.AddRectFilled(picked.min, picked.max, with_alpha(theme.hover, 0.35f));
        add_rect(list, picked.min, picked.max, theme.hover);
        text += ", picked " + figure_text(scale.value_at(range->from), shown.unit) + " to " +
                figure_text(scale.value_at(range->to), shown.unit);
    }
    ui.items.add(std::string("compare/parallel/axis ") + shown.key, {x - theme.px(8), axes.box.min.y},
                 {x + theme.px(8), axes.box.max.y}, text);
}

}  // namespace

void ParallelCoordinates::draw(const RunPlot& plot, RunBrush& brush, ImVec2 size, WidgetContext ui) {
    const Canvas canvas = begin_canvas(
        "compare/parallel", size, ui.items,
        std::to_string(plot.runs.size()) + " runs over " + std::to_string(run_axes().size()) + " figures");
    const Theme& theme = ui.theme;
    const float line = text_size(theme.small_font, "0").y, margin = theme.px(50);
    const Axes axes{plot,
                    {{canvas.box.min.x + margin, canvas.box.min.y + 2 * line + 4},
                     {canvas.box.max.x - margin, canvas.box.max.y - line - 2}}};
    if (axes.box.empty()) return;
    // Dimmed ones first: what is picked out lies above them.
    for (const bool kept : {false, true})
        for (size_t run = 0; run < plot.runs.size(); ++run) {
            if (brush.keeps(plot.shares[run]) != kept) continue;
            const ImU32 colour = kept ? line_colour(*plot.runs[run], theme) : theme.grid_strong;
            draw_line(axes, run, *canvas.list, with_alpha(colour, kept ? 0.75f : 0.35f), 1);
        }
    if (brush.hovered >= 0 && brush.hovered < static_cast<int>(plot.runs.size()))
        draw_line(axes, static_cast<size_t>(brush.hovered), *canvas.list, theme.hover, theme.px(2.5f));
    for (size_t figure = 0; figure < run_axes().size(); ++figure) draw_axis(axes, figure, brush, canvas, ui);
    for (size_t run = 0; run < std::min(plot.runs.size(), kMostNamedRuns); ++run) {
        const ImVec2 at = axes.point(run, 0);
        ui.items.add("compare/parallel/run " + std::to_string(plot.runs[run]->id), {at.x - 3, at.y - 3},
                     {at.x + 3, at.y + 3}, plot.runs[run]->name, brush.keeps(plot.shares[run]));
    }

    const float step = axes.box.width() / static_cast<float>(run_axes().size() - 1);
    const int nearest =
        std::clamp(static_cast<int>(std::lround((canvas.mouse.x - axes.box.min.x) / std::max(step, 1.0f))), 0,
                   static_cast<int>(run_axes().size()) - 1);
    const bool on_axis = std::abs(canvas.mouse.x - axes.x_of(static_cast<size_t>(nearest))) < theme.px(9);
    if (canvas.clicked && on_axis) {
        dragged = nearest;
        drag_from = axes.share_at(canvas.mouse.y);
        brush.ranges[static_cast<size_t>(nearest)].reset();  // a click without a drag clears the axis
    }
    if (dragged >= 0 && canvas.left_down) {
        const float to = axes.share_at(canvas.mouse.y);
        if (std::abs(to - drag_from) * axes.box.height() > 3)
            brush.ranges[static_cast<size_t>(dragged)] = {std::min(drag_from, to), std::max(drag_from, to)};
    }
    if (!canvas.left_down) dragged = -1;
    if (!canvas.hovered || dragged >= 0) return;
    float best = theme.px(kReachPx);
    for (size_t run = 0; run < plot.runs.size(); ++run) {
        const float distance = axes.distance(run, canvas.mouse);
        if (distance >= best || !brush.keeps(plot.shares[run])) continue;
        best = distance;
        brush.next_hovered = static_cast<int>(run);
    }
    if (brush.next_hovered >= 0)
        tooltip(run_text(*plot.runs[static_cast<size_t>(brush.next_hovered)]));
    else if (on_axis)
        tooltip("Drag along the axis to pick out runs; a click clears it.");
}

}  // namespace ringscope
