// ringscope compare: saved runs side by side.
#include <memory>
#include <nlohmann/json.hpp>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/run_file_option.h"
#include "app/standard_output.h"
#include "sessions/compare.h"
#include "sessions/compare_bounds.h"
#include "sessions/compare_load.h"
#include "sessions/html_report.h"

namespace ringscope {

namespace {

constexpr int kExitBoundBroken = 1;

std::string report_json(const Comparison& comparison, const std::vector<std::string>& broken) {
    auto json = nlohmann::ordered_json::parse(comparison_to_json(comparison));
    json["broken_bounds"] = broken;
    return json.dump(2) + "\n";
}

}  // namespace

void declare_compare(Arguments& program) {
    struct CompareCommand {
        std::vector<std::string> runs;
        std::vector<std::string> bounds;
        std::string db;
        bool json = false;
        std::string html;
    };
    auto command = std::make_shared<CompareCommand>();
    Arguments arguments = program.command("compare", "Compare saved runs with the first one", [command] {
        std::vector<Bound> bounds;
        for (const std::string& text : command->bounds) bounds.push_back(read_bound(text));
        if (!command->html.empty()) require_writable_file(command->html);
        const auto store = open_run_file(command->db);
        std::vector<int64_t> ids;
        for (const std::string& what : command->runs) ids.push_back(store->find(what));
        const auto runs = load_to_compare(*store, ids);
        const Comparison comparison = compare_runs(runs);
        const std::vector<std::string> broken = broken_bounds(comparison, runs, bounds);
        if (!command->html.empty()) save_html_report(runs, comparison, command->html);
        print(command->json ? report_json(comparison, broken) : comparison_to_text(comparison));
        for (const std::string& sentence : broken) print_error(sentence);
        return broken.empty() ? 0 : kExitBoundBroken;
    });
    arguments.positionals("RUN", command->runs,
                          "Runs by number, name or start of the uuid; the others are held against the first",
                          2);
    declare_run_file(arguments, command->db);
    arguments.values(
        "--fail-if", command->bounds, "BOUND",
        "Exit with code 1 when a run breaks it: 'seconds>+5%' against the first run, or a value itself, "
        "'peak_bytes>1e9'; any figure of --json");
    arguments.value("--html", command->html, "FILE",
                    "Write the comparison as one HTML page that needs no network");
    arguments.flag("--json", command->json, "Print one JSON object");
}

}  // namespace ringscope
