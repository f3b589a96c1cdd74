#include "ui/views/timeline/timeline_view.h"

#include <algorithm>
#include <cmath>

#include "engine/analysis/clock_map.h"
#include "engine/base/number_text.h"
#include "ui/views/run_clock.h"
#include "ui/views/timeline/timeline_frame.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

std::string empty_message(const ViewContext& context) {
    if (context.run && !context.run->error.empty()) {
        return std::string("The run ") +
               (context.run->state == RunState::cancelled ? "was cancelled" : "failed") +
               " before anything was timed: " + context.run->error;
    }
    if (context.busy) return "Running. The timeline appears when the run ends.";
    if (!context.plan) return "Fix the fields marked in red, then press F5 to run.";
    return "Nothing has run yet. Press F5: " + std::to_string(context.plan->ranks) +
           (context.plan->ranks == 1 ? " rank, " : " ranks, ") + std::to_string(context.plan->steps) +
           (context.plan->steps == 1 ? " step, " : " steps, ") +
           bytes_text(static_cast<double>(context.plan->bytes_on_wire)) + " to send.";
}

struct LegendEntry {
    SpanKind kind;
    WaitCause cause;
    const char* words;
    const char* help;
};
constexpr LegendEntry kLegend[] = {
    {SpanKind::compute, WaitCause::none, "compute",
     "computes the attention of its queries over the keys of a chunk"},
    {SpanKind::receive, WaitCause::none, "receive", "a chunk of K and V comes in from another rank"},
    {SpanKind::send, WaitCause::none, "send", "a chunk of K and V goes out to another rank"},
    {SpanKind::wait, WaitCause::late_peer, "late peer",
     "waits for a rank that is not ready to send or receive"},
    {SpanKind::wait, WaitCause::link, "link", "waits for bytes that are on the way"},
    {SpanKind::wait, WaitCause::core, "core", "ready to compute; every core is busy with other ranks"},
    {SpanKind::pack, WaitCause::none, "pack", "gathers its kept keys and values into the chunk that travels"},
    {SpanKind::merge, WaitCause::none, "merge", "joins partial results of several chunks by their LSE"},
    {SpanKind::collective, WaitCause::none, "collective",
     "all ranks gather all K and V together (all_gather)"}};

/// How predicted spans are drawn.
void add_predicted_entry(Toolbar& bar, const Theme& theme) {
    const float swatch = ImGui::GetFontSize() * 0.8f;
    const char* words = "predicted";
    if (!bar.room(swatch + 4 + text_size(theme.small_font, words).x)) return;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImGui::Dummy({swatch + 4 + text_size(theme.small_font, words).x, ImGui::GetFontSize()});
    const char* help = "thin bars below: what the model of this machine predicts for each span";
    bar.register_last("legend/predicted", help);
    if (ImGui::IsItemHovered()) tooltip(std::string(words) + ": " + help);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const Box box{{at.x, at.y + 2 + swatch / 4}, {at.x + swatch, at.y + 2 + swatch * 3 / 4}};
    const ImU32 colour = theme.span_colour(SpanKind::compute);
    list.AddRectFilled(box.min, box.max, with_alpha(colour, 0.3f));
    add_rect(list, box.min, box.max, colour);
    draw_text(list, theme.small_font, {at.x + swatch + 4, at.y}, theme.text_dim, words,
              {at, {at.x + 1e4f, at.y + 1e4f}});
}

void add_legend(Toolbar& bar, const Theme& theme) {
    const float swatch = ImGui::GetFontSize() * 0.8f;
    for (const LegendEntry& entry : kLegend) {
        const std::string name = std::string(1, theme.span_letter(entry.kind)) + " " + entry.words;
        const float width = swatch + 4 + text_size(theme.small_font, name).x;
        if (!bar.room(width)) return;
        const ImVec2 at = ImGui::GetCursorScreenPos();
        ImGui::Dummy({width, ImGui::GetFontSize()});
        bar.register_last((std::string("legend/") + entry.words).c_str(), entry.help);
        if (ImGui::IsItemHovered()) tooltip(std::string(entry.words) + ": " + entry.help);
        ImDrawList& list = *ImGui::GetWindowDrawList();
        draw_bar(list, {{at.x, at.y + 2}, {at.x + swatch, at.y + 2 + swatch}}, entry.kind, theme, false,
                 entry.cause);
        draw_text(list, theme.small_font, {at.x + swatch + 4, at.y}, theme.text_dim, name,
                  {at, {at.x + 1e4f, at.y + 1e4f}});
    }
}

}  // namespace

std::string TimelineView::why_empty(const ViewContext& context) const {
    return context.run && !context.run->trace.spans.empty() ? "" : empty_message(context);
}

void TimelineView::prepare(ViewContext& context) {
    follow_run(context);
    if (context.actions.find) finder.ask();
}

void TimelineView::follow_run(const ViewContext& context) {
    if (shown_ == context.run) return;
    shown_ = context.run;
    zooms_.clear();
    measured.reset();
    statistics_of_ = {};
    statistics_.clear();
    context.clock.view_begin_ns = 0;
    context.clock.view_end_ns = context.run_index->trace.wall_ns();
}

void TimelineView::follow_clock(const std::shared_ptr<const Run>& run, const ClockChange& change) {
    shown_ = run;
    statistics_of_ = {};
    statistics_.clear();
    const auto moved = [&](const Range& range) {
        return Range{change.at(range.begin_ns), change.at(range.end_ns)};
    };
    for (Range& zoom : zooms_) zoom = moved(zoom);
    if (measured) measured = moved(*measured);
}

void TimelineView::draw_controls(Toolbar& bar, ViewContext& context) {
    if (bar.button("fit", "Fit", false)) {
        remember_zoom(context.clock, false);
        context.clock.view_begin_ns = context.clock.view_end_ns = 0;
    }
    if (!zooms_.empty() && bar.button("undo zoom", "Undo zoom", false)) {
        context.clock.view_begin_ns = zooms_.back().begin_ns;
        context.clock.view_end_ns = zooms_.back().end_ns;
        zooms_.pop_back();
    }
    if (bar.button("chain", "Critical path", show_chain)) show_chain = !show_chain;
    if (bar.button("find", "Find", finder.open)) finder.open ? void(finder.open = false) : finder.ask();
    if (context.predicted && bar.button("predicted", "Predicted", show_predicted))
        show_predicted = !show_predicted;
    if (finder.open) go_to_span(context, finder.draw(bar, context));
}

void TimelineView::draw_legend(Toolbar& bar, ViewContext& context, ImVec2) {
    if (shown_prediction(context)) add_predicted_entry(bar, context.theme);
    add_legend(bar, context.theme);
}

const PredictedRun* TimelineView::shown_prediction(const ViewContext& context) const {
    return show_predicted ? context.predicted.get() : nullptr;
}

/// The lanes, and below them what is known of the selection.
void TimelineView::draw_picture(ViewContext& context, ImVec2 size) {
    finder.update(context);
    const float details = details_height(context, size);
    if (measured || details > 0) update_statistics(context);
    draw_lanes(context, {size.x, size.y - details});
    if (details > 0) draw_details(context, {size.x, details});
}

std::vector<TimelineView::Note> TimelineView::notes(const ViewContext& context) const {
    std::vector<Note> lines;
    const CriticalPath& chain = context.run_index->chain;
    if (show_chain) lines.push_back({"timeline/chain sentence", chain_sentence(chain), chain_text(chain)});
    if (measured && statistics_of_.range)
        lines.push_back(
            {"timeline/statistics", statistics_sentence(),
             range_text(context.run_index->trace, measured->begin_ns, measured->end_ns) +
                 "\n\nTable shows count, mean, median and longest of each kind. Drag an edge to change it."});
    if (const PredictedRun* predicted = shown_prediction(context)) {
        const std::string off = off_text(predicted->error);
        if (!off.empty())
            lines.push_back({"timeline/prediction off", off,
                             taken_text(predicted->error.predicted_seconds, predicted->error.taken_seconds) +
                                 "\nTable shows every rank and step."});
    }
    return lines;
}

/// Each line whole, or as many of its parts as fit.
void TimelineView::draw_notes(const TimelineFrame& frame, const std::vector<Note>& lines) const {
    if (frame.footer.empty() || lines.empty()) return;
    const Theme& theme = frame.context.theme;
    const float height = frame.footer.height() / static_cast<float>(lines.size());
    float y = frame.footer.min.y;
    for (const Note& line : lines) {
        const Box box{{frame.footer.min.x, y}, {frame.footer.max.x, y + height}};
        frame.list.AddRectFilled(box.min, box.max, theme.panel);
        std::string shown = line.text;
        while (text_size(theme.small_font, shown).x + 8 > box.width()) {
            const size_t cut = std::max(shown.rfind("  |  ") + 1, shown.rfind(", ") + 1);
            if (cut == 0) break;
            shown.resize(cut - 1);
        }
        draw_text(frame.list, theme.small_font, {box.min.x + 4, y + theme.px(1)}, theme.text, shown, box);
        frame.context.items.add(line.name, box.min, box.max, line.text);
        if (frame.canvas.hovered && box.contains(frame.canvas.mouse)) tooltip(line.more);
        y += height;
    }
}

void TimelineView::draw_table(ViewContext& context, ImVec2 size) {
    finder.update(context);
    update_statistics(context);
    const CriticalPath& chain = context.run_index->chain;
    const float line = ImGui::GetTextLineHeightWithSpacing();
    const PredictedRun* predicted = shown_prediction(context);
    const float room = size.y / (predicted ? 4.0f : 3.0f);
    if (predicted) {
        draw_prediction_table(predicted->error, {size.x, room});
        size.y -= room;
    }
    if (show_chain) {
        const float height = std::min(room, line * static_cast<float>(chain.rank_ns.size() + 4));
        draw_chain_table(chain, {size.x, height});
        size.y -= height;
    }
    const float height = std::min(room, line * static_cast<float>(statistics_.size() + 2));
    go_to_span(context, draw_statistics_table(context, {size.x, height}));
    size.y -= height;
    draw_span_table(*context.run, finder.matches(), size);
}

void TimelineView::draw_lanes(ViewContext& context, ImVec2 size) {
    const TraceIndex& index = context.run_index->trace;
    const Canvas canvas = begin_canvas("timeline/lanes", size, context.items, "timeline");
    const std::vector<Note> lines = notes(context);
    TimelineFrame frame{.run = *context.run,
                        .index = index,
                        .context = context,
                        .list = *canvas.list,
                        .canvas = canvas,
                        .order = order,
                        .predicted = shown_prediction(context)};
    order.update(*context.run, index.ranks());
    frame.scroll = scroll_;
    frame.footer_lines = static_cast<int>(lines.size());
    frame.matches = finder.matches();
    fit_view_range(context.clock, index.wall_ns());
    lay_out_timeline(frame);
    navigate(frame);
    use_keys(frame);
    fit_view_range(context.clock, index.wall_ns());
    lay_out_timeline(frame);
    scroll_ = frame.scroll;
    lanes_width_ = std::max(frame.lanes.width(), 1.0f);

    TimelineHit hit;
    canvas.list->PushClipRect(canvas.box.min, canvas.box.max, true);
    canvas.list->AddRectFilled(frame.lanes.min, frame.lanes.max, context.theme.background);
    draw_timeline_minimap(frame);
    draw_time_axis(*canvas.list, frame.axis, frame.axis_strip, context.theme);
    draw_timeline_rows(frame, items_, hit);
    if (show_chain) draw_timeline_chain(frame, context.run_index->chain);
    draw_notes(frame, lines);
    draw_overlays(frame, hit);
    measure(frame, hit);
    canvas.list->PopClipRect();
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
        const Span& span = frame.run.trace.spans[static_cast<size_t>(hit.span)];
        const std::string error =
            context.predicted ? step_error_text(context.predicted->error, span.rank, span.step) : "";
        tooltip(span_text(frame.run, hit.span) + (error.empty() ? "" : "\n" + error));
    } else if (hit.track) {
        context.selection.next_hovered.rank = hit.rank;
        tooltip(fold_text(frame.run, *hit.track, hit.fold));
    } else if (measured && frame.axis_strip.contains(canvas.mouse)) {
        tooltip(range_text(frame.index, measured->begin_ns, measured->end_ns));
    }
}

}  // namespace ringscope
