#include "ui/tabs/compare/compare_timelines.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "sessions/traces/imported_text.h"
#include "ui/inputs.h"
#include "ui/views/run_clock.h"

namespace ringscope {

namespace {

constexpr float kWheelZoom = 0.8f;
constexpr size_t kMostDifferences = 4;  // runs that are shown with differences at first: more have no room

void draw_steps(const CompareFrame& frame) {
    for (const int64_t begin : frame.alignment.steps_ns) {
        if (begin < frame.axis.begin_ns || begin > frame.axis.end_ns) continue;
        const float x = frame.axis.x_of(static_cast<double>(begin));
        frame.canvas.list->AddLine({x, frame.rows.min.y}, {x, frame.rows.max.y}, frame.ui.theme.grid_strong);
    }
}

std::string place_text(const CompareFrame& frame) {
    const double time = frame.axis.time_at(frame.canvas.mouse.x);
    std::string text;
    for (size_t step = 0; step < frame.alignment.steps_ns.size(); ++step)
        if (static_cast<double>(frame.alignment.steps_ns[step]) <= time)
            text = "step " + std::to_string(step) + ", " +
                   nanoseconds_text(static_cast<int64_t>(time) - frame.alignment.steps_ns[step]) +
                   " after its start";
    return text.empty() ? nanoseconds_text(static_cast<int64_t>(time)) + " after the start" : text;
}

/// How far down the picture is, where there is more of it than room.
void draw_scroll_mark(const CompareFrame& frame, float scroll, float content) {
    const float room = frame.rows.height();
    if (content <= room || room < 1) return;
    const float width = frame.ui.theme.px(4);
    const float top = frame.rows.min.y + scroll / content * room;
    frame.canvas.list->AddRectFilled({frame.rows.max.x - width, top},
                                     {frame.rows.max.x, top + room / content * room},
                                     with_alpha(frame.ui.theme.text_dim, 0.7f), width / 2);
}

/// Each kind as its bars look. Where there is no room for all, letters and hatches stand in the bars too.
void draw_legend(WidgetContext ui) {
    const float side = ImGui::GetTextLineHeight() * 0.8f;
    for (const SpanKind kind : {SpanKind::pack, SpanKind::compute, SpanKind::merge, SpanKind::wait,
                                SpanKind::receive, SpanKind::collective}) {
        const std::string label = std::string(1, ui.theme.span_letter(kind)) + " " + ringscope::name_of(kind);
        const float gap = ImGui::GetStyle().ItemInnerSpacing.x;
        ImGui::SameLine(0, ui.theme.px(14));
        if (ImGui::GetContentRegionAvail().x < side + gap + ImGui::CalcTextSize(label.c_str()).x)
            return ImGui::NewLine();
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const float top = at.y + (ImGui::GetFrameHeight() - side) / 2;
        draw_bar(*ImGui::GetWindowDrawList(), {{at.x, top}, {at.x + side, top + side}}, kind, ui.theme,
                 false);
        ImGui::Dummy({side, ImGui::GetFrameHeight()});
        ImGui::SameLine(0, gap);
        ImGui::AlignTextToFramePadding();
        text_item(ui, std::string("compare/legend/") + ringscope::name_of(kind), label, ui.theme.text_dim);
    }
}

}  // namespace

void CompareTimelines::show(std::shared_ptr<const ComparedSet> set, const ImportedTraces& traces,
                            const std::vector<int64_t>& trace_ids, const TraceGuests* guests) {
    trace_ids_ = trace_ids;
    const auto same = [](const std::shared_ptr<const ImportedTrace>& trace, const ShownTrace& shown) {
        return trace == shown.trace;
    };
    const bool same_traces = std::equal(traces.begin(), traces.end(), traces_.begin(), traces_.end(), same);
    if (set == set_ && same_traces) return take_offsets(guests);
    if (set && set != set_) differences = set->runs.size() <= kMostDifferences;
    set_ = std::move(set);
    std::vector<ShownTrace> now;
    for (const auto& trace : traces) {
        const auto before = std::find_if(traces_.begin(), traces_.end(),
                                         [&](const ShownTrace& shown) { return shown.trace == trace; });
        now.push_back({trace, before == traces_.end() ? 0 : before->offset_ns});
    }
    traces_ = std::move(now);
    offsets_of_ = nullptr;
    realign();
    take_offsets(guests);
    show_dense_part();
}

/// Once for each guests: what a person moved meanwhile stays where it is.
void CompareTimelines::take_offsets(const TraceGuests* guests) {
    if (guests == offsets_of_ || !guests || guests->traces.size() != traces_.size()) return;
    offsets_of_ = guests;
    const bool moved = std::any_of(traces_.begin(), traces_.end(),
                                   [](const ShownTrace& shown) { return shown.offset_ns != 0; });
    if (!guests->comparison.one_job || moved) return;
    for (size_t i = 0; i < traces_.size(); ++i) traces_[i].offset_ns = guests->comparison.offset_ns[i];
    realign();
    show_dense_part();
}

/// Of traces alone, first where nearly all events lie: few that are far away would leave the rest a pixel wide.
void CompareTimelines::show_dense_part() {
    if (!set_ || !set_->runs.empty() || traces_.empty()) return;
    int64_t begin_ns = INT64_MAX, end_ns = 0;
    for (const ShownTrace& shown : traces_) {
        begin_ns = std::min(begin_ns, shown.offset_ns + shown.trace->dense_begin_ns);
        end_ns = std::max(end_ns, shown.offset_ns + shown.trace->dense_end_ns);
    }
    if (end_ns <= begin_ns) return;
    range_.view_begin_ns = begin_ns;
    range_.view_end_ns = end_ns;
    fit_view_range(range_, length_ns());
}

int64_t CompareTimelines::length_ns() const {
    int64_t length = alignment_.length_ns;
    for (const ShownTrace& shown : traces_)
        length = std::max(length, shown.offset_ns + shown.trace->length_ns);
    return std::max(length, kMinViewNs);
}

void CompareTimelines::realign() {
    alignment_ = {};
    if (set_) alignment_ = by_step ? align_by_step(set_->bounds) : align_by_clock(set_->bounds);
    range_.view_begin_ns = 0;
    range_.view_end_ns = length_ns();
    scroll_ = 0;
}

void CompareTimelines::draw_toolbar(WidgetContext ui, Commands& commands) {
    if (set_->runs.empty()) {
        if (button(ui, "compare/show all", "Show all", "The whole of every trace.")) realign();
        return draw_trace_buttons(ui, commands);
    }
    const bool before = by_step;
    if (toggle(ui, "compare/by step", "Align by ring step", by_step,
               "Each step begins at one place in all runs."))
        by_step = true;
    ImGui::SameLine();
    if (toggle(ui, "compare/by clock", "by clock", !by_step, "All runs start together.")) by_step = false;
    if (by_step != before) realign();
    ImGui::SameLine();
    if (button(ui, "compare/show all", "Show all", "The whole of every run and trace.")) realign();
    if (set_->runs.size() > 1) {
        ImGui::SameLine();
        if (toggle(ui, "compare/differences", "Differences", shows_differences(),
                   by_step ? "Between the timelines: how much longer each rank took for each step."
                           : "Only where runs are aligned by ring step."))
            differences = !differences;
    }
    draw_trace_buttons(ui, commands);
    draw_legend(ui);
}

void CompareTimelines::draw_keep_button(size_t trace, WidgetContext ui, Commands& commands) {
    const int64_t id = trace < trace_ids_.size() ? trace_ids_[trace] : 0;
    const std::string kept = id > 0           ? "it is kept already, as run " + std::to_string(id)
                             : id == kNotHere ? "it came from a run file, and its own file is not at hand"
                                              : "";
    const std::string name = "compare/trace " + std::to_string(trace + 1) + "/keep";
    if (button(ui, name, ("Keep##" + name).c_str(), "Keep the trace in the run file, listed beside the runs.",
               kept))
        commands.push_back(KeepTrace{trace});
}

void CompareTimelines::draw_trace_buttons(WidgetContext ui, Commands& commands) {
    for (size_t i = 0; i < traces_.size(); ++i) {
        const ImportedTrace& trace = *traces_[i].trace;
        const std::string name = "compare/trace " + std::to_string(i + 1);
        ImGui::SameLine(0, ui.theme.px(14));
        const std::string label = fitted(trace.name, ui.theme.px(120)) + " x";
        if (button(ui, name + "/close", label.c_str(), "Close " + trace.name + "."))
            commands.push_back(CloseTrace{i});
        ImGui::SameLine();
        draw_keep_button(i, ui, commands);
        ImGui::SameLine();
        static constexpr const char* headers[] = {"lane", "name", "slices", "total", "longest"};
        const std::vector<ImportedTotal>& totals = trace.totals;
        const auto cell = [&](int row, int column) -> std::string {
            const ImportedTotal& total = totals[static_cast<size_t>(row)];
            if (column == 0) return lane_title(trace, total.lane);
            if (column == 1) return trace.text(total.name);
            if (column == 2) return count_text(total.slices);
            return nanoseconds_text(column == 3 ? total.total_ns : total.longest_ns);
        };
        const std::string copied =
            table_twin(ui, name + "/table",
                       {"Where the time went, by name", headers, static_cast<int>(totals.size()), cell});
        if (!copied.empty()) commands.push_back(CopyText{copied});
    }
}

void CompareTimelines::lay_out(CompareFrame& frame) const {
    const Box& box = frame.canvas.box;
    const float line = ImGui::GetFontSize();
    const float labels = std::min(line * (traces_.empty() ? 4.0f : 8.0f), box.width() / 4);
    frame.rows = {{box.min.x + labels, box.min.y}, {box.max.x, std::max(box.min.y, box.max.y - line * 1.3f)}};
    frame.title_height = line * 1.15f;
    float rows = 0;  // in rows of a rank; difference rows are lower
    float titles = static_cast<float>(frame.set.indices.size());
    for (size_t run = 0; run < frame.set.indices.size(); ++run) {
        rows += static_cast<float>(frame.set.indices[run].ranks());
        if (!shows_differences() || frame.set.differences[run].empty()) continue;
        rows += 0.75f * static_cast<float>(frame.set.differences[run].size());
        ++titles;
    }
    const float room = frame.rows.height() * (traces_.empty() ? 1.0f : 0.5f);
    const float fair = (room - titles * frame.title_height) / std::max(rows, 1.0f);
    frame.row_height = std::clamp(fair, frame.ui.theme.px(7), frame.ui.theme.px(34));
}

float CompareTimelines::content_height(const CompareFrame& frame) const {
    float height = 0;
    for (size_t run = 0; run < frame.set.indices.size(); ++run) {
        height += run_strip_height(frame, run);
        if (shows_differences() && !frame.set.differences[run].empty())
            height += difference_strip_height(frame, frame.set.differences[run]);
    }
    for (const ShownTrace& shown : traces_) height += imported_strip_height(frame, *shown.trace);
    return height;
}

/// Wheel: zoom; with Shift: scroll. Drag: move the picture; with Shift, over a trace: move that alone.
void CompareTimelines::follow_mouse(CompareFrame& frame, float content) {
    const Canvas& canvas = frame.canvas;
    const bool shift = ImGui::GetIO().KeyShift;
    const int64_t length = length_ns();
    fit_view_range(range_, length);
    frame.axis = {range_.view_begin_ns, range_.view_end_ns, frame.rows.min.x, frame.rows.max.x};
    if (canvas.wheel != 0 && !shift)
        zoom_view_range(range_, length, frame.axis.time_at(canvas.mouse.x),
                        std::pow(kWheelZoom, canvas.wheel));
    if (canvas.wheel != 0 && shift) scroll_ -= canvas.wheel * frame.row_height * 3;
    if (canvas.clicked && shift)
        for (size_t i = 0; i < strips_.size() && i < traces_.size(); ++i)
            if (canvas.mouse.y >= strips_[i].first && canvas.mouse.y < strips_[i].second)
                moved_trace_ = static_cast<int>(i);
    if (!canvas.left_down) moved_trace_ = -1;
    const double moved_ns = static_cast<double>(canvas.drag.x) * frame.axis.ns_per_pixel();
    if (moved_trace_ >= 0 && moved_trace_ < static_cast<int>(traces_.size())) {
        ShownTrace& shown = traces_[static_cast<size_t>(moved_trace_)];
        shown.offset_ns += static_cast<int64_t>(moved_ns);
        shown.offset_ns = std::clamp(shown.offset_ns, -shown.trace->length_ns, length);
    } else if (canvas.left_down) {
        pan_view_range(range_, length, -moved_ns);
        scroll_ -= canvas.drag.y;
    }
    scroll_ = std::clamp(scroll_, 0.0f, std::max(0.0f, content - frame.rows.height()));
    frame.axis.begin_ns = range_.view_begin_ns;
    frame.axis.end_ns = range_.view_end_ns;
}

void CompareTimelines::draw_strips(const CompareFrame& frame) {
    float y = frame.rows.min.y - scroll_;
    for (size_t run = 0; run < frame.set.indices.size(); ++run) {
        if (shows_differences() && !frame.set.differences[run].empty()) {
            draw_difference_strip(frame, run, frame.set.differences[run], y);
            y += difference_strip_height(frame, frame.set.differences[run]);
        }
        draw_run_strip(frame, run, y);
        y += run_strip_height(frame, run);
    }
    strips_.clear();
    for (size_t i = 0; i < traces_.size(); ++i) {
        const float height = imported_strip_height(frame, *traces_[i].trace);
        strips_.emplace_back(y, y + height);
        if (frame.shows(y, y + height)) draw_imported_strip(frame, traces_[i], i + 1, y);
        y += height;
    }
}

void CompareTimelines::draw(ImVec2 size, WidgetContext ui, Commands& commands) {
    const float top = ImGui::GetCursorPosY();
    draw_toolbar(ui, commands);
    size.y -= ImGui::GetCursorPosY() - top;
    if (size.y < ui.theme.px(8)) return;
    CompareFrame frame{*set_, alignment_, ui, {}, {}, {}, 0, 0, scratch_};
    frame.canvas = begin_canvas("compare/timelines", size, ui.items, "timelines");
    lay_out(frame);
    const float content = content_height(frame);
    follow_mouse(frame, content);
    const Box& box = frame.canvas.box;
    ImDrawList& list = *frame.canvas.list;
    list.AddRectFilled(frame.rows.min, frame.rows.max, ui.theme.background);
    list.PushClipRect(box.min, {box.max.x, frame.rows.max.y}, true);
    draw_steps(frame);
    draw_strips(frame);
    draw_scroll_mark(frame, scroll_, content);
    list.PopClipRect();
    draw_time_axis(list, frame.axis, {{frame.rows.min.x, frame.rows.max.y}, box.max}, ui.theme);
    const std::string place = frame.mouse_in(frame.rows) ? place_text(frame) : "";
    const std::string help = "   wheel: zoom, drag: move, Shift-wheel: scroll";
    const Box corner{{box.min.x, frame.rows.max.y}, box.max};
    ui.items.add("compare/place", corner.min, corner.max, place);
    if (!place.empty()) {
        const std::string text = place + help;
        const float width = text_size(ui.theme.small_font, text).x;
        list.AddRectFilled({box.max.x - width - 8, corner.min.y}, corner.max, ui.theme.panel);
        draw_text(list, ui.theme.small_font, {box.max.x - width - 4, corner.min.y + 1}, ui.theme.text_dim,
                  text, {corner.min, {box.max.x, box.max.y + 4}});
    }
}

}  // namespace ringscope
