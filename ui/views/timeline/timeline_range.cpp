// What a left drag over the timeline measures: the range, its edges, and what happened in it.
#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "ui/views/timeline/timeline_frame.h"
#include "ui/views/timeline/timeline_view.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

void TimelineView::measure(TimelineFrame& frame, const TimelineHit& hit) {
    const Canvas& canvas = frame.canvas;
    const auto time = [&](float x) {
        return std::clamp(frame.axis.time_at(x), 0.0, static_cast<double>(frame.index.wall_ns()));
    };
    const bool on_axis = frame.axis_strip.contains(canvas.mouse);
    const bool over = frame.lanes.contains(canvas.mouse) || on_axis;
    const std::optional<int64_t> other_edge = over ? edge_across(frame) : std::nullopt;
    if (other_edge || dragging_edge_) ImGui::SetMouseCursor(ImGuiMouseCursor_ResizeEW);
    if (canvas.clicked && over) {
        drag_from_ns_ = other_edge ? static_cast<double>(*other_edge) : time(canvas.mouse.x);
        dragging_edge_ = other_edge.has_value();
    }
    if (drag_from_ns_ >= 0 && canvas.left_down) {
        const ImVec2 moved = ImGui::GetMouseDragDelta(ImGuiMouseButton_Left, 0);
        if (dragging_edge_ || std::fabs(moved.x) > frame.context.theme.px(4)) {
            const double now = time(canvas.mouse.x);
            measured = Range{static_cast<int64_t>(std::min(drag_from_ns_, now)),
                             static_cast<int64_t>(std::max(drag_from_ns_, now))};
            tooltip(range_text(frame.index, measured->begin_ns, measured->end_ns));
            return;
        }
    }
    if (canvas.double_clicked && hit.span >= 0) {
        const Span& span = frame.run.trace.spans[hit.span];
        show_range(frame.context.clock, frame.index.wall_ns(), {span.begin_ns, span.end_ns});
    } else if (canvas.double_clicked && hit.track) {
        show_range(frame.context.clock, frame.index.wall_ns(), {hit.fold.begin_ns, hit.fold.end_ns});
    }
    if (canvas.clicked && !dragging_edge_) select(frame, hit);
    if (!canvas.released) return;
    drag_from_ns_ = -1;
    dragging_edge_ = false;
}

/// The far edge of the measured range when the mouse is on the near one: a drag then moves the near one.
std::optional<int64_t> TimelineView::edge_across(const TimelineFrame& frame) const {
    if (!measured) return std::nullopt;
    const float begin = frame.axis.x_of(static_cast<double>(measured->begin_ns));
    const float end = frame.axis.x_of(static_cast<double>(measured->end_ns));
    const float x = frame.canvas.mouse.x, reach = frame.context.theme.px(4);
    if (std::fabs(x - begin) <= reach) return measured->end_ns;
    if (std::fabs(x - end) <= reach) return measured->begin_ns;
    return std::nullopt;
}

TimelineView::Range TimelineView::range_looked_at(const ViewContext& context) const {
    return measured ? *measured : Range{0, context.run_index->trace.wall_ns()};
}

/// The rank that was chosen by its name; of a measured range also that of the selected span.
int TimelineView::rank_looked_at(const ViewContext& context) const {
    const Target& selected = context.selection.selected;
    return measured || selected.span < 0 ? selected.rank : -1;
}

/// Rebuilt when the range stands still: a drag over a million spans would count them in each frame.
void TimelineView::update_statistics(const ViewContext& context) {
    const StatisticsKey wanted{measured, rank_looked_at(context), true};
    if (wanted == statistics_of_ || drag_from_ns_ >= 0) return;
    statistics_of_ = wanted;
    const Range range = range_looked_at(context);
    statistics_ = range_statistics(context.run->trace, context.run_index->trace, range.begin_ns, range.end_ns,
                                   wanted.rank);
}

std::string TimelineView::statistics_sentence() const {
    std::string text = nanoseconds_text(measured->end_ns - measured->begin_ns);
    text += statistics_of_.rank >= 0 ? " of rank " + std::to_string(statistics_of_.rank) : " of all ranks";
    std::vector<KindStatistics> largest = statistics_;
    std::stable_sort(largest.begin(), largest.end(), [](const KindStatistics& a, const KindStatistics& b) {
        return a.total_ns > b.total_ns;
    });
    for (const KindStatistics& kind : largest)
        text += "  |  " + kind.name() + " " + percent_text(kind.share) + ": " + count_text(kind.count) +
                " x " + nanoseconds_text(kind.mean_ns()) + ", longest " + nanoseconds_text(kind.longest_ns);
    return text + (largest.empty() ? "  |  nothing happens" : "");
}

void TimelineView::select(TimelineFrame& frame, const TimelineHit& hit) {
    const Canvas& canvas = frame.canvas;
    if (frame.lanes.contains(canvas.mouse) || frame.axis_strip.contains(canvas.mouse)) {
        measured.reset();
        frame.context.clock.time_ns =
            std::clamp(frame.axis.time_at(canvas.mouse.x), 0.0, static_cast<double>(frame.index.wall_ns()));
    }
    if (!frame.lanes.contains(canvas.mouse)) return;
    frame.context.selection.selected = hit.span >= 0 ? target_of(frame.run.trace, hit.span) : Target{};
    if (hit.span < 0) frame.context.selection.selected.rank = hit.rank;
    scrolled_to_ = frame.context.selection.selected.rank;  // what was clicked is in sight
}

}  // namespace ringscope
