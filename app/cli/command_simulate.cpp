// ringscope simulate: lays the schedule of an experiment out on a machine model, and prints what came of it.
#include <memory>
#include <string>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/experiment_options.h"
#include "app/cli/machine_option.h"
#include "app/cli/repeated_run.h"
#include "app/cli/report.h"
#include "app/cli/run_file_option.h"
#include "app/cli/run_keeper.h"
#include "app/cli/simulation_options.h"
#include "app/process/standard_output.h"
#include "engine/base/error.h"
#include "engine/experiment/experiment_text.h"
#include "sessions/report/run_json.h"
#include "sessions/traces/perfetto_export.h"

namespace ringscope {

namespace {

struct SimulateCommand {
    ExperimentOptions experiment;
    SimulationChoices choices;
    std::string machine, fault, trace, db, name;
    bool json = false;
};

int simulate_command(const SimulateCommand& command, const std::stop_token& stop) {
    if (command.db.empty() && !command.name.empty())
        throw Error(ErrorKind::bad_input, "--name names a saved run: give --db FILE too");
    RunOptions options;
    options.keep_output = false;
    options.simulation = {load_machine(command.machine), read_simulation_options(command.choices), {}};
    if (!command.fault.empty()) options.fault = read_fault(command.fault);
    const Experiment experiment = read_experiment(command.experiment, stop);
    require_room(*options.simulation->machine, experiment);
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
    arguments.value("--fault", command->fault, "delay:rank=R,step=S,seconds=T",
                    "What rank R sends in step S comes T seconds late");
    arguments.file("--trace", command->trace, FileUse::written, "Write a trace for the Perfetto UI (JSON)");
    declare_save_file(arguments, command->db, "Save the simulated run in this run file");
    arguments.value("--name", command->name, "TEXT",
                    "Name of the saved run; preset, ranks and length when not given");
    arguments.flag("--json", command->json, "Print one JSON object");
}

}  // namespace ringscope
