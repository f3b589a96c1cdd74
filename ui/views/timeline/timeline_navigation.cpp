// Zooming, panning and the keys of the timeline.
#include <algorithm>
#include <cmath>

#include "engine/analysis/ring_moment.h"
#include "ui/views/run_clock.h"
#include "ui/views/timeline/timeline_frame.h"
#include "ui/views/timeline/timeline_view.h"
#include "ui/views/view_frame.h"

namespace ringscope {

namespace {

constexpr size_t kMostZooms = 64;
constexpr double kWheelPause = 0.6;  // seconds after which a wheel click begins a new zoom to undo
constexpr float kLeastShownPx = 40;  // a span that was gone to is at least as wide

/// The selected transfer; of a selected compute span the one that brought its chunk (`arriving`), or the one
/// that takes the chunk on to the next rank. -1: there is none.
int transfer_of(const Run& run, const Target& selected, bool arriving) {
    if (selected.transfer >= 0 || !run.schedule || selected.rank < 0 || selected.step < 0)
        return selected.transfer;
    const Schedule& schedule = *run.schedule;
    const int step = schedule.strategy == Strategy::all_gather ? 0 : selected.step + (arriving ? 0 : 1);
    if (selected.rank >= schedule.ranks || step >= schedule.steps) return -1;
    const RankStep& plan =
        schedule.rank_plans[static_cast<size_t>(selected.rank)].steps[static_cast<size_t>(step)];
    for (const int transfer : arriving ? plan.receives : plan.sends) {
        const std::vector<int> owners = owners_of(schedule, transfer);
        if (selected.owner < 0 || std::binary_search(owners.begin(), owners.end(), selected.owner))
            return transfer;
    }
    return -1;
}

}  // namespace

void TimelineView::remember_zoom(const Clock& clock, bool continues) {
    const double now = ImGui::GetTime();
    const bool joined = continues && now - last_wheel_ < kWheelPause;
    last_wheel_ = now;
    const Range range{clock.view_begin_ns, clock.view_end_ns};
    if (joined || (!zooms_.empty() && zooms_.back() == range)) return;
    zooms_.push_back(range);
    if (zooms_.size() > kMostZooms) zooms_.erase(zooms_.begin());
}

void TimelineView::show_range(Clock& clock, int64_t wall_ns, Range range) {
    remember_zoom(clock, false);
    const int64_t margin = std::max<int64_t>((range.end_ns - range.begin_ns) / 20, 2);
    clock.view_begin_ns = std::max<int64_t>(range.begin_ns - margin, 0);
    clock.view_end_ns = std::min(range.end_ns + margin, std::max(wall_ns, kMinViewNs));
    fit_view_range(clock, wall_ns);
}

void TimelineView::navigate(TimelineFrame& frame) {
    Clock& clock = frame.context.clock;
    const Canvas& canvas = frame.canvas;
    const ImGuiIO& io = ImGui::GetIO();
    const int64_t wall = frame.index.wall_ns();
    if (canvas.clicked) focus_view(frame.context.selection, kInfo);
    if (canvas.wheel != 0 && frame.labels.contains(canvas.mouse)) {
        frame.scroll -= canvas.wheel * frame.row_height;
    } else if (canvas.wheel != 0 && io.KeyShift) {
        pan_view_range(clock, wall, -canvas.wheel * 0.15 * frame.axis.span_ns());
    } else if (canvas.wheel != 0) {
        remember_zoom(clock, true);
        const double anchor =
            frame.axis.time_at(std::clamp(canvas.mouse.x, frame.lanes.min.x, frame.lanes.max.x));
        zoom_view_range(clock, wall, anchor, std::pow(io.KeyCtrl ? 0.93 : 0.8, canvas.wheel));
    }
    if (canvas.right_down && (canvas.drag.x != 0 || canvas.drag.y != 0)) {
        pan_view_range(clock, wall, -canvas.drag.x * frame.axis.ns_per_pixel());
        frame.scroll -= canvas.drag.y;
    }
    dragging_map_ =
        canvas.left_down && (dragging_map_ || (canvas.clicked && frame.minimap.contains(canvas.mouse)));
    if (dragging_map_) {
        const double share = (canvas.mouse.x - frame.minimap.min.x) / std::max(frame.minimap.width(), 1.0f);
        const double centre = std::clamp(share, 0.0, 1.0) * static_cast<double>(wall);
        pan_view_range(clock, wall,
                       centre - static_cast<double>(clock.view_begin_ns + clock.view_end_ns) / 2);
    }
    const int rank = frame.context.selection.selected.rank;
    if (rank != scrolled_to_ && rank >= 0 && rank < frame.index.ranks()) {
        const float top = frame.row_height * static_cast<float>(frame.order.place_of(rank));
        if (top < frame.scroll) frame.scroll = top;
        frame.scroll = std::max(frame.scroll, top + frame.row_height - frame.lanes.height());
    }
    scrolled_to_ = rank;
}

void TimelineView::use_keys(TimelineFrame& frame) {
    const ViewActions& actions = frame.context.actions;
    Clock& clock = frame.context.clock;
    Target& selected = frame.context.selection.selected;
    const int64_t wall = frame.index.wall_ns();
    const Trace& trace = frame.run.trace;
    const bool over = frame.canvas.hovered && frame.lanes.contains(frame.canvas.mouse);
    const double middle = static_cast<double>(clock.view_begin_ns + clock.view_end_ns) / 2;
    if (actions.zoom != 0) {
        remember_zoom(clock, true);
        zoom_view_range(clock, wall, over ? frame.axis.time_at(frame.canvas.mouse.x) : middle,
                        std::pow(0.7, actions.zoom));
    }
    if (actions.pan != 0) pan_view_range(clock, wall, actions.pan * 0.2 * frame.axis.span_ns());
    if (actions.show_all) show_range(clock, wall, {0, wall});
    if (actions.undo_zoom && !zooms_.empty()) {
        clock.view_begin_ns = zooms_.back().begin_ns;
        clock.view_end_ns = zooms_.back().end_ns;
        zooms_.pop_back();
    }
    const auto choose = [&](int span) {
        if (span >= 0) selected = target_of(trace, span);
    };
    if (actions.next_span) choose(frame.index.neighbour(trace, selected.span, 1));
    if (actions.previous_span) choose(frame.index.neighbour(trace, selected.span, -1));
    if (actions.follow_sender) choose(frame.index.send_span(transfer_of(frame.run, selected, true)));
    if (actions.follow_receiver) choose(frame.index.receive_span(transfer_of(frame.run, selected, false)));
    const std::optional<Range> range = selected_range(frame.context);
    if (actions.measure && range) measured = range;
    if (actions.longest) go_to_longest(frame.context);
    if (actions.sort_ranks) order.next_sort();
    if (actions.rank_to_top && frame.order.place_of(selected.rank) >= 0) order.toggle_top(selected.rank);
    if (!actions.frame_selection) return;
    if (selected.span < 0 && measured)
        show_range(clock, wall, *measured);
    else if (range)
        show_range(clock, wall, *range);
}

/// Of the selected span, else of the selected step.
std::optional<TimelineView::Range> TimelineView::selected_range(const ViewContext& context) const {
    const Target& selected = context.selection.selected;
    const Trace& trace = context.run->trace;
    const TraceIndex& index = context.run_index->trace;
    if (selected.span >= 0 && selected.span < static_cast<int>(trace.spans.size())) {
        const Span& span = trace.spans[static_cast<size_t>(selected.span)];
        return Range{span.begin_ns, span.end_ns};
    }
    if (selected.step < 0 || selected.step >= index.steps() || index.step(selected.step).empty())
        return std::nullopt;
    return Range{index.step(selected.step).begin_ns, index.step(selected.step).end_ns};
}

/// Of the selected span's kind and cause over the whole run; with none selected, of all spans.
void TimelineView::go_to_longest(ViewContext& context) {
    const Trace& trace = context.run->trace;
    const int selected = context.selection.selected.span;
    const Span* like = selected >= 0 && selected < static_cast<int>(trace.spans.size())
                           ? &trace.spans[static_cast<size_t>(selected)]
                           : nullptr;
    int longest = -1;
    int64_t longest_ns = -1;
    for (size_t i = 0; i < trace.spans.size(); ++i) {
        const Span& span = trace.spans[i];
        if (span.rank < 0 || (like && (span.kind != like->kind || span.cause != like->cause))) continue;
        if (span.end_ns - span.begin_ns <= longest_ns) continue;
        longest_ns = span.end_ns - span.begin_ns;
        longest = static_cast<int>(i);
    }
    go_to_span(context, longest);
}

void TimelineView::go_to_span(ViewContext& context, int span_index) {
    if (span_index < 0) return;
    const Trace& trace = context.run->trace;
    const Span& span = trace.spans[static_cast<size_t>(span_index)];
    Clock& clock = context.clock;
    context.selection.selected = target_of(trace, span_index);
    clock.time_ns = static_cast<double>(span.begin_ns);
    const int64_t wall = context.run_index->trace.wall_ns();
    const int64_t length = std::max<int64_t>(span.end_ns - span.begin_ns, 1);
    const double shown = static_cast<double>(clock.view_end_ns - clock.view_begin_ns);
    const double px = static_cast<double>(length) / std::max(shown, 1.0) * lanes_width_;
    const bool in_sight = span.begin_ns >= clock.view_begin_ns && span.end_ns <= clock.view_end_ns;
    if (in_sight && px >= kLeastSpanPx) return;
    const auto wanted = static_cast<int64_t>(
        px < kLeastShownPx ? static_cast<double>(length) * lanes_width_ / kLeastShownPx : shown);
    const int64_t half = std::max(wanted, kMinViewNs) / 2;
    const int64_t middle = span.begin_ns + length / 2;
    remember_zoom(clock, true);
    clock.view_begin_ns = middle - half;
    clock.view_end_ns = middle + half;
    fit_view_range(clock, wall);
}

}  // namespace ringscope
