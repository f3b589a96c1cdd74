// ringscope compare: saved runs side by side.
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/run_file_option.h"
#include "app/cli/trace_comparison_report.h"
#include "app/cli/trace_report.h"
#include "app/process/standard_output.h"
#include "sessions/compare/compare.h"
#include "sessions/compare/compare_bounds.h"
#include "sessions/compare/compare_load.h"
#include "sessions/report/html_report.h"
#include "sessions/stop.h"

namespace ringscope {

namespace {

constexpr int kExitBoundBroken = 1;

struct CompareCommand {
    std::vector<std::string> runs;
    std::vector<std::string> bounds;
    std::string db;
    bool json = false;
    bool group_names = false;
    std::string html;
};

/// What the person named, apart: kept traces of other programs have no figures.
struct Named {
    std::vector<int64_t> runs, traces;
};

Named find_named(RunStore& store, const std::vector<std::string>& words) {
    Named named;
    for (const std::string& what : words) {
        const int64_t id = store.find(what);
        (store.summary(id).is_trace ? named.traces : named.runs).push_back(id);
    }
    if (named.runs.size() < 2 && !named.runs.empty())
        throw Error(ErrorKind::bad_input,
                    "run " + std::to_string(named.traces.front()) +
                        " is a kept trace of another program, which has no figures to compare with a run: "
                        "name traces alone, or two runs or more beside it; the window's Compare tab shows it "
                        "beside one");
    return named;
}

std::string report_json(const Comparison& comparison, const std::vector<std::string>& broken,
                        const Named& named, const ImportedTraces& traces) {
    auto json = nlohmann::ordered_json::parse(comparison_to_json(comparison));
    json["broken_bounds"] = broken;
    for (size_t i = 0; i < traces.size(); ++i) {
        nlohmann::ordered_json trace{{"run_id", named.traces[i]}, {"name", traces[i]->name}};
        trace.update(nlohmann::ordered_json::parse(trace_to_json(*traces[i])));
        json["traces"].push_back(std::move(trace));
    }
    return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string report_text(const Comparison& comparison, const Named& named, const ImportedTraces& traces) {
    std::string text = comparison_to_text(comparison);
    if (!traces.empty()) text += "\nkept traces of other programs, not compared; --html draws their lanes:\n";
    for (size_t i = 0; i < traces.size(); ++i) {
        const std::string report = trace_report(*traces[i]);
        text += "  " + std::to_string(named.traces[i]) + "  " + report.substr(0, report.find('\n') + 1);
    }
    return text;
}

int compare_command(const CompareCommand& command, const std::stop_token& stop) {
    std::vector<Bound> bounds;
    for (const std::string& text : command.bounds) bounds.push_back(read_bound(text));
    if (!command.html.empty()) require_writable_file(command.html);
    const auto store = open_run_file(command.db, stop);
    const Named named = find_named(*store, command.runs);
    if (named.runs.empty()) {
        if (!bounds.empty())
            throw Error(ErrorKind::bad_input,
                        "--fail-if bounds figures of runs, and kept traces of other programs have none");
        print_trace_comparison(*store, named.traces, {command.json, command.group_names, command.html}, stop);
        return 0;
    }
    const auto runs = load_to_compare(*store, named.runs);
    ImportedTraces traces;
    for (const int64_t id : named.traces) traces.push_back(store->load_trace(id));
    leave_if_stopped(stop);
    const Comparison comparison = compare_runs(runs);
    const std::vector<std::string> broken = broken_bounds(comparison, runs, bounds);
    if (!command.html.empty()) save_html_report(runs, comparison, traces, command.html, stop);
    print(command.json ? report_json(comparison, broken, named, traces)
                       : report_text(comparison, named, traces));
    for (const std::string& sentence : broken) print_error(sentence);
    return broken.empty() ? 0 : kExitBoundBroken;
}

}  // namespace

void declare_compare(Arguments& program, std::stop_token stop) {
    auto command = std::make_shared<CompareCommand>();
    Arguments arguments = program.command("compare", "Compare saved runs with the first one",
                                          [command, stop] { return compare_command(*command, stop); });
    arguments.positionals(
        "RUN", command->runs,
        "Runs by number, name or start of the uuid; the others are compared with the first. "
        "Kept traces may stand among them: they are shown, not compared. Kept traces alone are compared by "
        "name "
        "and rank",
        2);
    declare_run_file(arguments, command->db);
    arguments.values(
        "--fail-if", command->bounds, "BOUND",
        "Exit with code 1 when a run breaks it: 'seconds>+5%' against the first run, or a value itself, "
        "'peak_bytes>1e9'; any figure of --json");
    arguments.file("--html", command->html, FileUse::written,
                   "Write the comparison as one HTML page that needs no network");
    arguments.flag("--group-names", command->group_names,
                   "Of kept traces: names that differ in template arguments, parameters or numbers are one");
    arguments.flag("--json", command->json, "Print one JSON object");
}

}  // namespace ringscope
