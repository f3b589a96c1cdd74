#include "ui/tabs/compare/compare_scatter.h"

#include <algorithm>
#include <cmath>

#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

constexpr float kReachPx = 8;
constexpr size_t kMostNamedRuns = 200;

/// A disc: verified. A ring: not verified. A cross: a wrong answer.
void draw_mark(ImDrawList& list, ImVec2 at, const RunSummary& run, float radius, ImU32 colour) {
    if (known_wrong(run)) {
        list.AddLine({at.x - radius, at.y - radius}, {at.x + radius, at.y + radius}, colour, 2);
        list.AddLine({at.x - radius, at.y + radius}, {at.x + radius, at.y - radius}, colour, 2);
    } else if (run.verified) {
        list.AddCircleFilled(at, radius, colour);
    } else {
        list.AddCircle(at, radius, colour, 0, 1.5f);
    }
}

bool choose(WidgetContext ui, const char* name, int& figure) {
    std::vector<Option> options;
    for (const RunAxis& shown : run_axes()) options.push_back({shown.label, ""});
    return combo(ui, name, options, figure, ui.theme.px(130));
}

std::string axis_title(const RunPlot& plot, int figure) {
    return std::string(run_axes()[static_cast<size_t>(figure)].label) +
           (plot.scales[static_cast<size_t>(figure)].logarithmic ? " (log)" : "");
}

}  // namespace

void RunScatter::follow_drag(const Canvas& canvas, const Box& box, RunBrush& brush) {
    if (canvas.clicked) {
        dragging_ = true;
        drag_from_ = canvas.mouse;
        brush.ranges[static_cast<size_t>(x)].reset();
        brush.ranges[static_cast<size_t>(y)].reset();
    }
    if (!canvas.left_down) dragging_ = false;
    if (!dragging_) return;
    const auto share = [](float from, float to, float at) {
        return std::clamp((at - from) / std::max(to - from, 1.0f), 0.0f, 1.0f);
    };
    const float left = share(box.min.x, box.max.x, std::min(drag_from_.x, canvas.mouse.x));
    const float right = share(box.min.x, box.max.x, std::max(drag_from_.x, canvas.mouse.x));
    const float low = 1 - share(box.min.y, box.max.y, std::max(drag_from_.y, canvas.mouse.y));
    const float high = 1 - share(box.min.y, box.max.y, std::min(drag_from_.y, canvas.mouse.y));
    if ((right - left) * box.width() < 3 && (high - low) * box.height() < 3) return;
    brush.ranges[static_cast<size_t>(x)] = RunBrush::Range{left, right};
    if (x != y) brush.ranges[static_cast<size_t>(y)] = RunBrush::Range{low, high};
}

void RunScatter::draw(const RunPlot& plot, RunBrush& brush, ImVec2 size, WidgetContext ui) {
    const float top = ImGui::GetCursorPosY();
    choose(ui, "compare/scatter/y", y);
    ImGui::SameLine();
    ImGui::AlignTextToFramePadding();
    text_item(ui, "compare/scatter/over", "over", ui.theme.text_dim);
    ImGui::SameLine();
    choose(ui, "compare/scatter/x", x);
    size.y -= ImGui::GetCursorPosY() - top;
    const Canvas canvas =
        begin_canvas("compare/scatter", size, ui.items, axis_title(plot, y) + " over " + axis_title(plot, x));
    const Theme& theme = ui.theme;
    const float line = text_size(theme.small_font, "0").y;
    const Box box{{canvas.box.min.x + theme.px(70), canvas.box.min.y + theme.px(8)},
                  {canvas.box.max.x - theme.px(12), canvas.box.max.y - line - theme.px(8)}};
    if (box.empty()) return;
    ImDrawList& list = *canvas.list;
    list.AddRectFilled({box.min.x - theme.px(6), box.min.y - theme.px(6)},
                       {box.max.x + theme.px(6), box.max.y + theme.px(6)}, theme.background);
    const FigureScale &across = plot.scales[static_cast<size_t>(x)],
                      &up = plot.scales[static_cast<size_t>(y)];
    for (int tick = 0; tick <= 4; ++tick) {
        const float share = static_cast<float>(tick) / 4;
        const float at_x = box.min.x + share * box.width(), at_y = box.max.y - share * box.height();
        list.AddLine({at_x, box.min.y}, {at_x, box.max.y}, theme.grid);
        list.AddLine({box.min.x, at_y}, {box.max.x, at_y}, theme.grid);
        const std::string below =
            figure_text(across.value_at(share), run_axes()[static_cast<size_t>(x)].unit);
        const float width = text_size(theme.small_font, below).x;
        draw_text(list, theme.small_font,
                  {std::min(at_x - width / 2, canvas.box.max.x - width), box.max.y + theme.px(7)},
                  theme.text_dim, below, canvas.box);
        draw_text(list, theme.small_font, {canvas.box.min.x, at_y - line / 2}, theme.text_dim,
                  figure_text(up.value_at(share), run_axes()[static_cast<size_t>(y)].unit), canvas.box);
    }
    follow_drag(canvas, box, brush);
    float best = theme.px(kReachPx);
    for (size_t run = 0; run < plot.runs.size(); ++run) {
        const ImVec2 at{box.min.x + plot.shares[run][static_cast<size_t>(x)] * box.width(),
                        box.max.y - plot.shares[run][static_cast<size_t>(y)] * box.height()};
        const RunSummary& shown = *plot.runs[run];
        const bool kept = brush.keeps(plot.shares[run]), hovered = brush.hovered == static_cast<int>(run);
        const bool wrong = known_wrong(shown);
        const ImU32 colour = !kept ? theme.grid_strong : wrong ? theme.error : theme.accent;
        draw_mark(list, at, shown, theme.px(hovered ? 6 : 4), hovered ? theme.hover : colour);
        if (run < kMostNamedRuns)
            ui.items.add("compare/scatter/run " + std::to_string(shown.id), {at.x - 4, at.y - 4},
                         {at.x + 4, at.y + 4}, shown.name, kept);
        const float distance = std::hypot(at.x - canvas.mouse.x, at.y - canvas.mouse.y);
        if (!canvas.hovered || dragging_ || distance >= best) continue;
        best = distance;
        brush.next_hovered = static_cast<int>(run);
    }
    if (canvas.hovered && !dragging_ && best < theme.px(kReachPx) && brush.next_hovered >= 0)
        tooltip(run_text(*plot.runs[static_cast<size_t>(brush.next_hovered)]));
}

}  // namespace ringscope
