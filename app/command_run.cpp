// ringscope run: runs one experiment, prints what came of it, and writes what was asked for.
#include <memory>
#include <optional>
#include <string>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/experiment_options.h"
#include "app/progress_line.h"
#include "app/report.h"
#include "app/run_file_option.h"
#include "app/standard_output.h"
#include "engine/executor.h"
#include "sessions/perfetto_export.h"
#include "sessions/run_json.h"
#include "sessions/run_store.h"
#include "sessions/safetensors.h"

namespace ringscope {

namespace {

struct RunCommand {
    ExperimentOptions experiment;
    std::string qkv, output, trace, db, name;
    bool verify = false;
    bool json = false;
};

/// What cannot be written is found before the run, not after it.
void require_writable_targets(const RunCommand& command) {
    if (!command.output.empty()) require_writable_file(command.output);
    if (!command.trace.empty()) require_writable_file(command.trace);
}

/// Opened before the run too: a damaged, newer or locked file is told at once.
std::unique_ptr<RunStore> open_target(const RunCommand& command) {
    if (command.db.empty()) return nullptr;
    auto store = RunStore::open_or_create(run_file_path(command.db));
    if (!store->writable()) throw Error(ErrorKind::io, store->path() + ": cannot save: " + store->message());
    return store;
}

std::shared_ptr<const Run> run_experiment(const RunCommand& command, const Experiment& experiment,
                                          std::stop_token stop) {
    RunOptions options;
    options.verify = command.verify;
    options.keep_output = !command.output.empty();
    if (!command.qkv.empty()) {
        options.input = load_qkv(command.qkv, resolve(experiment.problem));
        options.input_name = command.qkv;
    }
    Progress progress;
    options.progress = &progress;
    const ProgressLine line(progress);
    auto run = execute(experiment, options, stop);
    if (run->state != RunState::done) throw Error(run->error_kind, run->error);
    return run;
}

int run_command(const RunCommand& command, std::stop_token stop) {
    if (command.db.empty() && !command.name.empty())
        throw Error(ErrorKind::bad_input, "--name names a saved run: give --db FILE too");
    const Experiment experiment = read_experiment(command.experiment);
    require_writable_targets(command);
    const auto store = open_target(command);
    const auto run = run_experiment(command, experiment, stop);

    const std::string name = command.name.empty() ? automatic_name(experiment) : command.name;
    if (!command.output.empty()) save_output(command.output, *run);
    if (!command.trace.empty()) export_perfetto(*run, name, command.trace);
    std::optional<int64_t> run_id;
    if (store) run_id = store->save(*run, name);

    if (command.json) {
        print(run_to_json(*run, run_id));
    } else {
        std::string text = run_report(*run);
        if (run->verification) text += "\n" + verification_line(*run->verification) + "\n";
        if (run_id) text += "\nsaved as run " + std::to_string(*run_id) + " in " + store->path() + "\n";
        print(text);
    }
    if (run->verification && !run->verification->passed) {
        print_error(verification_line(*run->verification));
        return kExitWrongAnswer;
    }
    return 0;
}

}  // namespace

void declare_run(Arguments& program, std::stop_token stop) {
    auto command = std::make_shared<RunCommand>();
    Arguments arguments =
        program.command("run", "Run an experiment", [command, stop] { return run_command(*command, stop); });
    declare(arguments, command->experiment);
    arguments.value("--qkv", command->qkv, "FILE", "Read q, k and v from a safetensors file");
    arguments.value("--output", command->output, "FILE", "Write o and lse to a safetensors file");
    arguments.flag("--verify", command->verify, "Hold the answer against the float64 reference");
    arguments.value("--trace", command->trace, "FILE", "Write a trace for the Perfetto UI (JSON)");
    declare_run_file(arguments, command->db, "Save the run in this run file");
    arguments.value("--name", command->name, "TEXT", "Name of the saved run");
    arguments.flag("--json", command->json, "Print one JSON object");
}

}  // namespace ringscope
