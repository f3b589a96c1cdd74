#include "sessions/report/html_report.h"

#include "engine/analysis/verification_text.h"
#include "engine/simulate/replay.h"
#include "sessions/atomic_file.h"
#include "sessions/report/html_page.h"
#include "sessions/report/html_pictures.h"
#include "sessions/report/html_text.h"
#include "sessions/report/html_trace.h"
#include "sessions/report/html_waterfall.h"
#include "sessions/report/palette.h"
#include "sessions/store/run_record.h"

namespace ringscope {

namespace {

using Runs = std::span<const ComparedRun>;

std::string swatch(size_t run) {
    return "<span class=\"swatch c" + std::to_string(run % std::size(kCategories)) + "\"></span>";
}

std::string head_row(const char* first, const Comparison& c) {
    std::string row = std::string("<tr><th>") + first + "</th>";
    for (size_t run = 0; run < c.names.size(); ++run)
        row += "<th>" + swatch(run) + html_escaped(c.names[run]) + (run == 0 ? " (baseline)" : "") + "</th>";
    return row + "</tr>\n";
}

std::string settings_section(const Comparison& c) {
    std::string text = "<section id=\"settings\"><h2>Settings that differ</h2>\n";
    if (c.settings.empty()) return text + "<p>All settings are the same.</p></section>\n";
    text += "<div class=\"wide\"><table>" + head_row("setting", c);
    for (const SettingDifference& setting : c.settings) {
        text += "<tr><td>" + html_escaped(setting.path) + "</td>";
        for (const std::string& value : setting.values) text += "<td>" + html_escaped(value) + "</td>";
        text += "</tr>\n";
    }
    return text + "</table></div></section>\n";
}

std::string metric_cell(const MetricRow& row, size_t run) {
    if (!row.values[run]) return "<td>-</td>";
    std::string cell = "<td" + std::string(row.best == static_cast<int>(run) ? " class=\"best\"" : "") + ">" +
                       html_data(*row.values[run], row.unit);
    if (row.bands[run]) cell += " &plusmn; " + html_escaped(figure_text(*row.bands[run], row.unit));
    if (run > 0 && row.ratios[run]) {
        cell += " <span class=\"dim\">&times;" + ratio_text(*row.ratios[run]) + "</span>";
    }
    return cell + (row.best == static_cast<int>(run) ? " best" : "") + "</td>";
}

std::string metrics_section(const Comparison& c) {
    std::string text =
        "<section id=\"figures\"><h2>Figures</h2>\n<div class=\"wide\"><table>" + head_row("figure", c);
    for (const MetricRow& row : c.metrics) {
        text += "<tr data-key=\"" + html_escaped(row.key) + "\"><td title=\"" + html_escaped(row.formula) +
                "\">" + html_escaped(row.label) + "</td>";
        for (size_t run = 0; run < row.values.size(); ++run) text += metric_cell(row, run);
        text += "</tr>\n";
    }
    return text +
           "</table></div><p class=\"dim\">&times;: ratio to the baseline. &plusmn;: half the range of the "
           "repeats. Only exact figures, or times whose repeats do not overlap, are marked best; never a run "
           "with a wrong answer.</p></section>\n";
}

std::string ranks_section(const Comparison& c) {
    if (c.ranks.empty()) return "";
    std::string text = "<section id=\"ranks\"><h2>Rank by rank</h2>\n";
    for (const RankFigure& figure : rank_figures())
        if (figure.headline)
            text += std::string("<h3>") + figure.label + "</h3>\n<p class=\"dim\">" +
                    html_escaped(figure.formula) + "</p>\n" + rank_bars_svg(c, figure);
    text += "<details><summary>As a table</summary><div class=\"wide\"><table>" + head_row("rank", c);
    for (const RankFigure& figure : rank_figures())
        for (const RankRow& row : c.ranks) {
            text += "<tr><td>" + std::to_string(row.rank) + ", " + figure.name + "</td>";
            for (const auto& rank : row.runs)
                text +=
                    "<td>" + (rank ? html_data(figure.of(*rank), figure.unit) : std::string("-")) + "</td>";
            text += "</tr>\n";
        }
    return text + "</table></div></details></section>\n";
}

std::string verification_text(const Run& run) {
    if (run.state != RunState::done) return name_of(run.state);
    if (!run.verification) return "not verified";
    std::string text = std::string(run.verification->passed ? "verified" : "WRONG") + ", largest error " +
                       error_text(run.verification->max_abs_error) + " in " +
                       std::to_string(run.verification->checked_rows) + " of " +
                       std::to_string(run.verification->total_rows) + " rows";
    for (const std::string& failure : failures_of(*run.verification)) text += "; " + failure;
    return text;
}

std::string provenance_section(Runs runs, const Comparison& c) {
    std::string text =
        "<section id=\"provenance\"><h2>Where the runs come from</h2>\n<div class=\"wide\"><table>" +
        head_row("", c);
    const auto row = [&](const char* name, auto value) {
        text += std::string("<tr><td>") + name + "</td>";
        for (const ComparedRun& compared : runs)
            text += "<td>" + html_escaped(value(*compared.run)) + "</td>";
        text += "</tr>\n";
    };
    row("answer", verification_text);
    row("settings", [](const Run& r) { return settings_line(r.experiment); });
    row("started", [](const Run& r) { return utc_text(r.started_utc_ms) + " UTC"; });
    row("host", [](const Run& r) { return r.machine.host; });
    row("processor",
        [](const Run& r) { return r.machine.cpu + ", " + std::to_string(r.machine.cores) + " cores"; });
    row("system", [](const Run& r) { return r.machine.os; });
    row("origin", [](const Run& r) { return std::string(name_of(r.origin)); });
    row("clock", [](const Run& r) { return clock_text(r); });
    row("device and kernel", [](const Run& r) { return r.device + " " + r.kernel; });
    row("threads", [](const Run& r) { return std::to_string(r.threads); });
    row("RingScope", [](const Run& r) { return r.version; });
    row("error", [](const Run& r) { return r.error; });
    return text + "</table></div></section>\n";
}

std::string picture_section(const char* id, const char* title, const std::string& help,
                            const std::string& svg) {
    if (svg.empty()) return "";
    return std::string("<section id=\"") + id + "\"><h2>" + title + "</h2>\n<p class=\"dim\">" + help +
           "</p>\n" + svg + "</section>\n";
}

/// Which clock the times of the page are of.
std::string clocks_text(const Comparison& c) {
    std::string text;
    for (size_t run = 0; run < c.clocks.size(); ++run) {
        if (run > 0 && c.clocks[run] == c.clocks.front()) continue;
        text += (run == 0 ? "Clock: " : "; " + c.names[run] + ": ") + c.clocks[run];
    }
    return text + ".";
}

std::string kinds_legend() {
    std::string text;
    for (const SpanKind kind : {SpanKind::pack, SpanKind::compute, SpanKind::merge, SpanKind::wait,
                                SpanKind::receive, SpanKind::collective})
        text += "<svg style=\"display:inline;width:.8em;height:.8em\" viewBox=\"0 0 10 10\"><rect class=\"k" +
                std::to_string(static_cast<int>(kind)) + "\" width=\"10\" height=\"10\"/></svg> " +
                std::string(name_of(kind)) + " &nbsp; ";
    return text;
}

}  // namespace

std::string comparison_to_html(Runs runs, const Comparison& c, const ImportedTraces& traces) {
    std::string title;
    for (const std::string& name : c.names) title += (title.empty() ? "" : " / ") + name;
    std::string page = "<h1>" + html_escaped(title) + "</h1>\n<p class=\"verdict\" id=\"verdict\">" +
                       html_escaped(c.verdict) + "</p>\n";
    page += "<p class=\"dim\" id=\"clock\">" + html_escaped(clocks_text(c)) + "</p>\n";
    for (const std::string& sentence : output_sentences(c)) page += "<p>" + html_escaped(sentence) + "</p>\n";
    for (const std::string& warning : c.warnings)
        page += "<p class=\"warning\">! " + html_escaped(warning) + "</p>\n";
    page += settings_section(c) + metrics_section(c);
    page += picture_section("timelines", "Timelines, aligned by ring step",
                            "Above: work and waiting; below: what arrives. Between two runs: how much longer "
                            "(orange, up) or shorter (blue, down) each rank took for each step. " +
                                kinds_legend(),
                            timelines_svg(runs));
    page += waterfall_section(runs);
    page += picture_section("memory", "Memory of the fullest rank",
                            "Over each run's own time from its start.", memory_svg(runs));
    for (size_t i = 0; i < traces.size(); ++i) page += trace_section(*traces[i], i + 1);
    page += ranks_section(c) + provenance_section(runs, c);
    return html_page(title, page);
}

void save_html_report(Runs runs, const Comparison& c, const ImportedTraces& traces, const std::string& path,
                      const std::stop_token& stop) {
    AtomicFile file(path, stop);
    file.write(comparison_to_html(runs, c, traces));
    file.commit();
}

}  // namespace ringscope
