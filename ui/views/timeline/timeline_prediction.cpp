// The predicted spans of a run: a thin bar under each lane, outlined in the colour of its kind, so that what it covers
// and what the bar above it covers can be compared at one glance.
#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "ui/views/timeline/timeline_frame.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

constexpr float kLeastLanePoints = 6.5f;  // a lower lane has no room for two bars
constexpr float kLeastBarPoints = 1.6f;
constexpr float kShareOfLane = 0.28f;
constexpr float kLargestBarPoints = 8;

void draw_predicted_bar(const TimelineFrame& frame, SpanKind kind, bool folded, const Box& bar) {
    const Theme& theme = frame.context.theme;
    const ImU32 colour = theme.span_colour(kind);
    if (bar.height() < theme.px(4)) {  // no room for an outline
        frame.list.AddRectFilled(bar.min, bar.max, with_alpha(colour, kind == SpanKind::wait ? 0.3f : 0.55f));
        return;
    }
    frame.list.AddRectFilled(bar.min, bar.max, with_alpha(colour, kind == SpanKind::wait ? 0.12f : 0.3f));
    if (folded) draw_hatch(frame.list, bar, Hatch::right, with_alpha(colour, 0.7f), theme.px(3));
    add_rect(frame.list, bar.min, bar.max, colour);
}

void draw_predicted_track(const TimelineFrame& frame, const Track& track, const Box& box,
                          std::vector<FoldedItem>& scratch) {
    const Trace& trace = frame.predicted->run->trace;
    scratch.clear();
    fold_track(track, frame.axis.begin_ns, frame.axis.end_ns,
               static_cast<int64_t>(frame.axis.ns_per_pixel() * kLeastSpanPx), scratch);
    const ImVec2 mouse = frame.canvas.mouse;
    for (const FoldedItem& item : scratch) {
        Box bar{{std::max(frame.axis.x_of(static_cast<double>(item.begin_ns)), box.min.x), box.min.y},
                {std::min(frame.axis.x_of(static_cast<double>(item.end_ns)), box.max.x), box.max.y}};
        bar.max.x = std::min(std::max(bar.max.x, bar.min.x + kLeastSpanPx), box.max.x);
        if (bar.empty()) continue;
        const int index = track.spans[static_cast<size_t>(item.first)];
        const Span& span = trace.spans[static_cast<size_t>(index)];
        draw_predicted_bar(frame, span.kind, item.count > 1, bar);
        if (!frame.canvas.hovered || !bar.contains(mouse) || !frame.lanes.contains(mouse)) continue;
        frame.context.selection.next_hovered.rank = track.rank;
        const Run& run = *frame.predicted->run;
        if (item.count > 1)
            tooltip("predicted: " + fold_text(run, track, item));
        else
            tooltip("predicted: " + span_text(run, index) + "\n" +
                    step_error_text(frame.predicted->error, span.rank, span.step));
    }
}

}  // namespace

bool TimelineFrame::has_predicted_bar(Lane which) const {
    const float height = index.ranks() > 0 ? lane(order.ranks().front(), which).height() : 0;
    return predicted && height >= context.theme.px(kLeastLanePoints);
}

Box TimelineFrame::predicted_bar(int rank, Lane which) const {
    const Box all = lane(rank, which);
    if (!has_predicted_bar(which)) return {{all.min.x, all.max.y}, all.max};
    const float height = std::clamp(all.height() * kShareOfLane, context.theme.px(kLeastBarPoints),
                                    context.theme.px(kLargestBarPoints));
    return {{all.min.x, all.max.y - height}, all.max};
}

Box TimelineFrame::bar(int rank, Lane which) const {
    const Box all = lane(rank, which);
    if (!has_predicted_bar(which)) return all;
    return {all.min, {all.max.x, predicted_bar(rank, which).min.y - 1}};
}

void draw_timeline_predicted(const TimelineFrame& frame, std::vector<FoldedItem>& scratch) {
    if (!frame.predicted) return;
    const TraceIndex& index = frame.predicted->index;
    for (const int rank : frame.shown_ranks()) {
        if (rank >= index.ranks()) continue;
        for (int i = 0; i < kLanes; ++i) {
            const auto lane = static_cast<Lane>(i);
            if (!frame.has_predicted_bar(lane)) continue;
            const Box box = frame.predicted_bar(rank, lane);
            for (const Track& track : index.tracks_of(rank, lane))
                draw_predicted_track(frame, track, box, scratch);
        }
    }
    const Theme& theme = frame.context.theme;
    const float end = frame.axis.x_of(static_cast<double>(index.wall_ns()));
    if (end < frame.lanes.min.x || end > frame.lanes.max.x) return;
    const int dashes = static_cast<int>(std::ceil((frame.lanes.max.y - frame.lanes.min.y) / theme.px(8)));
    for (int dash = 0; dash < dashes; ++dash) {
        const float y = frame.lanes.min.y + static_cast<float>(dash) * theme.px(8);
        frame.list.AddLine({end, y}, {end, std::min(y + theme.px(4), frame.lanes.max.y)}, theme.text_dim,
                           theme.px(1));
    }
    frame.context.items.add("timeline/predicted end", {end - 3, frame.lanes.min.y},
                            {end + 3, frame.lanes.max.y}, nanoseconds_text(index.wall_ns()));
}

void draw_prediction_table(const PredictionError& error, ImVec2 size) {
    static constexpr const char* columns[] = {"rank", "step", "predicted", "took", "took / predicted"};
    const auto ranks = static_cast<int>(error.taken.size());
    const int steps = ranks > 0 ? static_cast<int>(error.taken.front().size()) : 0;
    if (steps == 0 || !begin_table("prediction", columns, size)) return;
    ImGuiListClipper clipper;
    clipper.Begin(ranks * steps);
    while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            const int rank = i / steps, step = i % steps;
            if (!error.has(rank, step)) continue;
            const auto r = static_cast<size_t>(rank), s = static_cast<size_t>(step);
            const int64_t predicted = error.predicted[r][s].length_ns, taken = error.taken[r][s].length_ns;
            const std::string cells[] = {
                std::to_string(rank), std::to_string(step), nanoseconds_text(predicted),
                nanoseconds_text(taken),
                predicted > 0 ? ratio_text(static_cast<double>(taken) / static_cast<double>(predicted))
                              : "-"};
            table_row(cells);
        }
    ImGui::EndTable();
}

}  // namespace ringscope
