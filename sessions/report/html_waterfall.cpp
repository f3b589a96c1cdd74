#include "sessions/report/html_waterfall.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/analysis/stragglers.h"
#include "engine/analysis/waterfall.h"
#include "engine/simulate/replay.h"
#include "sessions/report/html_shapes.h"
#include "sessions/report/html_text.h"

namespace ringscope {

namespace {

constexpr double kLabels = 150, kAmounts = 100, kPlot = kPictureWidth - kLabels - kAmounts, kRow = 18;

std::string rank_text(int rank) { return rank < 0 ? "-" : std::to_string(rank); }

/// Where a bar may begin and end, over the runs: the causes may win back what others lost.
double longest_of(const Waterfall& fall) {
    double at = fall.ideal_seconds, longest = std::max(at, fall.wall_seconds);
    for (const WaterfallBar& bar : fall.bars) longest = std::max(longest, at += bar.seconds);
    return longest;
}

/// One row per bar: each begins where the one above ended.
std::string waterfall_svg(const Waterfall& fall, double longest_seconds, const std::string& name) {
    std::string content;
    double y = 0, at = 0;
    const auto row = [&](const std::string& label, double begin, double end, const char* kind,
                         const std::string& hint) {
        const double left = kLabels + std::min(begin, end) / longest_seconds * kPlot;
        const double width = std::abs(end - begin) / longest_seconds * kPlot;
        content += svg_label(0, y + kRow - 5, label);
        content += svg_rect(left, y + 2, std::max(width, 1.0), kRow - 4, kind, hint);
        content += svg_label(left + width + 5, y + kRow - 5, seconds_text(end - begin), "dimtext");
        y += kRow;
    };
    row("ideal", 0, fall.ideal_seconds, "k1", "total work / ranks at the kernel's own rate");
    at = fall.ideal_seconds;
    for (const WaterfallBar& bar : fall.bars) {
        row(label_of(bar.cause), at, at + bar.seconds, bar.seconds < 0 ? "less" : "more",
            explanation_of(bar.cause));
        at += bar.seconds;
    }
    row("wall time", 0, fall.wall_seconds, "folded", fall.sentence);
    return svg_picture(y, "From the ideal to the wall time of " + name, content);
}

std::string causes_table(const Waterfall& fall) {
    std::string text =
        "<div class=\"wide\"><table><tr><th>cause</th><th>time</th><th>of the wall time</th><th>mostly "
        "rank</th></tr>\n";
    const auto row = [&](const std::string& label, double seconds, const std::string& rank) {
        text += "<tr><td>" + label + "</td><td>" + html_data(seconds, Unit::seconds) + "</td><td>" +
                percent_text(seconds / fall.wall_seconds) + "</td><td>" + rank + "</td></tr>\n";
    };
    row("ideal", fall.ideal_seconds, "");
    for (const WaterfallBar& bar : fall.bars)
        row(label_of(bar.cause), bar.seconds, rank_text(bar.seconds == 0 ? -1 : bar.rank));
    row("wall time", fall.wall_seconds, "");
    return text + "</table></div>\n";
}

std::string stragglers_table(const Stragglers& report) {
    std::string text =
        "<div class=\"wide\"><table><tr><th>rank</th><th>last in steps</th><th>costs the "
        "others</th><th>mostly in "
        "step</th><th>longest wait for it</th><th>slowest step</th><th>over the median there</th></tr>\n";
    for (const RankStraggling& rank : report.ranks)
        text += "<tr><td>" + std::to_string(rank.rank) + "</td><td>" + std::to_string(rank.last_steps) +
                "</td><td>" + html_data(rank.cost_seconds, Unit::seconds) + "</td><td>" +
                rank_text(rank.costliest_step) + "</td><td>" +
                html_data(rank.longest_wait_seconds, Unit::seconds) + "</td><td>" +
                rank_text(rank.slowest_step) + "</td><td>" +
                html_data(rank.slowest_excess_seconds, Unit::seconds) + "</td></tr>\n";
    return text + "</table></div>\n";
}

}  // namespace

std::string waterfall_section(std::span<const ComparedRun> runs) {
    std::vector<std::optional<Waterfall>> falls;
    double longest = 0;
    for (const ComparedRun& compared : runs) {
        falls.push_back(waterfall(*compared.run));
        if (falls.back()) longest = std::max(longest, longest_of(*falls.back()));
    }
    if (longest <= 0) return "";
    std::string text =
        "<section id=\"waterfall\"><h2>Where the time went</h2>\n<p class=\"dim\">From the ideal, total work "
        "/ ranks "
        "at the kernel's own rate, to the wall time. Each bar begins where the one above ended. Orange: time "
        "lost; "
        "blue, to the left: won back.</p>\n";
    for (size_t run = 0; run < runs.size(); ++run) {
        if (!falls[run]) continue;
        const Stragglers report = stragglers(*runs[run].run);
        text += "<h3>" + html_escaped(runs[run].name) + " <span class=\"dim\">" +
                html_escaped(clock_text(*runs[run].run)) + "</span></h3>\n<p>" +
                html_escaped(falls[run]->sentence) + "</p>\n<p>" + html_escaped(report.sentence) + "</p>\n" +
                waterfall_svg(*falls[run], longest, runs[run].name) +
                "<details><summary>As tables</summary>" + causes_table(*falls[run]) +
                stragglers_table(report) + "</details>\n";
    }
    return text + "</section>\n";
}

}  // namespace ringscope
