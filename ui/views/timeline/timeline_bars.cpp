// The bars of the timeline: one per span while they are wide enough to see, else folded ones.
#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "ui/views/timeline/timeline_frame.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

constexpr float kDensityColumnPx = 6;  // of folded spans
constexpr float kWaitColumnPx = 18;    // of folded waits: wide enough that a hatch is told from another
constexpr int kMostNamedBars = 512;
constexpr float kLeastNamedPx = 16;

bool selects_span(const Selection& selection, const Span& span, int index) {
    return span_matches(span, index, selection.selected);
}

std::string bar_label(const Span& span, float room, ImFont* font) {
    const std::string owner = span.owner >= 0 ? std::to_string(span.owner) : "";
    const std::string peer = span.peer >= 0 ? std::to_string(span.peer) : "";
    std::string candidates[2];  // the first that fits
    const std::string step = std::to_string(span.step);
    switch (span.kind) {
        case SpanKind::compute:
            candidates[0] = "compute step " + step + (owner.empty() ? "" : ": chunk " + owner);
            candidates[1] = owner.empty() ? "" : "C " + owner;
            break;
        case SpanKind::send:
            candidates[0] = "to " + peer;
            break;
        case SpanKind::receive:
            candidates[0] = "from " + peer;
            break;
        case SpanKind::wait:
            candidates[0] = std::string("wait: ") + name_of(span.cause);
            candidates[1] = span.cause == WaitCause::late_peer ? "late" : name_of(span.cause);
            break;
        default:
            candidates[0] = name_of(span.kind);
    }
    for (const std::string& text : candidates) {
        if (!text.empty() && text_size(font, text).x + 6 <= room) return text;
    }
    return "";
}

class RowPainter {
  public:
    RowPainter(const TimelineFrame& frame, std::vector<FoldedItem>& scratch, TimelineHit& hit)
        : frame_(frame), theme_(frame.context.theme), items_(scratch), hit_(hit) {}

    void paint_rank(int rank) {
        for (int i = 0; i < kLanes; ++i) {
            const auto lane = static_cast<Lane>(i);
            const auto tracks = frame_.index.tracks_of(rank, lane);
            const Box box = frame_.bar(rank, lane);
            const float height =
                std::max(box.height() / static_cast<float>(std::max<size_t>(tracks.size(), 1)), 1.0f);
            for (size_t t = 0; t < tracks.size(); ++t) {
                const float top = std::min(box.min.y + height * static_cast<float>(t), box.max.y - 1);
                paint_track(tracks[t], {{box.min.x, top}, {box.max.x, std::min(top + height, box.max.y)}});
            }
        }
    }

  private:
    void paint_track(const Track& track, const Box& box) {
        items_.clear();
        const double ns_per_px = frame_.axis.ns_per_pixel();
        fold_track(track, frame_.axis.begin_ns, frame_.axis.end_ns,
                   static_cast<int64_t>(ns_per_px * kLeastSpanPx), items_);
        const ImVec2 mouse = frame_.canvas.mouse;
        const bool here = frame_.canvas.hovered && box.contains(mouse);
        for (const FoldedItem& item : items_) {
            Box bar{{std::max(frame_.axis.x_of(static_cast<double>(item.begin_ns)), box.min.x), box.min.y},
                    {std::min(frame_.axis.x_of(static_cast<double>(item.end_ns)), box.max.x), box.max.y}};
            bar.max.x = std::min(std::max(bar.max.x, bar.min.x + kLeastSpanPx), box.max.x);
            if (bar.empty()) continue;
            const bool one = item.count == 1;
            one ? paint_span(track, item, bar) : paint_fold(track, item, bar);
            if (!here || !bar.contains(mouse)) continue;
            hit_ = {track.rank, one ? track.spans[item.first] : -1, &track, item};
        }
    }

    void paint_span(const Track& track, const FoldedItem& item, const Box& full) {
        const int index = track.spans[item.first];
        const Span& span = frame_.run.trace.spans[index];
        Box bar = full;
        if (bar.width() > 4) bar.max.x -= 1;  // so that touching bars are told apart
        draw_bar(frame_.list, bar, span.kind, theme_, false, span.cause);
        if (bar.width() > theme_.px(12)) label_span(span, bar);
        if (frame_.matches && !frame_.matches->contains(index)) dim(bar);
        const Selection& selection = frame_.context.selection;
        if (selects_span(selection, span, index)) {
            add_rect(frame_.list, bar.min, bar.max, theme_.accent, 0, theme_.px(2));
        } else if (span_matches(span, index, selection.hovered)) {
            add_rect(frame_.list, bar.min, bar.max, theme_.hover, 0, theme_.px(1.5f));
        }
        if (bar.width() >= kLeastNamedPx && named_ < kMostNamedBars) name_span(span, bar);
    }

    void label_span(const Span& span, const Box& bar) {
        const ImU32 fill = theme_.span_colour(span.kind);
        const bool outline = theme_.span_hatch(span.kind) == Hatch::outline;
        const std::string text = bar_label(span, bar.width(), theme_.small_font);
        const char letter[] = {theme_.span_letter(span.kind), 0};
        const std::string_view shown = text.empty() ? std::string_view(letter) : text;
        const ImVec2 size = text_size(theme_.small_font, shown);
        if (size.y > bar.height() + 1 || size.x + 2 > bar.width()) return;
        const Box centre{{(bar.min.x + bar.max.x - size.x) / 2 - 2, bar.min.y},
                         {(bar.min.x + bar.max.x + size.x) / 2 + 2, bar.max.y}};
        const bool hatched = theme_.span_hatch(span.kind) != Hatch::none;
        if (hatched) frame_.list.AddRectFilled(centre.min, centre.max, outline ? theme_.background : fill);
        draw_text(frame_.list, theme_.small_font, {centre.min.x + 2, (bar.min.y + bar.max.y - size.y) / 2},
                  outline ? theme_.text : theme_.text_on(fill), shown,
                  {{bar.min.x, bar.min.y - 1}, {bar.max.x, bar.max.y + 1}});
    }

    void name_span(const Span& span, const Box& bar) {
        std::string name = "timeline/rank " + std::to_string(span.rank) + "/" + name_of(span.kind) +
                           " step " + std::to_string(span.step);
        if (frame_.context.items.find(name)) return;
        ++named_;
        frame_.context.items.add(
            name, bar.min, bar.max,
            std::string(name_of(span.kind)) + " " + nanoseconds_text(span.end_ns - span.begin_ns));
    }

    void dim(const Box& bar) {
        frame_.list.AddRectFilled(bar.min, bar.max, with_alpha(theme_.background, 0.75f));
    }

    /// The part of a column, from `y` up, that `ns` of `whole` takes; moves `y` to its top.
    static Box stacked(const Box& column, int64_t ns, int64_t whole, float& y) {
        const auto share = static_cast<float>(static_cast<double>(ns) / static_cast<double>(whole));
        const float top = std::max(y - std::max(share * column.height(), 1.0f), column.min.y);
        const Box part{{column.min.x, top}, {column.max.x, y}};
        y = top;
        return part;
    }

    void stack_kinds(const TimeByKind& time, int64_t whole, const Box& column) {
        float y = column.max.y;
        for (int kind = 0; kind < kSpanKinds; ++kind) {
            if (time[kind] <= 0) continue;
            const Box part = stacked(column, time[kind], whole, y);
            frame_.list.AddRectFilled(part.min, part.max, theme_.span_colour(static_cast<SpanKind>(kind)));
        }
    }

    /// Neighbouring columns of about one height whose longest wait has one cause.
    struct HatchRun {
        Box box{};
        int cause = -1;
    };

    void flush(HatchRun& run) {
        if (run.cause > 0)
            draw_hatch(frame_.list, run.box, hatch_of(static_cast<WaitCause>(run.cause)),
                       theme_.span_colour(SpanKind::wait), theme_.px(5));
        run = {};
    }

    /// Hatched as single waits are, by the cause that has most of the column's time.
    void stack_waits(const TimeByCause& time, int64_t whole, const Box& column, HatchRun& run) {
        int64_t all = 0;
        for (const int64_t ns : time) all += ns;
        if (all <= 0) return flush(run);
        const int cause = static_cast<int>(std::max_element(time.begin(), time.end()) - time.begin());
        float y = column.max.y;
        const Box part = stacked(column, all, whole, y);
        frame_.list.AddRectFilled(part.min, part.max, with_alpha(theme_.span_colour(SpanKind::wait), 0.35f));
        const bool continues = run.cause == cause && part.min.x - run.box.max.x < 1 &&
                               std::fabs(run.box.min.y - part.min.y) <= column.height() / 4;
        if (!continues) {
            flush(run);
            run = {part, cause};
        }
        run.box.max.x = part.max.x;
        run.box.min.y = std::max(run.box.min.y, part.min.y);
    }

    /// How much of each kind there is in each column, and a zigzag that says: many spans.
    void paint_fold(const Track& track, const FoldedItem& item, const Box& bar) {
        const float width = track.lane == Lane::wait ? kWaitColumnPx : kDensityColumnPx;
        const int columns = static_cast<int>(std::ceil(bar.width() / width));
        HatchRun run;
        for (int i = 0; i < columns; ++i) {
            const float x = bar.min.x + width * static_cast<float>(i);
            const float right = std::min(x + width, bar.max.x);
            const auto begin = static_cast<int64_t>(frame_.axis.time_at(x));
            const auto end = std::max(static_cast<int64_t>(frame_.axis.time_at(right)), begin + 1);
            const Box column{{x, bar.min.y}, {right, bar.max.y}};
            track.lane == Lane::wait ? stack_waits(waits_in(track, begin, end), end - begin, column, run)
                                     : stack_kinds(busy_in(track, begin, end), end - begin, column);
        }
        flush(run);
        zigzag(bar);
        std::string text = count_text(item.count) + " spans";
        if (frame_.matches) {
            const int64_t found = frame_.matches->in_track(track, item.first, item.count);
            if (found < item.count) dim(bar);
            if (found > 0 && found < item.count)
                frame_.list.AddRectFilled(bar.min, {bar.max.x, bar.min.y + theme_.px(3)}, theme_.accent);
            if (found > 0) text = count_text(found) + " of " + text;
        }
        const ImVec2 size = text_size(theme_.small_font, text);
        if (size.x + 8 > bar.width() || size.y > bar.height()) return;
        const ImVec2 at{(bar.min.x + bar.max.x - size.x) / 2, (bar.min.y + bar.max.y - size.y) / 2};
        frame_.list.AddRectFilled({at.x - 3, at.y}, {at.x + size.x + 3, at.y + size.y}, theme_.background);
        draw_text(frame_.list, theme_.small_font, at, theme_.text, text, bar);
    }

    void zigzag(const Box& bar) {
        if (bar.height() < 4 || bar.width() < 6) return;
        points_.clear();
        const float half = std::min(bar.height() * 0.2f, theme_.px(3));
        const float middle = (bar.min.y + bar.max.y) / 2;
        const int corners = static_cast<int>(bar.width() / theme_.px(4)) + 1;
        for (int i = 0; i < corners; ++i)
            points_.push_back(
                {bar.min.x + theme_.px(4) * static_cast<float>(i), middle + (i % 2 ? -half : half)});
        if (points_.size() < 2) return;
        add_polyline(frame_.list, points_.data(), static_cast<int>(points_.size()),
                     with_alpha(theme_.text, 0.5f), 1);
    }

    const TimelineFrame& frame_;
    const Theme& theme_;
    std::vector<FoldedItem>& items_;
    TimelineHit& hit_;
    std::vector<ImVec2> points_;
    int named_ = 0;
};

}  // namespace

void draw_timeline_bars(const TimelineFrame& frame, std::vector<FoldedItem>& scratch, TimelineHit& hit) {
    RowPainter painter(frame, scratch, hit);
    for (const int rank : frame.shown_ranks()) painter.paint_rank(rank);
}

}  // namespace ringscope
