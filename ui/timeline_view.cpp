#include "ui/timeline_view.h"

#include <algorithm>
#include <cmath>

#include "ui/format.h"
#include "ui/imgui_compat.h"
#include "ui/timeline_frame.h"

namespace ringscope::ui {

namespace {

constexpr size_t kMostZooms = 64;
constexpr double kWheelPause = 0.6;  // seconds after which a wheel click begins a new zoom to undo

std::string empty_message(const ViewContext& context) {
    if (context.run && !context.run->error.empty()) {
        return std::string("The run ") +
               (context.run->state == RunState::cancelled ? "was cancelled" : "failed") +
               " before anything was timed: " + context.run->error;
    }
    if (context.busy) return "Running. The timeline appears when the run ends.";
    if (!context.plan) return "Mend the fields marked red, then press F5 to run.";
    return "Nothing has run yet. Press F5: " + std::to_string(context.plan->ranks) +
           (context.plan->ranks == 1 ? " rank, " : " ranks, ") + std::to_string(context.plan->steps) +
           (context.plan->steps == 1 ? " step, " : " steps, ") +
           bytes_text(static_cast<double>(context.plan->bytes_on_wire)) + " to send.";
}

void add_legend(Toolbar& bar, const Theme& theme) {
    for (int kind = 0; kind < kSpanKinds; ++kind) {
        const auto k = static_cast<SpanKind>(kind);
        const std::string name = std::string(1, theme.span_letter(k)) + " " + name_of(k);
        const float swatch = ImGui::GetFontSize() * 0.8f;
        if (!bar.room(swatch + 4 + text_size(theme.small_font, name).x)) return;
        const ImVec2 at = ImGui::GetCursorScreenPos();
        ImGui::Dummy({swatch + 4 + text_size(theme.small_font, name).x, ImGui::GetFontSize()});
        ImDrawList& list = *ImGui::GetWindowDrawList();
        draw_bar(list, {{at.x, at.y + 2}, {at.x + swatch, at.y + 2 + swatch}}, k, theme, false);
        draw_text(list, theme.small_font, {at.x + swatch + 4, at.y}, theme.text_dim, name,
                  {at, {at.x + 1e4f, at.y + 1e4f}});
    }
}

}  // namespace

void TimelineView::draw(ViewContext& context, ImVec2 size) {
    ImGui::PushID("timeline");
    const ImVec2 start = ImGui::GetCursorScreenPos();
    const bool empty = !context.run || context.run->trace.spans.empty();
    if (empty) {
        const Canvas canvas = begin_canvas("timeline/lanes", size, context.items, "no timeline");
        draw_message(*canvas.list, canvas.box, context.theme, empty_message(context));
        if (canvas.clicked) context.selection.focused = ViewName::timeline;
    } else {
        forget_old_run(context);
        const bool toolbar = size.y > 4 * Toolbar::height();
        if (toolbar) {
            draw_toolbar(context, size.x);
            set_cursor({start.x, start.y + Toolbar::height()});
        }
        const ImVec2 rest{size.x, size.y - (toolbar ? Toolbar::height() : 0)};
        show_table ? draw_span_table(*context.run, rest) : draw_picture(context, rest);
    }
    ImGui::PopID();
}

void TimelineView::forget_old_run(const ViewContext& context) {
    const int64_t wall = context.index_of(*context.run).wall_ns();
    if (wall == shown_wall_ns_ && context.run->started_utc_ms == shown_started_ms_) return;
    shown_wall_ns_ = wall;
    shown_started_ms_ = context.run->started_utc_ms;
    zooms_.clear();
    measured.reset();
    context.clock.view_begin_ns = 0;
    context.clock.view_end_ns = wall;
}

void TimelineView::draw_toolbar(ViewContext& context, float width) {
    Toolbar bar("timeline", width, context.theme, context.items);
    if (bar.button("fit", "Fit", false)) {
        remember_zoom(context.clock, false);
        context.clock.view_begin_ns = context.clock.view_end_ns = 0;
    }
    if (!zooms_.empty() && bar.button("undo zoom", "Undo zoom", false)) {
        context.clock.view_begin_ns = zooms_.back().begin_ns;
        context.clock.view_end_ns = zooms_.back().end_ns;
        zooms_.pop_back();
    }
    if (bar.button("table", "Table", show_table)) show_table = !show_table;
    add_legend(bar, context.theme);
}

void TimelineView::draw_picture(ViewContext& context, ImVec2 size) {
    const TraceIndex& index = context.index_of(*context.run);
    const Canvas canvas = begin_canvas("timeline/lanes", size, context.items, "timeline");
    TimelineFrame frame{*context.run, index, context, *canvas.list, canvas, {},     {},
                        {},           {},    {},      {},           0,      scroll_};
    fit_view_range(context.clock, index.wall_ns());
    lay_out_timeline(frame);
    navigate(frame);
    use_keys(frame);
    fit_view_range(context.clock, index.wall_ns());
    lay_out_timeline(frame);
    scroll_ = frame.scroll;

    TimelineHit hit;
    canvas.list->PushClipRect(canvas.box.min, canvas.box.max, true);
    canvas.list->AddRectFilled(frame.lanes.min, frame.lanes.max, context.theme.background);
    draw_timeline_minimap(frame);
    draw_time_axis(*canvas.list, frame.axis, frame.axis_strip, context.theme);
    draw_timeline_rows(frame, items_, hit);
    draw_overlays(frame, hit);
    measure(frame, hit);
    canvas.list->PopClipRect();
}

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
    if (canvas.clicked) frame.context.selection.focused = ViewName::timeline;
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
        const float top = frame.row_height * static_cast<float>(rank);
        if (top < frame.scroll) frame.scroll = top;
        frame.scroll = std::max(frame.scroll, top + frame.row_height - frame.lanes.height());
    }
    scrolled_to_ = rank;
}

void TimelineView::use_keys(TimelineFrame& frame) {
    if (frame.context.selection.focused != ViewName::timeline) return;
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
    if (actions.follow_sender) choose(frame.index.send_span(selected.transfer));
    if (actions.follow_receiver) choose(frame.index.receive_span(selected.transfer));
    const bool has_span = selected.span >= 0 && selected.span < static_cast<int>(trace.spans.size());
    if (!actions.frame_selection) return;
    if (has_span) {
        show_range(clock, wall, {trace.spans[selected.span].begin_ns, trace.spans[selected.span].end_ns});
    } else if (measured) {
        show_range(clock, wall, *measured);
    } else if (selected.step >= 0 && selected.step < frame.index.steps() &&
               !frame.index.step(selected.step).empty()) {
        const StepRange& step = frame.index.step(selected.step);
        show_range(clock, wall, {step.begin_ns, step.end_ns});
    }
}

void TimelineView::measure(TimelineFrame& frame, const TimelineHit& hit) {
    const Canvas& canvas = frame.canvas;
    const auto time = [&](float x) {
        return std::clamp(frame.axis.time_at(x), 0.0, static_cast<double>(frame.index.wall_ns()));
    };
    const bool on_axis = frame.axis_strip.contains(canvas.mouse);
    if (canvas.clicked && (frame.lanes.contains(canvas.mouse) || on_axis))
        drag_from_ns_ = time(canvas.mouse.x);
    if (drag_from_ns_ >= 0 && canvas.left_down) {
        const ImVec2 moved = ImGui::GetMouseDragDelta(ImGuiMouseButton_Left, 0);
        if (std::fabs(moved.x) > frame.context.theme.px(4)) {
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
    if (canvas.clicked) select(frame, hit);
    if (canvas.released) drag_from_ns_ = -1;
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

void TimelineView::draw_overlays(TimelineFrame& frame, const TimelineHit& hit) {
    ViewContext& context = frame.context;
    const Theme& theme = context.theme;
    ImDrawList& list = frame.list;
    const Canvas& canvas = frame.canvas;
    draw_timeline_transfer(frame, context.selection.selected.transfer, theme.accent);
    draw_timeline_transfer(frame, context.selection.hovered.transfer, theme.hover);
    if (measured) {
        const float left =
            std::max(frame.axis.x_of(static_cast<double>(measured->begin_ns)), frame.lanes.min.x);
        const float right =
            std::min(frame.axis.x_of(static_cast<double>(measured->end_ns)), frame.lanes.max.x);
        const Box box{{left, frame.axis_strip.min.y}, {right, frame.lanes.max.y}};
        if (!box.empty()) {
            list.AddRectFilled(box.min, box.max, with_alpha(theme.accent, 0.15f));
            add_rect(list, box.min, box.max, theme.accent);
            context.items.add("timeline/range", box.min, box.max,
                              nanoseconds_text(measured->end_ns - measured->begin_ns));
        }
    }
    const float now = frame.axis.x_of(context.clock.time_ns);
    if (now >= frame.lanes.min.x && now <= frame.lanes.max.x) {
        list.AddLine({now, frame.axis_strip.min.y}, {now, frame.lanes.max.y}, theme.error, theme.px(1.5f));
        context.items.add("timeline/clock", {now - 3, frame.axis_strip.min.y}, {now + 3, frame.lanes.max.y},
                          nanoseconds_text(static_cast<int64_t>(context.clock.time_ns)));
    }
    draw_failure(frame);
    const bool measuring = canvas.left_down && measured;
    if (!canvas.hovered || measuring) return;
    if (frame.lanes.contains(canvas.mouse)) {
        list.AddLine({canvas.mouse.x, frame.lanes.min.y}, {canvas.mouse.x, frame.lanes.max.y},
                     with_alpha(theme.text, 0.35f));
    }
    if (hit.span >= 0) {
        context.selection.next_hovered = target_of(frame.run.trace, hit.span);
        tooltip(span_text(frame.run, hit.span));
    } else if (hit.track) {
        context.selection.next_hovered.rank = hit.rank;
        tooltip(fold_text(frame.run, *hit.track, hit.fold));
    } else if (measured && frame.axis_strip.contains(canvas.mouse)) {
        tooltip(range_text(frame.index, measured->begin_ns, measured->end_ns));
    }
}

}  // namespace ringscope::ui
