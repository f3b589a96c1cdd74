// ringscope compare: saved runs side by side.
#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/run_file_option.h"
#include "app/cli/trace_comparison_report.h"
#include "app/cli/trace_report.h"
#include "app/process/standard_output.h"
#include "engine/simulate/replay.h"
#include "sessions/compare/compare.h"
#include "sessions/compare/compare_bounds.h"
#include "sessions/compare/compare_load.h"
#include "sessions/report/html_report.h"
#include "sessions/stop.h"

namespace ringscope {

namespace {

struct CompareCommand {
    std::vector<std::string> runs;
    std::vector<std::string> bounds;
    std::string db;
    std::string clock;
    Leniency leniency;
    bool strict = false;
    bool any_build = false;
    bool json = false;
    bool group_names = false;
    std::string html;
};

/// What the person named, apart: kept traces of other programs have no figures.
NamedSides find_named(RunStore& store, const CompareCommand& command) {
    NamedSides named = find_sides(store, command.runs, command.any_build);
    if (named.runs.size() < 2 && !named.runs.empty())
        throw Error(ErrorKind::bad_input,
                    "run " + std::to_string(named.traces.front()) +
                        " is a kept trace of another program, which has no figures to compare with a run: "
                        "name traces alone, or two runs or more beside it; the window's Compare tab shows it "
                        "beside one");
    return named;
}

using Json = nlohmann::ordered_json;
using Verdicts = std::vector<BoundVerdict>;

std::vector<std::string> sentences_of(const Verdicts& verdicts, BoundState state) {
    std::vector<std::string> sentences;
    for (const BoundVerdict& verdict : verdicts)
        if (verdict.state == state) sentences.push_back(verdict.sentence);
    return sentences;
}

Json finite_json(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json bounds_json(const Verdicts& verdicts) {
    Json list = Json::array();
    for (const BoundVerdict& verdict : verdicts) {
        list.push_back({{"bound", verdict.bound}, {"run", verdict.run}, {"state", name_of(verdict.state)}});
        if (!verdict.interval) continue;
        list.back()["estimate"] = finite_json(verdict.interval->estimate);
        list.back()["low"] = finite_json(verdict.interval->low);
        list.back()["high"] = finite_json(verdict.interval->high);
        list.back()["level"] = verdict.interval->level;
    }
    return list;
}

std::string report_json(const Comparison& comparison, const Verdicts& verdicts, const NamedSides& named,
                        const ImportedTraces& traces) {
    auto json = Json::parse(comparison_to_json(comparison));
    json["bounds"] = bounds_json(verdicts);
    json["broken_bounds"] = sentences_of(verdicts, BoundState::broken);
    json["undecided_bounds"] = sentences_of(verdicts, BoundState::undecided);
    json["not_comparable_bounds"] = sentences_of(verdicts, BoundState::not_comparable);
    for (size_t i = 0; i < traces.size(); ++i) {
        Json trace{{"run_id", named.traces[i]}, {"name", traces[i]->name}};
        trace.update(Json::parse(trace_to_json(*traces[i])));
        json["traces"].push_back(std::move(trace));
    }
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string report_text(const Comparison& comparison, const NamedSides& named, const ImportedTraces& traces) {
    std::string text = comparison_to_text(comparison);
    if (!traces.empty()) text += "\nkept traces of other programs, not compared; --html draws their lanes:\n";
    for (size_t i = 0; i < traces.size(); ++i) {
        const std::string report = trace_report(*traces[i]);
        text += "  " + std::to_string(named.traces[i]) + "  " + report.substr(0, report.find('\n') + 1);
    }
    return text;
}

/// Says what does not hold, and what is not known. The first of: broken, not comparable, not decided when all must be.
int exit_code(const Verdicts& verdicts, bool strict) {
    const auto is = [&](BoundState state) {
        return std::any_of(verdicts.begin(), verdicts.end(),
                           [&](const BoundVerdict& verdict) { return verdict.state == state; });
    };
    const bool undecided_fails = strict && is(BoundState::undecided);
    for (const BoundVerdict& verdict : verdicts) {
        if (verdict.state == BoundState::holds) continue;
        if (verdict.state == BoundState::undecided && !strict)
            print_note(verdict.sentence);
        else
            print_error(verdict.sentence);
    }
    if (is(BoundState::broken)) return kExitBoundBroken;
    if (is(BoundState::not_comparable)) return kExitNotComparable;
    return undecided_fails ? kExitBoundBroken : 0;
}

/// That clock was asked for, so another does not do.
void require_own_devices(const std::vector<ComparedRun>& runs) {
    if (std::none_of(runs.begin(), runs.end(),
                     [](const ComparedRun& compared) { return shares_cores(*compared.run); }))
        return;
    for (const ComparedRun& compared : runs)
        if (const std::string why = why_not_replayable(*compared.run); !why.empty())
            throw Error(ErrorKind::bad_input, "--clock own-devices: " + compared.name + ": " + why);
}

int compare_command(const CompareCommand& command, const std::stop_token& stop) {
    std::vector<Bound> bounds;
    for (const std::string& text : command.bounds) bounds.push_back(read_bound(text));
    if (bounds.empty() &&
        (command.strict || command.leniency.other_machine || command.leniency.other_problem))
        throw Error(
            ErrorKind::bad_input,
            "--strict, --allow-other-machine and --allow-other-problem say how bounds are judged: give "
            "--fail-if BOUND too");
    if (!command.html.empty()) require_writable_file(command.html);
    const auto store = open_run_file(command.db, stop);
    const NamedSides named = find_named(*store, command);
    if (named.runs.empty()) {
        if (!bounds.empty())
            throw Error(ErrorKind::bad_input,
                        "--fail-if bounds figures of runs, and kept traces of other programs have none");
        print_trace_comparison(*store, named.traces, {command.json, command.group_names, command.html}, stop);
        return 0;
    }
    const auto runs = load_to_compare(
        *store, named.runs, command.clock == "measured" ? CompareClock::measured : CompareClock::own_devices);
    if (command.clock == "own-devices") require_own_devices(runs);
    ImportedTraces traces;
    for (const int64_t id : named.traces) traces.push_back(store->load_trace(id));
    leave_if_stopped(stop);
    const Comparison comparison = compare_runs(runs);
    const Verdicts verdicts = judge_bounds(runs, bounds, command.leniency);
    if (!command.html.empty()) save_html_report(runs, comparison, traces, command.html, stop);
    print(command.json ? report_json(comparison, verdicts, named, traces)
                       : report_text(comparison, named, traces));
    return exit_code(verdicts, command.strict);
}

constexpr const char* kBoundsHelp =
    "A side is a run and its repeats (of the same invocation or name, build, experiment and machine), or all "
    "runs of\n"
    "a name: 'ringscope compare base head'. The output says which repeats count.\n"
    "\n"
    "How a bound of --fail-if is judged, the first of these that applies, and the exit code:\n"
    "  either side gave a wrong answer (run --verify)                               "
    "broken          1\n"
    "  either did not finish; they solve different problems (--allow-other-problem) "
    "not comparable  5\n"
    "  time: another host, processor, cores or origin (--allow-other-machine)       "
    "not comparable  5\n"
    "  time: fewer than 3 repeats of either, or one side compared with itself       "
    "not decided     0, 1 with --strict\n"
    "  time: the limit lies inside the 90 % interval of the change                  "
    "not decided     0, 1 with --strict\n"
    "  time: all of the interval lies beyond the limit                              "
    "broken          1\n"
    "  bytes, work, errors: the value or change lies beyond the limit               "
    "broken          1\n"
    "  otherwise                                                                    "
    "holds           0\n"
    "Time is any figure that depends on it: seconds, speed, waits, overlap, imbalance. Of several bounds a "
    "broken one\n"
    "decides, then one that is not comparable.";

}  // namespace

void declare_compare(Arguments& program, std::stop_token stop) {
    auto command = std::make_shared<CompareCommand>();
    Arguments arguments = program.command("compare", "Compare saved runs with the first one",
                                          [command, stop] { return compare_command(*command, stop); });
    arguments.positionals(
        "RUN", command->runs,
        "Runs by number, name or start of the uuid; the others are compared with the first. A name that "
        "several runs have means all of them, as repeats. Kept traces may stand among them: they are shown, "
        "not compared. Kept traces alone are compared by name and rank",
        2);
    declare_run_file(arguments, command->db);
    arguments.values(
        "--fail-if", command->bounds, "BOUND",
        "Exit with code 1 when a run breaks it: 'seconds>+5%' against the first run, or a value itself, "
        "'seconds>500ms', 'peak_bytes>1GiB'; any figure of --json, with the units and short names of runs "
        "list --filter");
    arguments.flag("--strict", command->strict, "Exit with code 1 when a bound is not decided, too");
    arguments.flag("--allow-other-machine", command->leniency.other_machine,
                   "Judge bounds on time between machines, processors or core counts that differ");
    arguments.flag("--allow-other-problem", command->leniency.other_problem,
                   "Judge bounds between runs that solve different problems");
    arguments.value(
        "--clock", command->clock, "CLOCK",
        "Which clock times are of. own-devices: where ranks shared cores, all runs are replayed as if "
        "every rank had its own device, so that waits for a core decide nothing; measured: this "
        "machine's. own-devices when not given",
        {"own-devices", "measured"});
    arguments.flag("--any-build", command->any_build, "Let the runs of a name be of several builds");
    arguments.file("--html", command->html, FileUse::written,
                   "Write the comparison as one HTML page that needs no network");
    arguments.flag("--group-names", command->group_names,
                   "Of kept traces: names that differ in template arguments, parameters or numbers are one");
    arguments.flag("--json", command->json, "Print one JSON object");
    arguments.footer(kBoundsHelp);
}

}  // namespace ringscope
