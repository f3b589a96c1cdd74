#include "app/cli/report.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "app/cli/text_table.h"
#include "app/cli/waterfall_report.h"
#include "engine/analysis/figures.h"
#include "engine/base/number_text.h"
#include "engine/run/version.h"
#include "engine/simulate/replay.h"
#include "sessions/store/run_record.h"

namespace ringscope {

namespace {

std::string over_prediction(int64_t measured, int64_t predicted) {
    if (predicted == 0) return "-";
    return change_text(static_cast<double>(measured) / static_cast<double>(predicted) - 1);
}

/// Of the ranks' figures those that fit into a terminal's line.
constexpr const char* kRankColumns[] = {"compute_seconds",     "wait_seconds",   "transfer_seconds",
                                        "sent_bytes",          "received_bytes", "peak_bytes",
                                        "predicted_peak_bytes"};

std::string rank_table(const Metrics& metrics) {
    std::vector<TextTable::Column> columns{{"rank"}};
    for (const char* key : kRankColumns) columns.push_back({rank_figure(key).name});
    columns.push_back({"off by"});
    TextTable table(std::move(columns));
    for (const RankMetrics& rank : metrics.ranks) {
        std::vector<std::string> cells{std::to_string(rank.rank)};
        for (const char* key : kRankColumns) {
            const RankFigure& figure = rank_figure(key);
            cells.push_back(figure_text(figure.of(rank), figure.unit));
        }
        cells.push_back(over_prediction(rank.peak_bytes, rank.predicted_peak_bytes));
        table.add_row(std::move(cells));
    }
    return table.text();
}

/// "time 636 ms   overlap 0.93   ..": the headline figures that the run has.
std::string headline(const Run& run) {
    std::string line;
    for (const Figure& figure : figures()) {
        const double value = figure.of(run);
        if (!figure.headline || std::isnan(value)) continue;
        line +=
            (line.empty() ? "" : "   ") + std::string(figure.name) + " " + figure_text(value, figure.unit);
    }
    return line;
}

/// Headline, ranks, and what they come to in words.
std::string figures_text(const Run& run) {
    const std::string sentences = waterfall_sentences(run);
    return headline(run) + "\n\n" + rank_table(run.metrics) + (sentences.empty() ? "" : "\n") + sentences;
}

std::string option_table(const std::string& title, const std::vector<EngineOption>& options) {
    TextTable table({{title, Align::left}, {"usable", Align::left}, {"", Align::left}});
    for (const EngineOption& option : options)
        table.add_row({option.name, option.usable ? "yes" : "no",
                       option.usable ? option.description : option.description + ": " + option.why_not});
    return table.text();
}

nlohmann::ordered_json options_json(const std::vector<EngineOption>& options) {
    auto list = nlohmann::ordered_json::array();
    for (const EngineOption& option : options)
        list.push_back({{"name", option.name},
                        {"description", option.description},
                        {"usable", option.usable},
                        {"why_not", option.why_not}});
    return list;
}

/// What the times stand for, and on what they came about.
std::string origin_lines(const Run& run) {
    if (!run.simulation)
        return std::string(name_of(run.origin)) + " on " + run.device + ", kernel " + run.kernel +
               ", transport " + run.transport + ", " + std::to_string(run.threads) +
               (run.threads == 1 ? " thread" : " threads") + "\n";
    const MachineModel& machine = *run.simulation->machine;
    std::string text = "simulated on " + machine.name + " (" + machine.title + "), over " + run.transport +
                       ": " + explanation_of(run.origin) + "\n";
    const std::vector<double>& trials = run.simulation->trial_seconds;
    if (trials.size() > 1)
        text += std::to_string(trials.size()) + " trials: " + seconds_text(trials.front()) + " to " +
                seconds_text(trials.back()) + "; shown is the median\n";
    return text;
}

}  // namespace

std::string run_report(const Run& run) {
    std::string text = settings_line(run.experiment) + "\n" + origin_lines(run);
    if (run.compiled_kernels > 0)
        text += "compiled " + count_text(run.compiled_kernels) +
                (run.compiled_kernels == 1 ? " kernel in " : " kernels in ") +
                seconds_text(run.compile_seconds) + ", before the clock started\n";
    const auto best_shown = shares_cores(run) && why_not_replayable(run).empty() ? replay(run) : nullptr;
    if (!best_shown) return text + "\n" + figures_text(run);
    text += "\nclock: " + clock_text(run) + "\n" + figures_text(run);
    return text + "\nclock: " + clock_text(*best_shown) + "\n" + figures_text(*best_shown);
}

std::string plan_report(const Schedule& schedule) {
    std::string text = settings_line(schedule.experiment) + "\n\n";
    text += std::string(name_of(schedule.strategy)) + ", " + std::to_string(schedule.ranks) +
            (schedule.ranks == 1 ? " rank, " : " ranks, ") + std::to_string(schedule.steps) +
            (schedule.steps == 1 ? " step   " : " steps   ") + flops_text(schedule.flops) + " (" +
            percent_text(schedule.dense_flops > 0 ? schedule.flops / schedule.dense_flops : 0) +
            " of dense)   " + bytes_text(static_cast<double>(schedule.bytes_on_wire)) + " on the wire\n\n";
    TextTable table({{"rank"}, {"tokens"}, {"compute"}, {"sent"}, {"received"}, {"predicted peak"}});
    for (size_t rank = 0; rank < schedule.rank_plans.size(); ++rank) {
        const RankPlan& plan = schedule.rank_plans[rank];
        table.add_row({std::to_string(rank), count_text(plan.tokens), flops_text(plan.flops),
                       bytes_text(static_cast<double>(plan.sent_bytes)),
                       bytes_text(static_cast<double>(plan.received_bytes)),
                       bytes_text(static_cast<double>(plan.predicted_peak_bytes()))});
    }
    return text + table.text();
}

namespace {

/// "gpu" for what runs on any GPU.
std::string kind_of_kernels(const EngineInventory::Kernels& kernels) {
    return kernels.device == "cuda" ? "gpu" : kernels.device;
}

}  // namespace

std::string inventory_report(const EngineInventory& inventory) {
    const Machine& machine = inventory.machine;
    std::string text = machine.host + ": " + machine.cpu + ", " + std::to_string(machine.cores) + " cores, " +
                       bytes_text(static_cast<double>(machine.memory_bytes)) + ", " + machine.os + "\n\n" +
                       option_table("device", inventory.devices) + "\n" +
                       option_table("transport", inventory.transports);
    for (const EngineInventory::Kernels& kernels : inventory.kernels)
        text += "\n" + option_table(kind_of_kernels(kernels) + " kernel", kernels.options);
    return text;
}

std::string inventory_to_json(const EngineInventory& inventory) {
    const Machine& machine = inventory.machine;
    nlohmann::ordered_json object{{"version", version()},
                                  {"machine",
                                   {{"host", machine.host},
                                    {"cpu", machine.cpu},
                                    {"cores", machine.cores},
                                    {"memory_bytes", machine.memory_bytes},
                                    {"os", machine.os}}},
                                  {"devices", options_json(inventory.devices)},
                                  {"transports", options_json(inventory.transports)},
                                  {"cpu_kernels", nlohmann::ordered_json::array()},
                                  {"gpu_kernels", nlohmann::ordered_json::array()}};
    for (const EngineInventory::Kernels& kernels : inventory.kernels)
        object[kind_of_kernels(kernels) + "_kernels"] = options_json(kernels.options);
    return object.dump(2) + "\n";
}

}  // namespace ringscope
