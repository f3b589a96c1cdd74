#include "sessions/report/html_trace.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <vector>

#include "engine/base/number_text.h"
#include "sessions/report/html_shapes.h"
#include "sessions/report/html_text.h"
#include "sessions/traces/imported_text.h"

namespace ringscope {

namespace {

// In units of the picture.
constexpr double kTitle = 18, kRow = 15, kInstants = 5;
constexpr double kLeast = 2;    // narrower slices are folded into one shape with their neighbours
constexpr size_t kColours = 7;  // the eighth is grey, as folded slices are
constexpr double kLetter = 6.5;
constexpr double kLeastNamed = 40;

std::string counted(int64_t count, const char* what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

/// As many letters as fit, and never a part of one.
std::string shortened(const std::string& text, double width) {
    const auto letters = static_cast<size_t>(std::max(width / kLetter, 0.0));
    size_t seen = 0;
    for (size_t i = 0; i < text.size(); ++i) {
        const bool begins = (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
        if (begins && seen++ == letters) return text.substr(0, i) + "..";
    }
    return text;
}

class Picture {
  public:
    explicit Picture(const ImportedTrace& trace)
        : trace_(trace), per_ns_(kPictureWidth / std::max<double>(static_cast<double>(trace.length_ns), 1)) {}

    std::string row(const ImportedLane& lane, const ImportedRow& row, double y) const {
        std::string text;
        size_t first = 0, count = 0;  // of narrow slices that are one shape
        const auto fold = [&] {
            if (count == 1) text += slice(lane, row, first, y);
            if (count > 1) text += folded(row, first, count, y);
            count = 0;
        };
        for (size_t i = 0; i < row.slices.size(); ++i) {
            const bool narrow = x_of(row.end[i]) - x_of(row.begin[i]) < kLeast;
            if (count > 0 && (!narrow || x_of(row.begin[i]) - x_of(row.end[i - 1]) >= kLeast)) fold();
            if (!narrow)
                text += slice(lane, row, i, y);
            else if (count++ == 0)
                first = i;
        }
        fold();
        return text;
    }

    /// One mark a unit at most.
    std::string instants(const ImportedLane& lane, double y) const {
        std::string text;
        double last = -kLeast;
        for (const ImportedInstant& instant : lane.instants) {
            const double x = x_of(instant.time_ns);
            if (x - last < kLeast) continue;
            last = x;
            text += svg_rect(x, y, 1, kInstants, "instant", trace_.text(instant.name) + ", an instant");
        }
        return text;
    }

    std::string times(double bottom) const {
        constexpr int parts = 4;
        std::string text;
        for (int i = 0; i <= parts; ++i) {
            const double x = kPictureWidth * i / parts;
            text += svg_vertical(x, 0, bottom) +
                    svg_label(i < parts ? x + 2 : x - 70, bottom + 12,
                              i == 0 ? "0 s" : nanoseconds_text(trace_.length_ns / parts * i), "dimtext");
        }
        return text;
    }

  private:
    double x_of(int64_t time_ns) const { return static_cast<double>(time_ns) * per_ns_; }

    std::string slice(const ImportedLane& lane, const ImportedRow& row, size_t index, double y) const {
        const ImportedSlice& shown = lane.slices[static_cast<size_t>(row.slices[index])];
        const double x = x_of(shown.begin_ns);
        const double width = std::max(x_of(shown.end_ns) - x, 0.5);
        const std::string& name = trace_.text(shown.name);
        std::string text =
            svg_rect(x, y + 1, width, kRow - 2, svg_category("c", static_cast<size_t>(shown.name) % kColours),
                     name + ", " + nanoseconds_text(shown.end_ns - shown.begin_ns));
        if (width >= kLeastNamed) text += svg_label(x + 3, y + kRow - 4, shortened(name, width - 20));
        return text;
    }

    std::string folded(const ImportedRow& row, size_t first, size_t count, double y) const {
        const size_t last = first + count - 1;
        const double x = x_of(row.begin[first]);
        return svg_rect(x, y + 1, std::max(x_of(row.end[last]) - x, 0.5), kRow - 2, "folded",
                        counted(static_cast<int64_t>(count), "slice") + " in " +
                            nanoseconds_text(row.end[last] - row.begin[first]) +
                            ", too narrow to be seen apart");
    }

    const ImportedTrace& trace_;
    double per_ns_;
};

/// How many rows of each lane are drawn: as many of all as the picture holds.
std::vector<size_t> drawn_rows(const ImportedTrace& trace) {
    const auto rows_at = [&](size_t most) {
        size_t sum = 0;
        for (const ImportedLane& lane : trace.lanes)
            sum += std::min(std::max<size_t>(lane.rows.size(), 1), most);
        return sum;
    };
    size_t most = kMostTraceRows;
    while (most > 1 && rows_at(most) > kMostTraceRows) --most;
    std::vector<size_t> rows;
    for (const ImportedLane& lane : trace.lanes)
        rows.push_back(rows.size() < kMostTraceRows ? std::min(lane.rows.size(), most) : 0);
    return rows;
}

std::string lane_title(const ImportedTrace& trace, const ImportedLane& lane) {
    const ImportedProcess& process = trace.processes[static_cast<size_t>(lane.process)];
    return process.name + (process.labels.empty() ? "" : " " + process.labels) + " / " + lane.name;
}

std::string lanes_svg(const ImportedTrace& trace) {
    const Picture picture(trace);
    const std::vector<size_t> rows = drawn_rows(trace);
    std::string content;
    double y = 0;
    for (size_t i = 0; i < std::min(trace.lanes.size(), kMostTraceRows); ++i) {
        const ImportedLane& lane = trace.lanes[i];
        const size_t deeper = lane.rows.size() - rows[i];
        content += svg_label(
            0, y + kTitle - 4,
            lane_title(trace, lane) +
                (deeper > 0 ? "   (" + counted(static_cast<int64_t>(deeper), "deeper row") + " not drawn)"
                            : ""));
        y += kTitle;
        for (size_t row = 0; row < rows[i]; ++row, y += kRow) content += picture.row(lane, lane.rows[row], y);
        content += picture.instants(lane, y);
        y += kInstants + 2;
    }
    return svg_picture(y + 16, "Lanes of " + trace.name, picture.times(y) + content);
}

std::string total_row(const std::string& name, const ImportedTotal& total) {
    return "<tr><td>" + html_escaped(name) + "</td><td>" + std::to_string(total.slices) + "</td><td>" +
           html_data(static_cast<double>(total.total_ns) * 1e-9, Unit::seconds) + "</td><td>" +
           html_data(static_cast<double>(total.longest_ns) * 1e-9, Unit::seconds) + "</td></tr>\n";
}

/// A lane's names, the largest first; those beyond the most that are listed in one line.
std::string lane_totals(const ImportedTrace& trace, size_t lane, std::span<const ImportedTotal> totals) {
    std::string text =
        "<tr><th colspan=\"4\">" + html_escaped(lane_title(trace, trace.lanes[lane])) + "</th></tr>\n";
    const size_t listed = std::min(totals.size(), kMostTraceNames);
    for (const ImportedTotal& total : totals.first(listed)) text += total_row(trace.text(total.name), total);
    ImportedTotal rest;
    for (const ImportedTotal& total : totals.subspan(listed)) {
        rest.slices += total.slices;
        rest.total_ns =
            total.total_ns > INT64_MAX - rest.total_ns ? INT64_MAX : rest.total_ns + total.total_ns;
        rest.longest_ns = std::max(rest.longest_ns, total.longest_ns);
    }
    const auto more = static_cast<int64_t>(totals.size() - listed);
    return text + (more > 0 ? total_row("and " + counted(more, "other name"), rest) : "");
}

std::string totals_table(const ImportedTrace& trace) {
    std::string text =
        "<details><summary>Slices by lane and name</summary><div class=\"wide\"><table>"
        "<tr><th>name</th><th>slices</th><th>together</th><th>longest</th></tr>\n";
    const std::span<const ImportedTotal> all = trace.totals;
    for (size_t first = 0; first < all.size();) {
        size_t end = first;
        while (end < all.size() && all[end].lane == all[first].lane) ++end;
        text += lane_totals(trace, static_cast<size_t>(all[first].lane), all.subspan(first, end - first));
        first = end;
    }
    return text + "</table></div></details>\n";
}

/// What the picture leaves out, one sentence each.
std::string left_out(const ImportedTrace& trace) {
    std::string text;
    const auto say = [&](const std::string& sentence) {
        text += "<p class=\"dim\">" + html_escaped(sentence) + "</p>\n";
    };
    if (trace.lanes.size() > kMostTraceRows)
        say(counted(static_cast<int64_t>(trace.lanes.size() - kMostTraceRows), "more lane") +
            " not drawn; the table has their slices.");
    if (!trace.counters.empty() || !trace.flows.empty())
        say("Not drawn here, but in the window: " +
            counted(static_cast<int64_t>(trace.counters.size()), "counter") + ", " +
            counted(static_cast<int64_t>(trace.flows.size()), "flow") + ".");
    for (const ImportNote& note : trace.notes)
        say("Not shown, or shown differently from the file: " + note_text(note));
    return text;
}

}  // namespace

std::string trace_section(const ImportedTrace& trace, size_t number, bool beside_runs) {
    return "<section id=\"trace-" + std::to_string(number) +
           "\"><h2>Imported trace: " + html_escaped(trace.name) +
           "</h2>\n<p class=\"dim\">Of another program, from its own first event on: " +
           counted(trace.slices(), "slice") + " in " +
           counted(static_cast<int64_t>(trace.lanes.size()), "lane") + ", " +
           counted(trace.instants(), "instant") + ", " + nanoseconds_text(trace.length_ns) +
           (trace.rank ? ", rank " + std::to_string(*trace.rank) : "") +
           (beside_runs ? ". It has no experiment and no figures and takes no part in the comparison" : "") +
           ". Slices of one name have one colour; grey: slices too narrow to be seen apart.</p>\n" +
           (trace.lanes.empty() ? "" : lanes_svg(trace) + totals_table(trace)) + left_out(trace) +
           "</section>\n";
}

}  // namespace ringscope
