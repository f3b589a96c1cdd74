// A run among the stacked timelines.
#include <algorithm>

#include "engine/base/number_text.h"
#include "ui/tabs/compare/compare_frame.h"

namespace ringscope {

namespace {

constexpr float kLeastPx = 3;  // narrower spans are folded

/// The kind or cause that has most of the time.
template <typename Name, typename Times>
Name longest(const Times& times) {
    return static_cast<Name>(std::max_element(times.begin(), times.end()) - times.begin());
}

/// One lane of one rank: piece by piece of the alignment, cut at the piece's ends.
void draw_lane(const CompareFrame& frame, size_t run, const Track& track, const Box& lane) {
    const auto least = static_cast<int64_t>(frame.axis.ns_per_pixel() * kLeastPx);
    for (const AlignedPiece& piece : frame.alignment.runs[run]) {
        const int64_t shift = piece.shown_ns - piece.begin_ns;
        const int64_t begin = std::max(piece.begin_ns, frame.axis.begin_ns - shift);
        const int64_t end = std::min(piece.end_ns, frame.axis.end_ns - shift);
        if (begin >= end) continue;
        frame.scratch.clear();
        fold_track(track, begin, end, least, frame.scratch);
        for (const FoldedItem& item : frame.scratch) {
            const int64_t from = std::max(item.begin_ns, begin), to = std::min(item.end_ns, end);
            Box box{{frame.axis.x_of(static_cast<double>(from + shift)), lane.min.y},
                    {frame.axis.x_of(static_cast<double>(to + shift)), lane.max.y}};
            box.max.x = std::max(box.max.x, box.min.x + 1);
            draw_bar(*frame.canvas.list, box, longest<SpanKind>(busy_in(track, item.begin_ns, item.end_ns)),
                     frame.ui.theme, item.count == 1,
                     longest<WaitCause>(waits_in(track, item.begin_ns, item.end_ns)));
        }
    }
}

void draw_rank(const CompareFrame& frame, size_t run, int rank, const Box& row) {
    const float middle = row.min.y + row.height() * 0.62f;
    const Box work{{row.min.x, row.min.y + 1}, {row.max.x, middle}};
    const Box transfers{{row.min.x, middle + 1}, {row.max.x, row.max.y - 1}};
    for (const Lane lane : {Lane::wait, Lane::compute, Lane::receive})
        for (const Track& track : frame.set.indices[run].tracks_of(rank, lane))
            draw_lane(frame, run, track, lane == Lane::receive ? transfers : work);
}

std::string run_title(const CompareFrame& frame, size_t run) {
    const Run& shown = *frame.set.runs[run].run;
    const bool baseline = run == 0 && frame.set.runs.size() > 1;
    return frame.set.runs[run].name + "   " + nanoseconds_text(shown.trace.wall_ns) +
           (shown.origin == Origin::replayed ? " replayed" : "") + (baseline ? "   (baseline)" : "");
}

}  // namespace

float run_strip_height(const CompareFrame& frame, size_t run) {
    return frame.title_height + frame.row_height * static_cast<float>(frame.set.indices[run].ranks());
}

void draw_run_strip(const CompareFrame& frame, size_t run, float y) {
    ImDrawList& list = *frame.canvas.list;
    const Theme& theme = frame.ui.theme;
    const std::string title = run_title(frame, run);
    const Box strip = frame.title_box(y);
    const float swatch = frame.title_height * 0.5f;
    list.AddRectFilled(strip.min, strip.max, theme.panel);
    list.AddRectFilled({strip.min.x, y + swatch / 2}, {strip.min.x + swatch, y + swatch * 1.5f},
                       theme.category_colour(static_cast<int>(run)));
    draw_text(list, theme.small_font, {strip.min.x + swatch * 1.6f, y}, theme.text, title, strip);
    const std::string name = "compare/timeline/run " + std::to_string(run + 1);
    frame.ui.items.add(name, strip.min, strip.max, title);
    y += frame.title_height;
    for (int rank = 0; rank < frame.set.indices[run].ranks(); ++rank, y += frame.row_height) {
        if (!frame.shows(y, y + frame.row_height)) continue;
        const Box row = frame.row_box(y, frame.row_height);
        const std::string label = "rank " + std::to_string(rank);
        frame.label(y, frame.row_height, theme.text_dim, label);
        frame.ui.items.add(name + "/" + label, row.min, row.max, label);
        draw_rank(frame, run, rank, row);
    }
}

}  // namespace ringscope
