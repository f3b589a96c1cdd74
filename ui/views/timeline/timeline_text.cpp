// The timeline in words: tooltips, statistics of a range, the accounting of a rank, and the table of spans.
#include <algorithm>

#include "engine/analysis/range_statistics.h"
#include "engine/base/number_text.h"
#include "ui/views/timeline/timeline_frame.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

struct Share {
    const char* name;
    double seconds;
    SpanKind kind;  // whose colour it has
    Hatch hatch;
};

std::array<Share, 8> shares_of(const RankMetrics& rank) {
    return {{{"compute", rank.compute_seconds, SpanKind::compute, Hatch::none},
             {"pack", rank.pack_seconds, SpanKind::pack, Hatch::none},
             {"merge", rank.merge_seconds, SpanKind::merge, Hatch::none},
             {"transfer, not hidden", rank.exposed_transfer_seconds, SpanKind::receive, Hatch::right},
             {"wait for a late peer", rank.wait_peer_seconds, SpanKind::wait, Hatch::cross},
             {"wait for the link", rank.wait_link_seconds, SpanKind::wait, Hatch::left},
             {"wait for a core", rank.wait_core_seconds, SpanKind::wait, Hatch::right},
             {"idle", rank.idle_seconds, SpanKind::wait, Hatch::outline}}};
}

std::string wait_line(const Span& span) {
    switch (span.cause) {
        case WaitCause::late_peer:
            return "\nwaits for a late peer" +
                   (span.peer >= 0 ? ": rank " + std::to_string(span.peer) : std::string());
        case WaitCause::link:
            return "\nwaits for bytes that are on the way";
        case WaitCause::core:
            return "\nready to compute; every core is busy with other ranks";
        case WaitCause::none:
            break;
    }
    return "";
}

std::string transfer_lines(const TransferTimes& times) {
    std::string text;
    const auto add = [&](const char* what, int64_t at) {
        if (at >= 0) text += std::string("\n") + what + " at " + exact_nanoseconds_text(at);
    };
    add("buffer posted", times.posted_ns);
    add("peer ready", times.peer_ready_ns);
    add("first byte", times.begin_ns);
    add("done", times.done_ns);
    return text;
}

/// What the waits of a fold were for, the longest first.
std::string causes_text(const Track& track, const FoldedItem& fold) {
    const TimeByCause time = waits_in(track, fold.begin_ns, fold.end_ns);
    std::vector<int> causes;
    for (int cause = 0; cause < kWaitCauses; ++cause)
        if (time[static_cast<size_t>(cause)] > 0) causes.push_back(cause);
    std::stable_sort(causes.begin(), causes.end(), [&](int a, int b) {
        return time[static_cast<size_t>(a)] > time[static_cast<size_t>(b)];
    });
    std::string text;
    for (const int cause : causes)
        text += std::string("\n    ") + name_of_wait(static_cast<WaitCause>(cause)) + " " +
                nanoseconds_text(time[static_cast<size_t>(cause)]);
    return text;
}

std::string percent_of(double part, double whole) { return whole > 0 ? percent_text(part / whole) : "-"; }

}  // namespace

Target target_of(const Trace& trace, int span_index) {
    const Span& span = trace.spans[span_index];
    Target target;
    target.rank = span.rank;
    target.step = span.step;
    target.owner = span.owner;
    target.transfer = span.transfer;
    target.span = span_index;
    return target;
}

float failure_height(const TimelineFrame& frame) {
    const Theme& theme = frame.context.theme;
    const float line = text_size(theme.text_font, "0").y + theme.px(4);
    return frame.run.state != RunState::done && frame.canvas.box.height() > 4 * line ? line : 0;
}

void draw_failure(const TimelineFrame& frame) {
    const float line = failure_height(frame);
    if (line <= 0) return;
    const Theme& theme = frame.context.theme;
    const std::string what = frame.run.state == RunState::cancelled ? "cancelled" : "failed";
    const std::string after = what + " after " + nanoseconds_text(frame.index.wall_ns());
    const std::string full = after + ": " + frame.run.error;
    const Box strip{{frame.canvas.box.min.x, frame.canvas.box.max.y - line}, frame.canvas.box.max};
    frame.list.AddRectFilled(strip.min, strip.max, theme.error);
    const ImVec2 at{strip.min.x + theme.px(4), strip.min.y + theme.px(2)};
    const ImU32 ink = theme.text_on(theme.error);
    if (!draw_text(frame.list, theme.text_font, at, ink, full, strip)) {
        draw_text(frame.list, theme.text_font, at, ink, after, strip);
    }
    frame.context.items.add("timeline/failure", strip.min, strip.max, full);
    if (frame.canvas.hovered && strip.contains(frame.canvas.mouse)) tooltip(full);
}

std::string span_text(const Run& run, int index) {
    const Span& span = run.trace.spans[index];
    const int64_t length = span.end_ns - span.begin_ns;
    std::string text = std::string(name_of(span.kind)) + ", rank " + std::to_string(span.rank) + ", step " +
                       std::to_string(span.step);
    text += "\n" + nanoseconds_text(length) + " (" + exact_nanoseconds_text(length) + ")";
    text += "\nfrom " + exact_nanoseconds_text(span.begin_ns) + " to " + exact_nanoseconds_text(span.end_ns);
    if (span.owner >= 0) text += "\nchunk of rank " + std::to_string(span.owner);
    if (span.peer >= 0 && span.kind == SpanKind::send) text += "\nto rank " + std::to_string(span.peer);
    if (span.peer >= 0 && span.kind == SpanKind::receive) text += "\nfrom rank " + std::to_string(span.peer);
    if (span.bytes > 0) {
        text += "\n" + bytes_text(static_cast<double>(span.bytes)) + " (" + count_text(span.bytes) + " B)";
        if (length > 0)
            text +=
                ", " + ratio_text(static_cast<double>(span.bytes) / static_cast<double>(length)) + " GB/s";
    }
    if (span.kind == SpanKind::wait) text += wait_line(span);
    const auto transfer = static_cast<size_t>(span.transfer);
    if (span.transfer >= 0 && transfer < run.trace.transfers.size()) {
        text += "\ntransfer " + std::to_string(span.transfer) + transfer_lines(run.trace.transfers[transfer]);
    }
    return text;
}

std::string fold_text(const Run& run, const Track& track, const FoldedItem& fold) {
    const TimeByKind time = busy_in(track, fold.begin_ns, fold.end_ns);
    std::string text = count_text(fold.count) + " spans of rank " + std::to_string(track.rank) +
                       ", too narrow to show: zoom in";
    text += "\nfrom " + exact_nanoseconds_text(fold.begin_ns) + " to " + exact_nanoseconds_text(fold.end_ns);
    const auto whole = static_cast<double>(fold.end_ns - fold.begin_ns);
    for (int kind = 0; kind < kSpanKinds; ++kind) {
        if (time[kind] <= 0) continue;
        text += std::string("\n") + name_of(static_cast<SpanKind>(kind)) + " " +
                nanoseconds_text(time[kind]) + " (" + percent_of(static_cast<double>(time[kind]), whole) +
                ")";
        if (static_cast<SpanKind>(kind) == SpanKind::wait) text += causes_text(track, fold);
    }
    const int steps[] = {run.trace.spans[track.spans[fold.first]].step,
                         run.trace.spans[track.spans[fold.first + fold.count - 1]].step};
    return text + "\nsteps " + std::to_string(steps[0]) + " to " + std::to_string(steps[1]);
}

std::string range_text(const TraceIndex& index, int64_t begin_ns, int64_t end_ns) {
    RangeStatistics sum;
    int64_t spans = 0;
    for (int rank = 0; rank < index.ranks(); ++rank) {
        const RangeStatistics one = index.statistics(rank, begin_ns, end_ns);
        for (int kind = 0; kind < kSpanKinds; ++kind) sum.time[kind] += one.time[kind];
        for (const int64_t count : one.spans) spans += count;
    }
    const int64_t length = end_ns - begin_ns;
    std::string text = "range of " + nanoseconds_text(length) + " (" + exact_nanoseconds_text(length) +
                       ")\nfrom " + exact_nanoseconds_text(begin_ns) + " to " +
                       exact_nanoseconds_text(end_ns) + "\n" + count_text(spans) + " spans on " +
                       std::to_string(index.ranks()) +
                       (index.ranks() == 1 ? " rank" : " ranks; shares are of all ranks' time");
    for (int kind = 0; kind < kSpanKinds; ++kind) {
        if (sum.time[kind] == 0) continue;
        const double share = static_cast<double>(sum.time[kind]) /
                             (static_cast<double>(std::max<int64_t>(length, 1)) * std::max(index.ranks(), 1));
        text += std::string("\n") + name_of(static_cast<SpanKind>(kind)) + "  " +
                nanoseconds_text(sum.time[kind]) + "  " + percent_text(share);
    }
    return text;
}

std::string accounting_text(const RankMetrics& rank) {
    const double wall = rank.wall_seconds();
    std::string text =
        "rank " + std::to_string(rank.rank) + ": " + seconds_text(wall) + ", split without remainder";
    for (const Share& share : shares_of(rank)) {
        text += std::string("\n") + share.name + "  " + seconds_text(share.seconds) + "  " +
                percent_of(share.seconds, wall);
    }
    if (rank.transfer_seconds > 0)
        text += "\noverlap  " +
                percent_of(rank.transfer_seconds - rank.exposed_transfer_seconds, rank.transfer_seconds) +
                " of its transfers hidden (" + seconds_text(rank.transfer_seconds) + " in all)";
    return text;
}

void draw_timeline_accounting(const TimelineFrame& frame, int rank) {
    if (rank >= static_cast<int>(frame.run.metrics.ranks.size())) return;
    const RankMetrics& metrics = frame.run.metrics.ranks[rank];
    const double wall = metrics.wall_seconds();
    if (!(wall > 0)) return;
    const Theme& theme = frame.context.theme;
    const Box compute = frame.lane(rank, Lane::compute);
    const Box bar{{frame.accounting.min.x, compute.min.y},
                  {frame.accounting.max.x - theme.px(8), compute.max.y}};
    if (bar.empty()) return;
    double before = 0;
    for (const Share& share : shares_of(metrics)) {
        const auto left = bar.min.x + static_cast<float>(before / wall) * bar.width();
        before += share.seconds;
        const auto right = std::min(bar.min.x + static_cast<float>(before / wall) * bar.width(), bar.max.x);
        const Box part{{left, bar.min.y}, {right, bar.max.y}};
        if (part.empty()) continue;
        const ImU32 fill = theme.span_colour(share.kind);
        frame.list.AddRectFilled(part.min, part.max,
                                 share.kind == SpanKind::wait ? with_alpha(fill, 0.3f) : fill);
        const ImU32 ink = share.kind == SpanKind::wait ? fill : with_alpha(theme.text_on(fill), 0.45f);
        draw_hatch(frame.list, part, share.hatch, ink, theme.px(4));
    }
    add_rect(frame.list, bar.min, bar.max, theme.border);
    const Box row = frame.row(rank);
    const Box below{{bar.min.x, bar.max.y}, {bar.max.x, row.max.y}};
    const std::string busy = percent_of(metrics.compute_seconds, wall) + " compute";
    std::string overlap;
    if (metrics.transfer_seconds > 0)
        overlap = percent_of(metrics.transfer_seconds - metrics.exposed_transfer_seconds,
                             metrics.transfer_seconds) +
                  " overlap";
    const float line = text_size(theme.small_font, busy).y;
    const bool both = !overlap.empty() && below.height() >= 2 * line;
    const float top = (below.min.y + below.max.y - line * (both ? 2.0f : 1.0f)) / 2;
    draw_text(frame.list, theme.small_font, {bar.min.x, top}, theme.text_dim, busy, below);
    if (both)
        draw_text(frame.list, theme.small_font, {bar.min.x, top + line}, theme.text_dim, overlap, below);
    frame.context.items.add("timeline/rank " + std::to_string(rank) + "/accounting", bar.min, bar.max, busy);
    const Box whole{{bar.min.x, row.min.y}, {bar.max.x, row.max.y}};
    if (!frame.canvas.hovered || !whole.contains(frame.canvas.mouse)) return;
    frame.context.selection.next_hovered.rank = rank;
    tooltip(accounting_text(metrics));
}

void draw_span_table(const Run& run, const SpanMatches* matches, ImVec2 size) {
    static constexpr const char* columns[] = {"rank",  "step", "kind",  "begin", "length",
                                              "chunk", "peer", "bytes", "cause"};
    if (!begin_table("spans", columns, size)) return;
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(matches ? matches->spans().size() : run.trace.spans.size()));
    const auto number = [](int value) { return value < 0 ? std::string("-") : std::to_string(value); };
    while (clipper.Step()) {
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            const Span& span =
                run.trace.spans[static_cast<size_t>(matches ? matches->spans()[static_cast<size_t>(i)] : i)];
            const std::string cells[] = {number(span.rank),
                                         number(span.step),
                                         name_of(span.kind),
                                         exact_nanoseconds_text(span.begin_ns),
                                         exact_nanoseconds_text(span.end_ns - span.begin_ns),
                                         number(span.owner),
                                         number(span.peer),
                                         span.bytes > 0 ? count_text(span.bytes) : "-",
                                         span.cause == WaitCause::none ? "" : name_of(span.cause)};
            table_row(cells);
        }
    }
    ImGui::EndTable();
}

}  // namespace ringscope
