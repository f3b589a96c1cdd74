// ringscope simulate: lays the schedule of an experiment out on a machine model, and prints what came of it.
#include <algorithm>
#include <memory>
#include <string>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/experiment_options.h"
#include "app/cli/machine_option.h"
#include "app/cli/progress_line.h"
#include "app/cli/repeated_run.h"
#include "app/cli/report.h"
#include "app/cli/run_file_option.h"
#include "app/cli/run_keeper.h"
#include "app/cli/simulation_options.h"
#include "app/process/standard_output.h"
#include "engine/analysis/figures.h"
#include "engine/base/error.h"
#include "engine/base/number_text.h"
#include "engine/experiment/experiment_text.h"
#include "engine/simulate/simulation_checks.h"
#include "engine/simulate/streamed.h"
#include "sessions/report/run_json.h"
#include "sessions/report/streamed_json.h"
#include "sessions/traces/perfetto_export.h"

namespace ringscope {

namespace {

struct SimulateCommand {
    ExperimentOptions experiment;
    SimulationChoices choices;
    std::string machine, fault, trace, db, name;
    bool json = false;
};

std::string streamed_report(const StreamedSimulation& streamed, const Experiment& experiment,
                            const Simulation& simulation) {
    const Metrics& metrics = streamed.metrics;
    std::string text = settings_line(experiment) + "\nsimulated on " + simulation.machine->name + " (" +
                       simulation.machine->title + "), over " + streamed.transport +
                       "; no work was done, the times come from the model\n\n";
    for (const Figure& figure : figures())
        if (figure.headline && figure.kept)
            text +=
                std::string(figure.name) + " " + figure_text(figure.kept.of(metrics), figure.unit) + "   ";
    const auto by_wall = [](const RankMetrics& a, const RankMetrics& b) {
        return a.compute_seconds < b.compute_seconds;
    };
    const auto [least, most] = std::minmax_element(metrics.ranks.begin(), metrics.ranks.end(), by_wall);
    text += "\n" + std::to_string(streamed.ranks) + " ranks, " + std::to_string(streamed.steps) +
            " steps; compute " + seconds_text(least->compute_seconds) + " (rank " +
            std::to_string(least->rank) + ") to " + seconds_text(most->compute_seconds) + " (rank " +
            std::to_string(most->rank) + ")\n";
    return text + "too many steps to keep a trace: --json has the figures of every rank\n";
}

/// A ring whose schedule is too large to store has figures and no trace.
int simulate_streaming(const SimulateCommand& command, const Experiment& experiment,
                       const Simulation& simulation, const std::stop_token& stop) {
    if (!command.db.empty() || !command.trace.empty())
        throw Error(ErrorKind::bad_input,
                    "--db and --trace keep a run with its spans, and a ring of " +
                        std::to_string(experiment.ring.ranks) +
                        " ranks has too many: leave them out, --json has the figures of every rank");
    StreamedSimulation streamed;
    {
        Progress progress;
        progress.phase.store(RunPhase::running);
        progress.work_total.store(1);
        const ProgressLine line(progress);
        streamed = simulate_streamed(
            experiment, simulation, [&progress](double share) { progress.work_done.store(share); }, stop);
    }
    print(command.json ? streamed_to_json(streamed, experiment, simulation)
                       : streamed_report(streamed, experiment, simulation));
    return 0;
}

int simulate_command(const SimulateCommand& command, const std::stop_token& stop) {
    if (command.db.empty() && !command.name.empty())
        throw Error(ErrorKind::bad_input, "--name names a saved run: give --db FILE too");
    RunOptions options;
    options.keep_output = false;
    options.simulation = {load_machine(command.machine), read_simulation_options(command.choices), {}};
    if (!command.fault.empty()) options.fault = read_fault(command.fault);
    const Experiment experiment = read_experiment(command.experiment, stop);
    require_room(*options.simulation->machine, experiment);
    if (needs_streaming(experiment)) {
        add_fault(options.fault, options.simulation->options);
        return simulate_streaming(command, experiment, *options.simulation, stop);
    }
    if (!command.trace.empty()) require_writable_file(command.trace);
    RunKeeper keeper(open_target(command.db), stop);
    const auto run = run_once(experiment, options, "", stop);
    const std::string name = command.name.empty() ? automatic_name(experiment) : command.name;
    const auto id = keeper.keep(*run, name);
    if (!command.trace.empty()) export_perfetto(*run, name, command.trace, stop);
    if (command.json) {
        print(run_to_json(*run, id));
    } else {
        std::string text = run_report(*run);
        if (id) text += "\nsaved as run " + std::to_string(*id) + " in " + keeper.store()->path() + "\n";
        print(text);
    }
    if (!keeper.problem().empty()) throw Error(ErrorKind::io, keeper.problem());
    return 0;
}

}  // namespace

void declare_simulate(Arguments& program, std::stop_token stop) {
    auto command = std::make_shared<SimulateCommand>();
    Arguments arguments =
        program.command("simulate", "Lay an experiment out on a machine model; runs nothing",
                        [command, stop] { return simulate_command(*command, stop); });
    declare(arguments, command->experiment);
    declare_machine(arguments, command->machine);
    declare(arguments, command->choices);
    arguments.value("--fault", command->fault, "KIND:rank=R,..",
                    "delay:rank=R,step=S,seconds=T: what rank R sends in step S comes T seconds late; "
                    "slow_link:rank=R,bandwidth=B: what it sends moves at B bytes per second at most");
    arguments.file("--trace", command->trace, FileUse::written, "Write a trace for the Perfetto UI (JSON)");
    declare_save_file(arguments, command->db, "Save the simulated run in this run file");
    arguments.value("--name", command->name, "TEXT",
                    "Name of the saved run; preset, ranks and length when not given");
    arguments.flag("--json", command->json, "Print one JSON object");
}

}  // namespace ringscope
