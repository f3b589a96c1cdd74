// ringscope run: runs one experiment, prints what came of it, and writes what was asked for.
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/experiment_options.h"
#include "app/cli/paired_run.h"
#include "app/cli/qkv_options.h"
#include "app/cli/repeated_run.h"
#include "app/cli/report.h"
#include "app/cli/run_file_option.h"
#include "app/cli/run_keeper.h"
#include "app/process/standard_output.h"
#include "engine/analysis/verification_text.h"
#include "engine/base/number_text.h"
#include "engine/run/execute.h"
#include "sessions/compare/compare.h"
#include "sessions/input_file.h"
#include "sessions/report/run_json.h"
#include "sessions/standard_stream.h"
#include "sessions/store/run_store.h"
#include "sessions/tensors/safetensors.h"
#include "sessions/traces/perfetto_export.h"

namespace ringscope {

namespace {

struct RunCommand {
    ExperimentOptions experiment;
    std::string qkv, qkv_layout, output, trace, db, name, fault;
    std::string repeat;
    PairedOptions against;
    bool verify = false;
    bool allow_nonfinite = false;
    bool keep_output = false;
    bool json = false;
};

/// What cannot be written is found before the run, not after it.
void require_writable_targets(const RunCommand& command) {
    if (!command.output.empty()) require_writable_file(command.output);
    if (!command.trace.empty()) require_writable_file(command.trace);
}

/// The file of q, k and v, opened once, since it may be a pipe; null without one.
std::shared_ptr<const InputFile> open_qkv(const RunCommand& command, const std::stop_token& stop) {
    return command.qkv.empty() ? nullptr : std::make_shared<const InputFile>(command.qkv, stop);
}

RunOptions run_options(const RunCommand& command, const Experiment& experiment,
                       const std::shared_ptr<const InputFile>& qkv) {
    RunOptions options;
    options.verify = command.verify;
    options.keep_output = !command.output.empty() || command.keep_output;
    if (!command.fault.empty()) options.fault = read_fault(command.fault);
    if (qkv) {
        const QkvLayout layout = read_qkv_layout(command.qkv_layout);
        options.input = load_qkv(qkv, resolve(experiment.problem), layout);
        options.input_name = shown_path(command.qkv, StreamUse::read);
    }
    options.allow_nonfinite = command.allow_nonfinite;
    return options;
}

int run_against(const RunCommand& command, std::stop_token stop) {
    if (!command.output.empty() || !command.trace.empty() || !command.fault.empty())
        throw Error(ErrorKind::bad_input,
                    "--output, --trace and --fault are of one experiment: leave out --against");
    const auto output = command.keep_output ? RunStore::Output::keep : RunStore::Output::leave;
    const PairedRun wanted{command.experiment,
                           command.against,
                           command.repeat,
                           command.name,
                           output,
                           command.json,
                           [&command, qkv = open_qkv(command, stop)](const Experiment& experiment) {
                               return run_options(command, experiment, qkv);
                           }};
    return run_pairs(wanted, command.db, stop);
}

/// One experiment, run once or several times.
struct Repeats {
    std::shared_ptr<const Run> last;
    std::shared_ptr<const Run> wrong;  // the first that differs from the reference; null: none
    std::vector<double> seconds;
    std::vector<int64_t> ids;  // in the run file; none without one
};

/// Ends early when a run could not be put into the file.
Repeats run_repeats(const RunCommand& command, const Experiment& experiment, RunKeeper& keeper, int count,
                    const std::string& name, std::stop_token stop) {
    Repeats repeats;
    const RunOptions options = run_options(command, experiment, open_qkv(command, stop));
    const auto kept = command.keep_output ? RunStore::Output::keep : RunStore::Output::leave;
    for (int i = 0; i < count && keeper.problem().empty(); ++i) {
        repeats.last = run_once(experiment, options, "", stop);
        repeats.seconds.push_back(repeats.last->metrics.seconds);
        if (const auto id = keeper.keep(*repeats.last, name, kept)) repeats.ids.push_back(*id);
        const auto& verification = repeats.last->verification;
        if (!repeats.wrong && verification && !verification->passed) repeats.wrong = repeats.last;
    }
    return repeats;
}

void print_json(const Repeats& repeats) {
    const std::optional<int64_t> id = repeats.ids.empty() ? std::nullopt : std::optional(repeats.ids.back());
    const std::string json = run_to_json(*repeats.last, id);
    if (repeats.seconds.size() == 1) return print(json);
    auto all = nlohmann::ordered_json::parse(json);
    all["repeats"] = repeats_json(repeats.seconds, repeats.ids);
    print(all.dump(2) + "\n");
}

void print_text(const Repeats& repeats, const RunStore* store) {
    std::string text = run_report(*repeats.last);
    if (repeats.last->verification) text += "\n" + verification_line(*repeats.last->verification) + "\n";
    if (repeats.seconds.size() > 1) {
        const Spread spread = spread_of(repeats.seconds);
        text += "\n" + std::to_string(spread.repeats) + " repeats: median " + seconds_text(spread.median) +
                ", " + seconds_text(spread.least) + " to " + seconds_text(spread.most) + "\n";
    }
    for (const int64_t id : repeats.ids)
        text += (id == repeats.ids.front() ? "\n" : "") + std::string("saved as run ") + std::to_string(id) +
                " in " + store->path() + "\n";
    print(text);
}

int run_command(const RunCommand& command, std::stop_token stop) {
    if (command.db.empty() && !command.name.empty())
        throw Error(ErrorKind::bad_input, "--name names a saved run: give --db FILE too");
    if (command.db.empty() && command.keep_output)
        throw Error(ErrorKind::bad_input,
                    "--keep-output keeps o and lse with a saved run: give --db FILE too");
    if (!command.fault.empty() && !command.db.empty())
        throw Error(ErrorKind::bad_input,
                    "--fault: a run that was disturbed on purpose is not kept among others: leave out --db");
    if (command.against.given()) return run_against(command, stop);
    if (command.against.until_decided || !command.against.at_most.empty() ||
        !command.against.precision.empty())
        throw Error(ErrorKind::bad_input,
                    "--until-decided, --at-most and --precision compare two experiments: give --against too");
    const int count = command.repeat.empty() ? 1 : read_repeat(command.repeat);
    const Experiment experiment = read_experiment(command.experiment, stop);
    require_writable_targets(command);
    RunKeeper keeper(open_target(command.db), stop);
    const std::string name = command.name.empty() ? automatic_name(experiment) : command.name;
    const Repeats repeats = run_repeats(command, experiment, keeper, count, name, stop);

    if (!command.output.empty()) save_output(command.output, *repeats.last, stop);
    if (!command.trace.empty()) export_perfetto(*repeats.last, name, command.trace, stop);
    if (command.json)
        print_json(repeats);
    else
        print_text(repeats, keeper.store());
    if (!keeper.problem().empty()) throw Error(ErrorKind::io, keeper.problem());
    if (!repeats.wrong) return 0;
    print_error(verification_line(*repeats.wrong->verification));
    return kExitWrongAnswer;
}

}  // namespace

void declare_run(Arguments& program, std::stop_token stop) {
    auto command = std::make_shared<RunCommand>();
    Arguments arguments =
        program.command("run", "Run an experiment", [command, stop] { return run_command(*command, stop); });
    declare(arguments, command->experiment);
    arguments.file("--qkv", command->qkv, FileUse::read, "Read q, k and v from a safetensors file");
    declare_qkv_options(arguments, command->qkv_layout, command->allow_nonfinite);
    arguments.file("--output", command->output, FileUse::written_binary,
                   "Write o and lse to a safetensors file");
    arguments.flag("--verify", command->verify,
                   "Check the answer against the float64 reference; exit code 4 when it is wrong");
    arguments.file("--trace", command->trace, FileUse::written, "Write a trace for the Perfetto UI (JSON)");
    declare_repeat(arguments, command->repeat,
                   "Run N times, save each, show median and spread; 1 when not given");
    declare(arguments, command->against);
    arguments.value(
        "--fault", command->fault, "KIND:rank=R,..",
        "Let something go wrong: delay:rank=R,step=S,seconds=T (what rank R sends in step S comes T "
        "seconds late), slow_link:rank=R,bandwidth=B (what it sends moves at B bytes per second at "
        "most), lose_transfer:rank=R,step=S or throw_error:rank=R,step=S; a run that fails has exit "
        "code 3. Not with --db");
    declare_save_file(arguments, command->db, "Save the run in this run file");
    arguments.flag("--keep-output", command->keep_output,
                   "Save o and lse with the run, so that outputs can be compared");
    arguments.value("--name", command->name, "TEXT",
                    "Name of the saved run; preset, ranks and length when not given");
    arguments.flag("--json", command->json, "Print one JSON object");
}

}  // namespace ringscope
