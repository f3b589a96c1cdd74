#include "sessions/report/html_pictures.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/analysis/memory_curve.h"
#include "engine/analysis/step_difference.h"
#include "sessions/report/html_shapes.h"
#include "sessions/report/html_text.h"

namespace ringscope {

namespace {

using Runs = std::span<const ComparedRun>;

constexpr double kWidth = kPictureWidth, kLabels = 60, kPlot = kWidth - kLabels;
constexpr int kColumns =
    940;  // of the plot: no more rectangles than that a row, whatever the number of spans
constexpr double kTitle = 18, kRank = 16, kDifference = 17, kBar = 13;

using Column = std::array<int64_t, kSpanKinds>;  // ns of each kind

/// Time of each kind in each column of the picture, for one rank.
class Row {
  public:
    Row(const std::vector<AlignedPiece>& pieces, int64_t length_ns)
        : pieces_(pieces),
          ns_per_column_(std::max<double>(static_cast<double>(length_ns), 1) / kColumns),
          columns_(kColumns) {}

    void add(const Span& span) {
        auto first = std::partition_point(pieces_.begin(), pieces_.end(), [&](const AlignedPiece& piece) {
            return piece.end_ns <= span.begin_ns;
        });
        for (; first != pieces_.end() && first->begin_ns < span.end_ns; ++first) {
            const AlignedPiece& piece = *first;
            const int64_t begin = std::max(span.begin_ns, piece.begin_ns);
            const int64_t end = std::min(span.end_ns, piece.end_ns);
            if (begin >= end) continue;
            const int64_t shift = piece.shown_ns - piece.begin_ns;
            spread(static_cast<double>(begin + shift), static_cast<double>(end + shift), span.kind);
        }
    }

    /// Neighbouring columns in which the same kind took most of the time are one rectangle.
    std::string draw(double y, double height) const {
        std::string text;
        for (int first = 0; first < kColumns;) {
            const int kind = most(columns_[static_cast<size_t>(first)]);
            int last = first + 1;
            while (last < kColumns && most(columns_[static_cast<size_t>(last)]) == kind) ++last;
            if (kind >= 0)
                text += svg_rect(kLabels + first * kPlot / kColumns, y, (last - first) * kPlot / kColumns,
                                 height, "k" + std::to_string(kind), name_of(static_cast<SpanKind>(kind)));
            first = last;
        }
        return text;
    }

  private:
    void spread(double begin, double end, SpanKind kind) {
        const int first = std::clamp(static_cast<int>(begin / ns_per_column_), 0, kColumns - 1);
        const int last = std::clamp(static_cast<int>(end / ns_per_column_), first, kColumns - 1);
        for (int column = first; column <= last; ++column) {
            const double from = std::max(begin, column * ns_per_column_);
            const double to = std::min(end, (column + 1) * ns_per_column_);
            columns_[static_cast<size_t>(column)][static_cast<size_t>(kind)] +=
                std::max<int64_t>(std::llround(to - from), 1);
        }
    }
    static int most(const Column& column) {
        const auto at = std::max_element(column.begin(), column.end());
        return *at > 0 ? static_cast<int>(at - column.begin()) : -1;
    }

    const std::vector<AlignedPiece>& pieces_;
    double ns_per_column_;
    std::vector<Column> columns_;
};

bool is_transfer(SpanKind kind) { return kind == SpanKind::receive || kind == SpanKind::collective; }

std::string draw_ranks(const Run& run, const std::vector<AlignedPiece>& pieces, int64_t length, int ranks,
                       double y) {
    std::vector<Row> work(static_cast<size_t>(ranks), Row(pieces, length)), arriving = work;
    for (const Span& span : run.trace.spans) {
        if (span.rank < 0 || span.rank >= ranks || span.kind == SpanKind::send) continue;
        (is_transfer(span.kind) ? arriving : work)[static_cast<size_t>(span.rank)].add(span);
    }
    std::string text;
    for (int rank = 0; rank < ranks; ++rank, y += kRank) {
        text += svg_label(0, y + kRank - 5, "rank " + std::to_string(rank), "dimtext");
        text += work[static_cast<size_t>(rank)].draw(y + 1, kRank * 0.6);
        text += arriving[static_cast<size_t>(rank)].draw(y + 2 + kRank * 0.6, kRank * 0.25);
    }
    return text;
}

std::string draw_differences(const StepDifferences& differences, const Alignment& alignment, double y) {
    const auto largest = static_cast<double>(largest_change_ns(differences));
    const double per_ns = kPlot / std::max<double>(static_cast<double>(alignment.length_ns), 1);
    std::string text;
    for (size_t rank = 0; rank < differences.size(); ++rank, y += kDifference) {
        text += svg_label(0, y + kDifference - 3, "rank " + std::to_string(rank), "dimtext");
        for (size_t step = 0; step < differences[rank].size() && step < alignment.steps_ns.size(); ++step) {
            const StepDifference& difference = differences[rank][step];
            if (!difference.in_both) continue;
            const int64_t begin = alignment.steps_ns[step];
            const int64_t end =
                step + 1 < alignment.steps_ns.size() ? alignment.steps_ns[step + 1] : alignment.length_ns;
            const double share = static_cast<double>(difference.change_ns()) / largest;
            const double height = std::abs(share) * (kDifference / 2 - 1);
            const double middle = y + kDifference / 2;
            const std::string amount = (share > 0 ? "+" : "") + nanoseconds_text(difference.change_ns());
            text += svg_rect(
                kLabels + static_cast<double>(begin) * per_ns + 1, share > 0 ? middle - height : middle,
                static_cast<double>(end - begin) * per_ns - 2, height, share > 0 ? "more" : "less",
                "rank " + std::to_string(rank) + ", step " + std::to_string(step) + ": " + amount);
            if (static_cast<double>(end - begin) * per_ns > 70)
                text += svg_label(kLabels + static_cast<double>(begin + end) / 2 * per_ns - 25,
                                  y + kDifference - 3, amount);
        }
    }
    return text;
}

double largest_of(const Comparison& c, const RankFigure& figure) {
    double most = 0;
    for (const RankRow& row : c.ranks)
        for (const auto& rank : row.runs)
            if (rank) most = std::max(most, figure.of(*rank));
    return most;
}

}  // namespace

std::string timelines_svg(Runs runs) {
    std::vector<StepBounds> bounds;
    for (const ComparedRun& compared : runs) bounds.push_back(step_bounds(*compared.run));
    const Alignment alignment = align_by_step(bounds);
    if (alignment.length_ns <= 0) return "";
    const StepTimes first = step_times(*runs[0].run);
    std::string content;
    double y = 0;
    for (size_t run = 0; run < runs.size(); ++run) {
        const StepTimes times = step_times(*runs[run].run);
        if (run > 0) {
            const StepDifferences differences = step_differences(first, times);
            content += svg_label(0, y + 12,
                                 runs[run].name + " minus " + runs[0].name + ", full height " +
                                     nanoseconds_text(largest_change_ns(differences)),
                                 "dimtext");
            content += draw_differences(differences, alignment, y + kTitle);
            y += kTitle + kDifference * static_cast<double>(differences.size()) + 4;
        }
        content += svg_rect(0, y + 4, 9, 9, svg_category("c", run));
        content +=
            svg_label(14, y + 12, runs[run].name + "   " + nanoseconds_text(runs[run].run->trace.wall_ns));
        content += draw_ranks(*runs[run].run, alignment.runs[run], alignment.length_ns,
                              static_cast<int>(times.size()), y + kTitle);
        y += kTitle + kRank * static_cast<double>(times.size()) + 6;
    }
    std::string steps;
    for (size_t step = 0; step < alignment.steps_ns.size(); ++step) {
        const double x = kLabels + static_cast<double>(alignment.steps_ns[step]) /
                                       static_cast<double>(alignment.length_ns) * kPlot;
        steps += svg_vertical(x, 0, y) + svg_label(x + 2, y + 11, "step " + std::to_string(step), "dimtext");
    }
    return svg_picture(y + 16, "Timelines of the runs, aligned by ring step", steps + content);
}

std::string memory_svg(Runs runs) {
    constexpr double height = 180;
    int64_t longest = 1, most = 0;
    for (const ComparedRun& compared : runs) {
        longest = std::max(longest, compared.run->trace.wall_ns);
        for (const MemoryPoint& point : memory_curve(*compared.run)) most = std::max(most, point.bytes);
    }
    if (most <= 0) return "";
    const auto x_of = [&](int64_t time) {
        return kLabels + static_cast<double>(time) / static_cast<double>(longest) * kPlot;
    };
    const auto y_of = [&](int64_t bytes) {
        return height - static_cast<double>(bytes) / static_cast<double>(most) * (height - 14);
    };
    std::string content = svg_label(0, y_of(most) + 4, bytes_text(static_cast<double>(most)), "dimtext") +
                          svg_label(0, height, "0 B", "dimtext");
    for (size_t run = 0; run < runs.size(); ++run) {
        const auto curve = memory_curve(*runs[run].run);
        if (curve.empty()) continue;
        std::string path = "M" + svg_number(x_of(curve[0].time_ns)) + " " + svg_number(y_of(curve[0].bytes));
        for (size_t i = 1; i < curve.size(); ++i)
            path += "H" + svg_number(x_of(curve[i].time_ns)) + "V" + svg_number(y_of(curve[i].bytes));
        path += "H" + svg_number(x_of(runs[run].run->trace.wall_ns));
        // Dashes as well as colours tell the lines apart.
        content += "<path class=\"line " + svg_category("l", run) + "\" d=\"" + path +
                   "\" stroke-dasharray=\"" + (run == 0 ? "none" : std::to_string(4 + 3 * run) + " 3") +
                   "\"><title>" + html_escaped(runs[run].name) + "</title></path>\n";
    }
    content += svg_label(kWidth - 90, height + 14, nanoseconds_text(longest), "dimtext");
    for (size_t run = 0; run < runs.size(); ++run) {
        const double y = height + 30 + 16 * static_cast<double>(run);
        content += svg_rect(kLabels, y - 9, 9, 9, svg_category("c", run)) +
                   svg_label(kLabels + 14, y, runs[run].name);
    }
    return svg_picture(height + 24 + 16 * static_cast<double>(runs.size()),
                       "Memory of the fullest rank over time", content);
}

std::string rank_bars_svg(const Comparison& c, const RankFigure& figure) {
    const double most = largest_of(c, figure);
    std::string content;
    double y = 0;
    for (const RankRow& row : c.ranks) {
        content += svg_label(0, y + kBar - 2, "rank " + std::to_string(row.rank), "dimtext");
        for (size_t run = 0; run < row.runs.size(); ++run, y += kBar) {
            if (!row.runs[run]) continue;
            const double amount = figure.of(*row.runs[run]);
            const double width = most > 0 ? amount / most * (kPlot - 100) : 0;
            content += svg_rect(kLabels, y + 1, std::max(width, 1.0), kBar - 2, svg_category("c", run),
                                c.names[run]);
            content += svg_label(kLabels + width + 5, y + kBar - 2, figure_text(amount, figure.unit));
        }
        y += 5;
    }
    return svg_picture(y, "One bar per rank and run", content);
}

}  // namespace ringscope
