#include "ui/compare_timelines.h"

#include <algorithm>
#include <cmath>

#include "ui/format.h"
#include "ui/plot.h"
#include "ui/time_axis.h"

namespace ringscope::ui {

namespace {

constexpr float kLeastPx = 3;  // narrower spans are folded
constexpr float kWheelZoom = 0.8f;

struct Frame {
    const ComparedSet& set;
    const Alignment& alignment;
    WidgetContext ui;
    Canvas canvas;
    Box rows;  // of all runs, without labels and axis
    TimeAxis axis;
    float row_height = 0;
    float title_height = 0;
};

SpanKind longest_kind(const TimeByKind& time) {
    return static_cast<SpanKind>(std::max_element(time.begin(), time.end()) - time.begin());
}

/// One lane of one rank: piece by piece of the alignment, cut at the piece's ends.
void draw_lane(const Frame& frame, size_t run, const Track& track, const Box& lane,
               std::vector<FoldedItem>& scratch) {
    const auto least = static_cast<int64_t>(frame.axis.ns_per_pixel() * kLeastPx);
    for (const AlignedPiece& piece : frame.alignment.runs[run]) {
        const int64_t shift = piece.shown_ns - piece.begin_ns;
        const int64_t begin = std::max(piece.begin_ns, frame.axis.begin_ns - shift);
        const int64_t end = std::min(piece.end_ns, frame.axis.end_ns - shift);
        if (begin >= end) continue;
        scratch.clear();
        fold_track(track, begin, end, least, scratch);
        for (const FoldedItem& item : scratch) {
            const int64_t from = std::max(item.begin_ns, begin), to = std::min(item.end_ns, end);
            Box box{{frame.axis.x_of(static_cast<double>(from + shift)), lane.min.y},
                    {frame.axis.x_of(static_cast<double>(to + shift)), lane.max.y}};
            box.max.x = std::max(box.max.x, box.min.x + 1);
            draw_bar(*frame.canvas.list, box, longest_kind(busy_in(track, item.begin_ns, item.end_ns)),
                     frame.ui.theme, item.count == 1);
        }
    }
}

/// Upper half: work and waiting. Lower half: what arrives.
void draw_rank(const Frame& frame, size_t run, int rank, const Box& row, std::vector<FoldedItem>& scratch) {
    const float middle = row.min.y + row.height() * 0.62f;
    const Box work{{row.min.x, row.min.y + 1}, {row.max.x, middle}};
    const Box transfers{{row.min.x, middle + 1}, {row.max.x, row.max.y - 1}};
    for (const Lane lane : {Lane::wait, Lane::compute, Lane::receive})
        for (const Track& track : frame.set.indices[run].tracks_of(rank, lane))
            draw_lane(frame, run, track, lane == Lane::receive ? transfers : work, scratch);
}

std::string run_title(const Frame& frame, size_t run) {
    const Run& shown = *frame.set.runs[run].run;
    return frame.set.runs[run].name + "   " + nanoseconds_text(shown.trace.wall_ns) +
           (run == 0 ? "   (baseline)" : "");
}

void draw_run(const Frame& frame, size_t run, float y, std::vector<FoldedItem>& scratch) {
    ImDrawList& list = *frame.canvas.list;
    const Theme& theme = frame.ui.theme;
    const std::string title = run_title(frame, run);
    const Box strip{{frame.canvas.box.min.x, y}, {frame.canvas.box.max.x, y + frame.title_height}};
    const float swatch = frame.title_height * 0.5f;
    list.AddRectFilled({strip.min.x, y + swatch / 2}, {strip.min.x + swatch, y + swatch * 1.5f},
                       theme.category_colour(static_cast<int>(run)));
    draw_text(list, theme.small_font, {strip.min.x + swatch * 1.6f, y}, theme.text, title, strip);
    const std::string name = "compare/timeline/run " + std::to_string(run + 1);
    frame.ui.items.add(name, strip.min, strip.max, title);
    y += frame.title_height;
    for (int rank = 0; rank < frame.set.indices[run].ranks(); ++rank, y += frame.row_height) {
        if (y + frame.row_height < frame.rows.min.y || y > frame.rows.max.y) continue;
        const Box row{{frame.rows.min.x, y}, {frame.rows.max.x, y + frame.row_height}};
        const std::string label = "rank " + std::to_string(rank);
        if (frame.row_height >= frame.title_height * 0.8f)
            draw_text(list, theme.small_font, {frame.canvas.box.min.x, y}, theme.text_dim, label,
                      {{frame.canvas.box.min.x, y}, {row.min.x, row.max.y + 2}});
        frame.ui.items.add(name + "/" + label, row.min, row.max, label);
        draw_rank(frame, run, rank, row, scratch);
    }
}

void draw_steps(const Frame& frame) {
    for (const int64_t begin : frame.alignment.steps_ns) {
        if (begin < frame.axis.begin_ns || begin > frame.axis.end_ns) continue;
        const float x = frame.axis.x_of(static_cast<double>(begin));
        frame.canvas.list->AddLine({x, frame.rows.min.y}, {x, frame.rows.max.y}, frame.ui.theme.grid_strong);
    }
}

void show_hint(const Frame& frame) {
    if (!frame.canvas.hovered || !frame.rows.contains(frame.canvas.mouse)) return;
    const double time = frame.axis.time_at(frame.canvas.mouse.x);
    std::string text;
    for (size_t step = 0; step < frame.alignment.steps_ns.size(); ++step)
        if (static_cast<double>(frame.alignment.steps_ns[step]) <= time)
            text = "step " + std::to_string(step) + ", " +
                   nanoseconds_text(static_cast<int64_t>(time) - frame.alignment.steps_ns[step]) +
                   " after its begin";
    if (text.empty()) text = nanoseconds_text(static_cast<int64_t>(time)) + " after the start";
    tooltip(text + "\nWheel: zoom. Drag: move. Shift-wheel: scroll.");
}

}  // namespace

void CompareTimelines::show(const ComparedSet& set) { realign(set); }

void CompareTimelines::realign(const ComparedSet& set) {
    alignment_ = by_step ? align_by_step(set.indices) : align_by_clock(set.indices);
    range_.view_begin_ns = 0;
    range_.view_end_ns = alignment_.length_ns;
    scroll_ = 0;
}

void CompareTimelines::draw_toolbar(const ComparedSet& set, WidgetContext ui) {
    const bool before = by_step;
    if (toggle(ui, "compare/by step", "Align by ring step", by_step,
               "Each step begins at one place in all runs."))
        by_step = true;
    ImGui::SameLine();
    if (toggle(ui, "compare/by clock", "by clock", !by_step, "All runs start together.")) by_step = false;
    if (by_step != before) realign(set);
    ImGui::SameLine();
    if (button(ui, "compare/show all", "Show all", "The whole of every run.")) realign(set);
    for (const SpanKind kind : {SpanKind::pack, SpanKind::compute, SpanKind::merge, SpanKind::wait,
                                SpanKind::receive, SpanKind::collective}) {
        ImGui::SameLine(0, ui.theme.px(14));
        ImGui::AlignTextToFramePadding();
        const std::string label = std::string(1, ui.theme.span_letter(kind)) + " " + ringscope::name_of(kind);
        text_item(ui, std::string("compare/legend/") + ringscope::name_of(kind), label,
                  ui.theme.span_colour(kind));
    }
}

void CompareTimelines::draw(const ComparedSet& set, ImVec2 size, WidgetContext ui) {
    const float top = ImGui::GetCursorPosY();
    draw_toolbar(set, ui);
    size.y -= ImGui::GetCursorPosY() - top;
    Frame frame{set, alignment_, ui, {}, {}, {}, 0, 0};
    frame.canvas = begin_canvas("compare/timelines", size, ui.items, "timelines");
    const Box& box = frame.canvas.box;
    const float line = ImGui::GetFontSize();
    const float labels = std::min(line * 4, box.width() / 4);
    frame.rows = {{box.min.x + labels, box.min.y}, {box.max.x, std::max(box.min.y, box.max.y - line * 1.3f)}};
    frame.title_height = line * 1.15f;
    int ranks = 0;
    for (const TraceIndex& index : set.indices) ranks += index.ranks();
    const float titles = frame.title_height * static_cast<float>(set.indices.size());
    const float fair = (frame.rows.height() - titles) / static_cast<float>(std::max(ranks, 1));
    frame.row_height = std::clamp(fair, ui.theme.px(7), ui.theme.px(34));
    const float needed = titles + frame.row_height * static_cast<float>(ranks);

    fit_view_range(range_, alignment_.length_ns);
    const bool scrolls = ImGui::GetIO().KeyShift;
    frame.axis = {range_.view_begin_ns, range_.view_end_ns, frame.rows.min.x, frame.rows.max.x};
    if (frame.canvas.wheel != 0 && !scrolls)
        zoom_view_range(range_, alignment_.length_ns, frame.axis.time_at(frame.canvas.mouse.x),
                        std::pow(kWheelZoom, frame.canvas.wheel));
    if (frame.canvas.wheel != 0 && scrolls) scroll_ -= frame.canvas.wheel * frame.row_height * 3;
    if (frame.canvas.left_down) {
        pan_view_range(range_, alignment_.length_ns,
                       -static_cast<double>(frame.canvas.drag.x) * frame.axis.ns_per_pixel());
        scroll_ -= frame.canvas.drag.y;
    }
    scroll_ = std::clamp(scroll_, 0.0f, std::max(0.0f, needed - frame.rows.height()));
    frame.axis.begin_ns = range_.view_begin_ns;
    frame.axis.end_ns = range_.view_end_ns;

    ImDrawList& list = *frame.canvas.list;
    list.AddRectFilled(frame.rows.min, frame.rows.max, ui.theme.background);
    list.PushClipRect(box.min, {box.max.x, frame.rows.max.y}, true);
    draw_steps(frame);
    float y = frame.rows.min.y - scroll_;
    for (size_t run = 0; run < set.indices.size(); ++run) {
        draw_run(frame, run, y, scratch_);
        y += frame.title_height + frame.row_height * static_cast<float>(set.indices[run].ranks());
    }
    list.PopClipRect();
    draw_time_axis(list, frame.axis, {{frame.rows.min.x, frame.rows.max.y}, box.max}, ui.theme);
    show_hint(frame);
}

}  // namespace ringscope::ui
