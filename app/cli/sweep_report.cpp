#include "app/cli/sweep_report.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "app/cli/repeated_run.h"
#include "app/cli/text_table.h"
#include "engine/analysis/figures.h"
#include "engine/base/number_text.h"

namespace ringscope {

namespace {

using Json = nlohmann::ordered_json;

/// Of the row's runs the rate that their median time gives; of another figure the worst of the runs.
double row_value(const SweepRow& row, const Figure& figure) {
    double value = row.runs.front().figures[figure];
    if (figure.unit == Unit::gflops_per_second) {
        const double median = spread_of(row).median;
        return median > 0 ? value * row.runs.front().figures["seconds"] / median : 0;
    }
    for (const SweepRun& run : row.runs)
        value = figure.better == Better::more ? std::fmin(value, run.figures[figure])
                                              : std::fmax(value, run.figures[figure]);
    return value;
}

/// The headline figures; time and error have columns of their own.
std::vector<const Figure*> row_figures() {
    std::vector<const Figure*> shown;
    for (const Figure& figure : figures())
        if (figure.headline && figure.unit != Unit::seconds && figure.unit != Unit::error)
            shown.push_back(&figure);
    return shown;
}

Json figure_json(double value, Unit unit) {
    if (!std::isfinite(value)) return {};
    return unit == Unit::bytes ? Json(static_cast<int64_t>(value)) : Json(value);
}

bool is_wrong(const SweepRow& row) {
    return std::any_of(row.runs.begin(), row.runs.end(),
                       [](const SweepRun& run) { return known_wrong(run); });
}

std::string answer_cell(const SweepRow& row) {
    if (is_wrong(row)) return "WRONG";
    return is_verified(row) ? "verified" : "not verified";
}

std::string spread_cell(const Spread& spread) {
    if (spread.repeats < 2) return "one run";
    return seconds_text(spread.least) + " to " + seconds_text(spread.most);
}

/// The columns of axes that take one value only would say the same in every row.
std::vector<size_t> varied(std::span<const SweepAxis> axes) {
    std::vector<size_t> indices;
    for (size_t i = 0; i < axes.size(); ++i)
        if (axes[i].values.size() > 1) indices.push_back(i);
    return indices;
}

std::vector<std::string> row_cells(const SweepRow& row, const std::vector<size_t>& axes, bool best) {
    std::vector<std::string> cells{best ? "*" : ""};
    for (const size_t axis : axes) cells.push_back(row.point.values[axis]);
    if (row.runs.empty()) {
        cells.insert(cells.end(), {"0", "-", "-"});
        cells.resize(cells.size() + row_figures().size(), "-");
    } else {
        const Spread spread = spread_of(row);
        cells.insert(cells.end(),
                     {std::to_string(spread.repeats), seconds_text(spread.median), spread_cell(spread)});
        for (const Figure* figure : row_figures())
            cells.push_back(figure_text(row_value(row, *figure), figure->unit));
    }
    cells.push_back(!row.error.empty() ? row.error : row.runs.empty() ? "not run" : answer_cell(row));
    return cells;
}

Json row_json(const SweepReport& report, const SweepRow& row) {
    Json settings = Json::object();
    for (size_t i = 0; i < report.axes.size(); ++i) settings[report.axes[i].path] = row.point.values[i];
    Json json{{"settings", std::move(settings)},
              {"experiment_hash", row.point.hash},
              {"error", row.error.empty() ? Json() : Json(row.error)}};
    if (row.runs.empty()) return json;
    std::vector<double> seconds;
    std::vector<int64_t> ids;
    for (const SweepRun& run : row.runs) {
        seconds.push_back(run.figures["seconds"]);
        if (run.id > 0) ids.push_back(run.id);
    }
    json["repeats"] = repeats_json(seconds, ids);
    for (const Figure* figure : row_figures())
        json[figure->list_key()] = figure_json(row_value(row, *figure), figure->unit);
    json["verified"] = is_verified(row);
    json["wrong"] = is_wrong(row);
    return json;
}

std::string best_sentence(const SweepReport& report, const SweepBest& best) {
    if (best.row < 0) return best.why_not;
    const SweepRow& row = report.rows[static_cast<size_t>(best.row)];
    return "* Best: " + row.point.label + ", beyond the spread of every other.";
}

/// "0.1.0 (abc), 0.1.0 (def)": each once.
std::string named_once(std::span<const std::string> builds) {
    const std::set<std::string> once(builds.begin(), builds.end());
    std::string text;
    for (const std::string& build : once) text += (text.empty() ? "" : ", ") + build;
    return text;
}

/// Runs that only the program's build tells apart; "" when there are none.
std::string other_builds_line(const SweepReport& report) {
    const size_t count = report.other_builds.size();
    if (count == 0) return "";
    const std::string runs = std::to_string(count) + (count == 1 ? " run" : " runs");
    const std::string builds = named_once(report.other_builds);
    if (report.any_build)
        return runs + " of other builds counted: " + builds +
               "; what changed since may show as a difference\n";
    return runs + " of other builds in the run file left out: " + builds + "; --any-build counts them\n";
}

}  // namespace

std::string sweep_text(const SweepReport& report) {
    const std::vector<size_t> axes = varied(report.axes);
    std::vector<TextTable::Column> columns{{"", Align::left}};
    for (const size_t axis : axes) columns.push_back({report.axes[axis].path, Align::left});
    columns.insert(columns.end(), {{"runs"}, {"median"}, {"spread"}});
    for (const Figure* figure : row_figures()) columns.push_back({figure->name});
    columns.push_back({"reference", Align::left});
    TextTable table(std::move(columns));
    const SweepBest best = best_of(report.rows);
    for (size_t i = 0; i < report.rows.size(); ++i)
        table.add_row(row_cells(report.rows[i], axes, static_cast<int>(i) == best.row));
    std::string text = table.text() + "\n" + best_sentence(report, best) + "\n";
    text += std::to_string(report.ran) + " runs made";
    if (report.held > 0) text += ", " + std::to_string(report.held) + " were in the run file already";
    return text + "\n" + other_builds_line(report);
}

std::string sweep_json(const SweepReport& report) {
    const SweepBest best = best_of(report.rows);
    Json json{{"repeats", report.repeats},
              {"ran", report.ran},
              {"held", report.held},
              {"of_other_builds", report.other_builds.size()},
              {"other_builds_counted", report.any_build},
              {"interrupted", report.interrupted},
              {"best", best.row < 0 ? Json() : Json(best.row)},
              {"why_no_best", best.row < 0 ? Json(best.why_not) : Json()},
              {"combinations", Json::array()}};
    for (const SweepRow& row : report.rows) json["combinations"].push_back(row_json(report, row));
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ringscope
