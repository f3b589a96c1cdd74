#include "ui/views/timeline/timeline_frame.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

constexpr float kComputeShare = 0.46f;  // of a rank's row; the other lanes share the rest

void draw_row_label(const TimelineFrame& frame, int rank) {
    const Theme& theme = frame.context.theme;
    const Box row = frame.row(rank);
    const Box box{{frame.labels.min.x, row.min.y}, {frame.labels.max.x, row.max.y}};
    const Selection& s = frame.context.selection;
    if (s.selected.rank == rank || s.hovered.rank == rank) {
        const ImU32 colour = s.selected.rank == rank ? theme.accent : theme.hover;
        frame.list.AddRectFilled({box.max.x - theme.px(3), box.min.y}, {box.max.x, box.max.y}, colour);
    }
    const bool on_top = frame.order.is_on_top(rank);
    const std::string name = "rank " + std::to_string(rank) + (on_top ? " ^" : "");
    const Box compute = frame.lane(rank, Lane::compute);
    const Box first{{box.min.x, std::max(row.min.y, frame.labels.min.y)},
                    {box.max.x - theme.px(4), std::min(row.max.y, frame.labels.max.y)}};
    if (!draw_text(frame.list, theme.small_font, {first.min.x + 2, compute.min.y}, theme.text, name, first)) {
        draw_text(frame.list, theme.small_font, {first.min.x + 2, compute.min.y}, theme.text,
                  std::to_string(rank), first);
    }
    const float line = text_size(theme.small_font, name).y;
    for (int lane = 1; lane < kLanes; ++lane) {
        const Box at = frame.lane(rank, static_cast<Lane>(lane));
        if (at.height() + 1.5f < line) break;
        draw_text(frame.list, theme.small_font, {first.min.x + theme.px(8), (at.min.y + at.max.y - line) / 2},
                  theme.text_dim, name_of(static_cast<Lane>(lane)), first);
    }
    frame.context.items.add("timeline/rank " + std::to_string(rank), box.min, box.max, name);
    if (!frame.canvas.hovered || !box.contains(frame.canvas.mouse)) return;
    frame.context.selection.next_hovered.rank = rank;
    if (frame.canvas.clicked) frame.context.selection.selected.rank = rank;
    tooltip("rank " + std::to_string(rank) + ", ranks stand " + frame.order.name() +
            (on_top ? "; ^: moved to the top" : "") +
            "\nO: another order, T: the selected rank to the top or back");
}

void draw_timeline_scroll(const TimelineFrame& frame) {
    const float hidden = frame.rows_height() - frame.lanes.height();
    if (hidden < 1 || frame.labels.empty()) return;
    const float height = frame.lanes.height() * frame.lanes.height() / frame.rows_height();
    const float top = frame.lanes.min.y + (frame.lanes.height() - height) * frame.scroll / hidden;
    const float right = frame.canvas.box.max.x;
    frame.list.AddRectFilled({right - frame.context.theme.px(4), top}, {right, top + height},
                             frame.context.theme.grid_strong, frame.context.theme.px(2));
}

}  // namespace

Box TimelineFrame::row(int rank) const {
    const float top = lanes.min.y - scroll + row_height * static_cast<float>(order.place_of(rank));
    return {{lanes.min.x, top}, {lanes.max.x, top + row_height}};
}

Box TimelineFrame::lane(int rank, Lane which) const {
    const Box all = row(rank);
    const float height = all.height() - std::min(2.0f, all.height() * 0.1f);
    const float compute = height * kComputeShare;
    const float other = (height - compute) / 3;
    const int i = static_cast<int>(which);
    const float top = all.min.y + 1 + (i == 0 ? 0 : compute + other * static_cast<float>(i - 1));
    return {{all.min.x, top},
            {all.max.x, top + (i == 0 ? compute : other) - (row_height > 24 ? 1.0f : 0.0f)}};
}

std::span<const int> TimelineFrame::shown_ranks() const {
    const auto count = static_cast<int>(order.ranks().size());
    const int first = std::clamp(static_cast<int>(scroll / std::max(row_height, 1.0f)), 0, count);
    const int last = static_cast<int>((scroll + lanes.height()) / std::max(row_height, 1.0f)) + 1;
    const std::span<const int> all(order.ranks());
    return all.subspan(static_cast<size_t>(first),
                       static_cast<size_t>(std::clamp(last, first, count) - first));
}

void lay_out_timeline(TimelineFrame& frame) {
    const Theme& theme = frame.context.theme;
    const Box& all = frame.canvas.box;
    const float line = text_size(theme.small_font, "0").y;
    const bool roomy = all.width() > theme.px(240) && all.height() > theme.px(100);
    const TimeMargins margins = roomy ? time_margins(all.width(), theme) : TimeMargins{};
    const float label = margins.labels, account = margins.figures;
    const float map = roomy ? line + theme.px(2) : 0;
    const float ticks = roomy ? line + theme.px(3) : 0;
    const float left = all.min.x + label, right = std::max(all.max.x - account, left + 1);
    frame.minimap = {{left, all.min.y}, {right, all.min.y + map}};
    frame.axis_strip = {{left, frame.minimap.max.y}, {right, frame.minimap.max.y + ticks}};
    const float told = failure_height(frame);
    const float footer = roomy ? (line + theme.px(3)) * static_cast<float>(frame.footer_lines) : 0;
    const float footer_bottom = std::max(all.max.y - told, frame.axis_strip.max.y);
    const float bottom = std::max(footer_bottom - footer, frame.axis_strip.max.y);
    frame.footer = {{all.min.x, bottom}, {all.max.x, footer_bottom}};
    frame.lanes = {{left, frame.axis_strip.max.y}, {right, bottom}};
    frame.labels = {{all.min.x, frame.lanes.min.y}, {left, bottom}};
    frame.accounting = {{right + (account > 0 ? theme.px(6) : 0), frame.lanes.min.y}, {all.max.x, bottom}};
    const float rows = static_cast<float>(std::max(frame.index.ranks(), 1));
    frame.row_height = std::clamp(frame.lanes.height() / rows, theme.px(18), theme.px(kLargestRow));
    frame.scroll = std::clamp(frame.scroll, 0.0f, std::max(frame.rows_height() - frame.lanes.height(), 0.0f));
    frame.axis = {frame.context.clock.view_begin_ns, frame.context.clock.view_end_ns, left, right};
}

bool span_matches(const Span& span, int span_index, const Target& target) {
    if (target.span >= 0)
        return span_index == target.span || (target.transfer >= 0 && span.transfer == target.transfer);
    if (target.transfer >= 0) return span.transfer == target.transfer;
    if (target.step < 0 && target.owner < 0) return false;
    if (target.rank >= 0 && span.rank != target.rank) return false;
    if (target.step >= 0 && span.step != target.step) return false;
    // A span over several chunks belongs to each of them; what carries none belongs to no chunk.
    if (target.owner >= 0)
        return span.owner == target.owner || (span.owner < 0 && span.kind == SpanKind::compute);
    return target.rank >= 0 || span.kind == SpanKind::compute;
}

void draw_timeline_minimap(const TimelineFrame& frame) {
    if (frame.minimap.empty()) return;
    const Theme& theme = frame.context.theme;
    const TimeAxis whole{0, std::max<int64_t>(frame.index.wall_ns(), kMinViewNs), frame.minimap.min.x,
                         frame.minimap.max.x};
    frame.list.AddRectFilled(frame.minimap.min, frame.minimap.max, theme.panel);
    float drawn_until = frame.minimap.min.x - 1;
    for (int step = 0; step < frame.index.steps(); ++step) {
        const StepRange& range = frame.index.step(step);
        if (range.empty()) continue;
        const float left = whole.x_of(static_cast<double>(range.begin_ns));
        if (left < drawn_until + 1) continue;  // narrower than a pixel: the step before stands for it
        const bool last = step + 1 == frame.index.steps() || frame.index.step(step + 1).empty();
        const float right =
            whole.x_of(static_cast<double>(last ? range.end_ns : frame.index.step(step + 1).begin_ns));
        drawn_until = left;
        const Box box{{left, frame.minimap.min.y}, {std::max(right, left + 1), frame.minimap.max.y}};
        const bool lit =
            frame.context.selection.selected.step == step || frame.context.selection.hovered.step == step;
        frame.list.AddRectFilled(box.min, box.max,
                                 lit        ? with_alpha(theme.hover, 0.5f)
                                 : step % 2 ? theme.grid
                                            : theme.panel);
        const std::string number = std::to_string(step);
        if (!draw_centred(frame.list, theme.small_font, box, theme.text_dim, "step " + number)) {
            draw_centred(frame.list, theme.small_font, box, theme.text_dim, number);
        }
    }
    const float left = whole.x_of(static_cast<double>(frame.axis.begin_ns));
    const float right = std::max(whole.x_of(static_cast<double>(frame.axis.end_ns)), left + 3);
    add_rect(frame.list, {left, frame.minimap.min.y}, {right, frame.minimap.max.y}, theme.accent, 0,
             theme.px(1.5f));
    const float now = whole.x_of(frame.context.clock.time_ns);
    frame.list.AddLine({now, frame.minimap.min.y}, {now, frame.minimap.max.y}, theme.error, theme.px(1.5f));
    frame.context.items.add("timeline/minimap", frame.minimap.min, frame.minimap.max, "the whole run");
}

void draw_timeline_rows(const TimelineFrame& frame, std::vector<FoldedItem>& scratch, TimelineHit& hit) {
    const Theme& theme = frame.context.theme;
    const auto clip = [&](const Box& box) { frame.list.PushClipRect(box.min, box.max, true); };
    clip(frame.lanes);
    for (const int rank : frame.shown_ranks()) {
        const Box row = frame.row(rank);
        if (frame.order.place_of(rank) % 2)
            frame.list.AddRectFilled(row.min, row.max, with_alpha(theme.grid, 0.35f));
    }
    float last_line = frame.lanes.min.x - theme.px(8);
    for (int step = 0; step < frame.index.steps(); ++step) {
        if (frame.index.step(step).empty()) continue;
        const float x = frame.axis.x_of(static_cast<double>(frame.index.step(step).begin_ns));
        if (x < last_line + theme.px(8) || x > frame.lanes.max.x) continue;
        frame.list.AddLine({x, frame.lanes.min.y}, {x, frame.lanes.max.y}, theme.grid_strong);
        last_line = x;
    }
    draw_timeline_bars(frame, scratch, hit);
    draw_timeline_predicted(frame, scratch);
    frame.list.PopClipRect();
    if (!frame.labels.empty()) {
        clip(frame.labels);
        for (const int rank : frame.shown_ranks()) draw_row_label(frame, rank);
        frame.list.PopClipRect();
    }
    draw_timeline_scroll(frame);
    if (frame.accounting.empty()) return;
    clip(frame.accounting);
    for (const int rank : frame.shown_ranks()) draw_timeline_accounting(frame, rank);
    frame.list.PopClipRect();
}

void draw_timeline_transfer(const TimelineFrame& frame, int transfer, ImU32 colour) {
    const int send = frame.index.send_span(transfer), receive = frame.index.receive_span(transfer);
    if (send < 0 || receive < 0) return;
    const Span& from = frame.run.trace.spans[send];
    const Span& to = frame.run.trace.spans[receive];
    const auto middle = [&](int rank, Lane lane) {
        const Box box = frame.lane(rank, lane);
        return (box.min.y + box.max.y) / 2;
    };
    const ImVec2 a{frame.axis.x_of(static_cast<double>(from.begin_ns)), middle(from.rank, Lane::send)};
    const ImVec2 b{frame.axis.x_of(static_cast<double>(to.end_ns)), middle(to.rank, Lane::receive)};
    const Theme& theme = frame.context.theme;
    const float reach = std::clamp(std::fabs(b.x - a.x) / 2, theme.px(2), theme.px(24));
    const float head = frame.context.theme.px(6);
    frame.list.PushClipRect(frame.lanes.min, frame.lanes.max, true);
    frame.list.AddBezierCubic(a, {a.x + reach, a.y}, {b.x - reach, b.y}, {b.x - head, b.y}, colour,
                              frame.context.theme.px(2), 24);
    frame.list.AddTriangleFilled(b, {b.x - head, b.y - head * 0.6f}, {b.x - head, b.y + head * 0.6f}, colour);
    frame.list.PopClipRect();
}

}  // namespace ringscope
