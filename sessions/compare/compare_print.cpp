// A Comparison as JSON and as tables for a terminal.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "sessions/compare/compare.h"
#include "sessions/compare/run_side.h"
#include "sessions/strict_json.h"

namespace ringscope {

namespace {

Json optionals(const std::vector<std::optional<double>>& values) {
    Json list = Json::array();
    for (const auto& value : values) list.push_back(value ? Json(*value) : Json());
    return list;
}

Json output_json(const std::optional<OutputDifference>& difference) {
    if (!difference) return {};
    const OutputDifference& d = *difference;
    return {{"rows", d.rows},
            {"rows_in_one", d.rows_in_one},
            {"not_finite", d.not_finite},
            {"max_abs", d.max_abs},
            {"rms", d.rms},
            {"max_abs_lse", d.max_abs_lse},
            {"worst", {{"batch", d.worst.batch}, {"token", d.worst.token}, {"head", d.worst.head}}},
            {"worst_head", d.worst_head()},
            {"max_abs_of_head", d.max_abs_of_head}};
}

Json rank_json(const std::optional<RankMetrics>& rank) {
    if (!rank) return {};
    Json json = Json::object();
    for (const RankFigure& figure : rank_figures())
        json[figure.key] = number_json(figure.of(*rank), figure.unit);
    return json;
}

using Table = std::vector<std::vector<std::string>>;

/// Characters, not bytes: continuation bytes of UTF-8 take no column.
size_t width(const std::string& text) {
    return static_cast<size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// Columns as wide as their widest cell, two blanks apart; the first column to the left, the others to the
/// right.
std::string table_text(const Table& table) {
    std::vector<size_t> widths;
    for (const auto& row : table)
        for (size_t column = 0; column < row.size(); ++column) {
            if (column >= widths.size()) widths.push_back(0);
            widths[column] = std::max(widths[column], width(row[column]));
        }
    std::string text;
    for (const auto& row : table) {
        std::string line;
        for (size_t column = 0; column < row.size(); ++column) {
            const std::string pad(widths[column] - width(row[column]), ' ');
            line += column == 0 ? row[column] + pad : "  " + pad + row[column];
        }
        text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
}

std::string metric_cell(const MetricRow& row, size_t run) {
    if (!row.values[run]) return "-";
    std::string text = figure_text(*row.values[run], row.unit);
    if (row.bands[run]) text += " +- " + figure_text(*row.bands[run], row.unit);
    if (run == 0 || !row.ratios[run]) return text;
    return text + " (x" + ratio_text(*row.ratios[run]) + ")";
}

Table settings_table(const Comparison& c) {
    Table table{{"setting"}};
    table[0].insert(table[0].end(), c.names.begin(), c.names.end());
    for (const SettingDifference& setting : c.settings) {
        table.push_back({setting.path});
        table.back().insert(table.back().end(), setting.values.begin(), setting.values.end());
    }
    return table;
}

Table metrics_table(const Comparison& c) {
    Table table{{"figure"}};
    table[0].insert(table[0].end(), c.names.begin(), c.names.end());
    for (const MetricRow& row : c.metrics) {
        table.push_back({row.label});
        for (size_t i = 0; i < row.values.size(); ++i) table.back().push_back(metric_cell(row, i));
    }
    return table;
}

/// "compute / wait / ..", or such a list of a rank's values.
template <typename Text>
std::string headline_list(Text text) {
    std::string list;
    for (const RankFigure& figure : rank_figures())
        if (figure.headline) list += (list.empty() ? "" : " / ") + text(figure);
    return list;
}

/// The headline figures of each rank, run by run.
Table ranks_table(const Comparison& c) {
    Table table{{"rank"}};
    const std::string names = headline_list([](const RankFigure& f) { return std::string(f.name); });
    for (const std::string& name : c.names) table[0].push_back(name + ": " + names);
    for (const RankRow& row : c.ranks) {
        table.push_back({std::to_string(row.rank)});
        for (const auto& rank : row.runs)
            table.back().push_back(
                rank ? headline_list([&](const RankFigure& f) { return figure_text(f.of(*rank), f.unit); })
                     : "-");
    }
    return table;
}

}  // namespace

std::string comparison_to_json(const Comparison& c) {
    Json json{{"names", c.names}, {"same", c.same}, {"verdict", c.verdict}, {"warnings", c.warnings}};
    json["sides"] = Json::array();
    for (size_t i = 0; i < c.sides.size(); ++i)
        json["sides"].push_back({{"name", c.names[i]},
                                 {"shown_run_id", c.sides[i].shown > 0 ? Json(c.sides[i].shown) : Json()},
                                 {"run_ids", c.sides[i].ids},
                                 {"clock", c.clocks[i]},
                                 {"repeats", c.spreads[i].repeats},
                                 {"named_set", c.sides[i].named_set},
                                 {"wrong_run_ids", c.sides[i].wrong},
                                 {"unfinished_run_ids", c.sides[i].unfinished}});
    json["settings"] = Json::array();
    for (const SettingDifference& setting : c.settings)
        json["settings"].push_back({{"path", setting.path}, {"values", setting.values}});
    json["metrics"] = Json::array();
    for (const MetricRow& row : c.metrics)
        json["metrics"].push_back({{"key", row.key},
                                   {"label", row.label},
                                   {"unit", unit_symbol(row.unit)},
                                   {"best", row.best < 0 ? Json() : Json(row.best)},
                                   {"values", optionals(row.values)},
                                   {"bands", optionals(row.bands)},
                                   {"ratios", optionals(row.ratios)}});
    json["spreads"] = Json::array();
    for (const Spread& spread : c.spreads)
        json["spreads"].push_back({{"repeats", spread.repeats},
                                   {"median_seconds", spread.median},
                                   {"least_seconds", spread.least},
                                   {"most_seconds", spread.most}});
    json["outputs"] = Json::array();
    for (const auto& difference : c.outputs) json["outputs"].push_back(output_json(difference));
    json["ranks"] = Json::array();
    for (const RankRow& row : c.ranks) {
        Json runs = Json::array();
        for (const auto& rank : row.runs) runs.push_back(rank_json(rank));
        json["ranks"].push_back({{"rank", row.rank}, {"runs", std::move(runs)}});
    }
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::vector<std::string> side_sentences(const Comparison& c) {
    std::vector<std::string> sentences;
    const bool one_clock = std::all_of(c.clocks.begin(), c.clocks.end(),
                                       [&](const std::string& clock) { return clock == c.clocks.front(); });
    if (one_clock && !c.clocks.empty() && !c.clocks.front().starts_with("this machine (measured)"))
        sentences.push_back("clock: " + c.clocks.front());
    for (size_t i = 0; !one_clock && i < c.clocks.size(); ++i)
        sentences.push_back(c.names[i] + ": clock: " + c.clocks[i]);
    for (size_t i = 0; i < c.sides.size(); ++i) {
        const SideRuns& side = c.sides[i];
        if (side.shown == 0) continue;
        const std::string shown = "run " + std::to_string(side.shown);
        if (side.ids.size() < 2) {
            sentences.push_back(c.names[i] + ": " + shown + ", no repeats");
            continue;
        }
        sentences.push_back(c.names[i] + ": " + run_numbers_text(side.ids) + ", " +
                            std::to_string(side.ids.size()) + " repeats; the figures are those of " + shown +
                            (side.named_set ? ", the median" : ""));
    }
    return sentences;
}

std::vector<std::string> output_sentences(const Comparison& c) {
    std::vector<std::string> sentences;
    for (size_t i = 0; i < c.outputs.size(); ++i)
        if (c.outputs[i])
            sentences.push_back(c.names[i] + " against " + c.names[0] + ": " +
                                output_difference_text(*c.outputs[i]) + ".");
    return sentences;
}

std::string comparison_to_text(const Comparison& c) {
    std::string text;
    for (const std::string& sentence : side_sentences(c)) text += sentence + "\n";
    if (!text.empty()) text += "\n";
    text += c.settings.empty() ? "The same settings.\n" : table_text(settings_table(c));
    text += "\n" + table_text(metrics_table(c));
    if (!c.ranks.empty()) text += "\n" + table_text(ranks_table(c));
    for (const std::string& sentence : output_sentences(c)) text += "\n" + sentence + "\n";
    if (!c.warnings.empty()) text += "\n";
    for (const std::string& warning : c.warnings) text += "! " + warning + "\n";
    return text + "\n" + c.verdict + "\n";
}

}  // namespace ringscope
