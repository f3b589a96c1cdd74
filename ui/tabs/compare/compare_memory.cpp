#include "ui/tabs/compare/compare_memory.h"

#include <algorithm>

#include "engine/base/number_text.h"
#include "ui/widgets/plot.h"
#include "ui/widgets/time_axis.h"

namespace ringscope {

namespace {

int64_t most_bytes(const std::vector<MemoryPoint>& curve) {
    int64_t most = 0;
    for (const MemoryPoint& point : curve) most = std::max(most, point.bytes);
    return most;
}

/// The point that holds at a time; null before the first.
const MemoryPoint* point_at(const std::vector<MemoryPoint>& curve, int64_t time_ns) {
    const auto after =
        std::upper_bound(curve.begin(), curve.end(), time_ns,
                         [](int64_t time, const MemoryPoint& point) { return time < point.time_ns; });
    return after == curve.begin() ? nullptr : &*(after - 1);
}

struct Plot {
    Box box;
    TimeAxis axis;
    int64_t most = 1;
    float y_of(int64_t bytes) const {
        return box.max.y -
               static_cast<float>(static_cast<double>(bytes) / static_cast<double>(most)) * box.height();
    }
};

void draw_curve(const Plot& plot, const std::vector<MemoryPoint>& curve, int64_t end_ns, ImU32 colour,
                float thickness, ImDrawList& list) {
    for (size_t i = 0; i < curve.size(); ++i) {
        const float left = plot.axis.x_of(static_cast<double>(curve[i].time_ns)),
                    y = plot.y_of(curve[i].bytes);
        const int64_t next = i + 1 < curve.size() ? curve[i + 1].time_ns : std::max(end_ns, curve[i].time_ns);
        const float right = plot.axis.x_of(static_cast<double>(next));
        list.AddLine({left, y}, {right, y}, colour, thickness);
        if (i + 1 < curve.size())
            list.AddLine({right, y}, {right, plot.y_of(curve[i + 1].bytes)}, colour, thickness);
    }
}

void show_values(const ComparedSet& set, const Plot& plot, const Canvas& canvas, const Theme& theme) {
    if (!canvas.hovered || !plot.box.contains(canvas.mouse)) return;
    const auto time = static_cast<int64_t>(plot.axis.time_at(canvas.mouse.x));
    canvas.list->AddLine({canvas.mouse.x, plot.box.min.y}, {canvas.mouse.x, plot.box.max.y}, theme.hover);
    std::string text = nanoseconds_text(time) + " after each run's start";
    for (size_t run = 0; run < set.runs.size(); ++run) {
        const MemoryPoint* point = point_at(set.memory[run], time);
        const bool over = time > set.runs[run].run->trace.wall_ns;
        text += "\n" + set.runs[run].name + "  " +
                (over || !point ? "-"
                                : bytes_text(static_cast<double>(point->bytes)) + " on rank " +
                                      std::to_string(point->rank));
    }
    tooltip(text);
}

}  // namespace

void draw_compare_memory(const ComparedSet& set, ImVec2 size, WidgetContext ui) {
    const Canvas canvas =
        begin_canvas("compare/memory", size, ui.items, "memory of the fullest rank over time");
    const Theme& theme = ui.theme;
    const float line = text_size(theme.small_font, "0").y;
    const float keys = line * static_cast<float>(set.runs.size());
    Plot plot;
    plot.box = {{canvas.box.min.x + theme.px(60), canvas.box.min.y + line / 2 + keys},
                {canvas.box.max.x - theme.px(8), canvas.box.max.y - line * 1.4f}};
    int64_t longest = kMinViewNs;
    for (size_t run = 0; run < set.runs.size(); ++run) {
        longest = std::max(longest, set.runs[run].run->trace.wall_ns);
        plot.most = std::max(plot.most, most_bytes(set.memory[run]));
    }
    if (plot.box.empty()) return;
    plot.axis = {0, longest, plot.box.min.x, plot.box.max.x};
    ImDrawList& list = *canvas.list;
    list.AddRectFilled(plot.box.min, plot.box.max, theme.background);
    for (int tick = 0; tick <= 2; ++tick) {
        const int64_t bytes = plot.most * tick / 2;
        const float y = plot.y_of(bytes);
        list.AddLine({plot.box.min.x, y}, {plot.box.max.x, y}, theme.grid);
        draw_text(list, theme.small_font, {canvas.box.min.x, y - line / 2}, theme.text_dim,
                  bytes_text(static_cast<double>(bytes)), canvas.box);
    }
    for (size_t run = set.runs.size(); run-- > 0;) {
        const ImU32 colour = theme.category_colour(static_cast<int>(run));
        // Later runs are thinner: where lines coincide, all of them are seen.
        const float thickness = theme.px(run == 0 ? 4.0f : 2.0f);
        const float y = canvas.box.min.y + line * static_cast<float>(run);
        const std::string text =
            set.runs[run].name + ", at most " + bytes_text(static_cast<double>(most_bytes(set.memory[run])));
        list.AddLine({plot.box.min.x, y + line / 2}, {plot.box.min.x + theme.px(18), y + line / 2}, colour,
                     thickness);
        draw_text(list, theme.small_font, {plot.box.min.x + theme.px(24), y}, theme.text,
                  fitted(text, plot.box.width() - theme.px(30)), canvas.box);
        ui.items.add("compare/memory/run " + std::to_string(run + 1), {plot.box.min.x, y},
                     {plot.box.max.x, y + line}, text);
    }
    for (size_t run = 0; run < set.runs.size(); ++run)
        draw_curve(plot, set.memory[run], set.runs[run].run->trace.wall_ns,
                   theme.category_colour(static_cast<int>(run)), theme.px(run == 0 ? 4.0f : 2.0f), list);
    draw_time_axis(list, plot.axis, {{plot.box.min.x, plot.box.max.y}, {canvas.box.max.x, canvas.box.max.y}},
                   theme);
    show_values(set, plot, canvas, theme);
}

}  // namespace ringscope
