// ringscope sweep: one experiment under every combination of some settings.
//
// Runs go in rounds, each combination once a round, so that what drifts on the machine meets all of them
// alike, and an interrupted sweep has something of each. With a run file every run is kept as it ends; the
// same command then goes on where it stopped.
#include <algorithm>
#include <chrono>
#include <memory>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/experiment_options.h"
#include "app/cli/qkv_options.h"
#include "app/cli/repeated_run.h"
#include "app/cli/run_file_option.h"
#include "app/cli/run_keeper.h"
#include "app/cli/sweep_report.h"
#include "app/process/standard_output.h"
#include "engine/base/number_text.h"
#include "engine/host/machine.h"
#include "engine/run/version.h"
#include "sessions/standard_stream.h"

namespace ringscope {

namespace {

struct SweepCommand {
    ExperimentOptions experiment;
    std::string db, name, qkv, qkv_layout;
    std::string repeat = "1";
    bool verify = false;
    bool allow_nonfinite = false;
    bool any_build = false;
    bool json = false;
};

using Source = std::shared_ptr<const TensorSource>;

class Sweep {
  public:
    /// `inputs`: one per point; null for generated tensors.
    Sweep(const SweepCommand& command, std::vector<SweepPoint> points, std::vector<Source> inputs,
          std::stop_token stop)
        : command_(command),
          repeats_(read_repeat(command.repeat)),
          stop_(std::move(stop)),
          inputs_(std::move(inputs)) {
        for (SweepPoint& point : points) rows_.push_back({std::move(point)});
    }

    /// Runs that the file holds already count.
    void take_held(RunStore& store) {
        // What standard input gave another time is not known.
        if (descriptor_of_path(command_.qkv, StreamUse::read)) return;
        const Machine machine = this_machine();
        const SweepConditions now{
            machine.host,    version(),          revision(),  shown_path(command_.qkv, StreamUse::read),
            command_.verify, command_.any_build, machine.cpu, machine.cores,
            usable_cores()};
        SweepConditions this_build = now;
        this_build.any_build = false;
        const std::vector<RunSummary> saved = store.list();
        for (SweepRow& row : rows_) {
            HeldRuns held = held_runs(row.point, saved, now);
            held_ += static_cast<int>(held.runs.size());
            for (const RunSummary& run : held.runs)
                if (held_as(row.point, run, this_build) == Held::by_other_build)
                    other_builds_.push_back(build_words(run.version, run.revision));
            other_builds_.insert(other_builds_.end(), held.other_builds.begin(), held.other_builds.end());
            row.runs.assign(held.runs.begin(), held.runs.end());
        }
    }

    /// Until all is done or the stop request. Throws Error(io) when a run cannot be put into the file.
    void run(RunKeeper& keeper) {
        for (int round = 0; round < repeats_; ++round)
            for (size_t i = 0; i < rows_.size(); ++i) {
                if (stop_.stop_requested()) return;
                const bool missing = static_cast<int>(rows_[i].runs.size()) <= round;
                if (missing && rows_[i].error.empty()) run_row(i, keeper);
                if (!keeper.problem().empty()) throw Error(ErrorKind::io, keeper.problem());
            }
    }

    const std::vector<SweepRow>& rows() const { return rows_; }
    SweepReport report(std::span<const SweepAxis> axes) const {
        SweepReport report{axes, rows_, repeats_, held_, ran_};
        report.interrupted = missing_runs() > 0 && stop_.stop_requested();
        report.other_builds = other_builds_;
        report.any_build = command_.any_build;
        return report;
    }
    int missing_runs() const {
        int missing = 0;
        for (const SweepRow& row : rows_)
            if (row.error.empty()) missing += std::max(0, repeats_ - static_cast<int>(row.runs.size()));
        return missing;
    }

  private:
    void run_row(size_t index, RunKeeper& keeper) {
        SweepRow& row = rows_[index];
        const auto start = std::chrono::steady_clock::now();
        RunOptions options;
        options.verify = command_.verify;
        options.keep_output = false;
        options.input = inputs_[index];
        options.input_name = shown_path(command_.qkv, StreamUse::read);
        options.allow_nonfinite = command_.allow_nonfinite;
        std::shared_ptr<const Run> run;
        try {
            run = run_once(row.point.experiment, options, progress(row), stop_);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::cancelled) row.error = error.what();
            return;
        }
        const std::string name = name_of_run(row.point);
        RunSummary summary = summarize(*run, name);
        summary.id = keeper.keep(*run, name).value_or(0);
        row.runs.emplace_back(summary);
        ++ran_;
        seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }

    std::string name_of_run(const SweepPoint& point) const {
        const std::string name = command_.name.empty() ? automatic_name(point.experiment) : command_.name;
        return point.label.empty() ? name : name + ": " + point.label;
    }

    /// "7 of 40, ranks=4 overlap=true, about 2 min left: ".
    std::string progress(const SweepRow& row) const {
        const int done = held_ + ran_;
        const int missing = missing_runs();
        std::string text = std::to_string(done + 1) + " of " + std::to_string(done + missing);
        if (!row.point.label.empty()) text += ", " + row.point.label;
        if (ran_ > 0) text += ", about " + seconds_text(seconds_ / ran_ * missing) + " left";
        return text + ": ";
    }

    const SweepCommand& command_;
    int repeats_;
    std::stop_token stop_;
    std::vector<Source> inputs_;  // of each row
    std::vector<SweepRow> rows_;
    std::vector<std::string> other_builds_;  // of saved runs that only the build tells apart
    int held_ = 0;
    int ran_ = 0;
    double seconds_ = 0;  // that the runs of this sweep took, with verifying and saving
};

/// The file's tensors for each point, compared with what its problem needs. A point that they do not fit is a
/// problem of the plan. Throws Error(io).
std::vector<Source> read_inputs(const SweepCommand& command, SweepPlan& plan, const std::stop_token& stop) {
    std::vector<Source> inputs(plan.points.size());
    if (command.qkv.empty()) return inputs;
    const auto file = std::make_shared<const InputFile>(command.qkv, stop);
    const QkvLayout layout = read_qkv_layout(command.qkv_layout);
    for (size_t i = 0; i < inputs.size(); ++i) {
        const SweepPoint& point = plan.points[i];
        const bool same =
            i > 0 && inputs[i - 1] && point.experiment.problem == plan.points[i - 1].experiment.problem;
        try {
            inputs[i] = same ? inputs[i - 1] : load_qkv(file, resolve(point.experiment.problem), layout);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::bad_input) throw;
            plan.problems.push_back((point.label.empty() ? "" : point.label + ": ") + error.what());
        }
    }
    return inputs;
}

/// The first of them, one line each; nothing has run.
int refuse(const std::vector<std::string>& problems) {
    constexpr size_t kShown = 16;
    for (size_t i = 0; i < std::min(problems.size(), kShown); ++i) print_error(problems[i]);
    if (problems.size() > kShown)
        print_error("and " + count_text(static_cast<int64_t>(problems.size() - kShown)) + " more problems");
    return kExitBadInput;
}

int exit_code(const Sweep& sweep, const SweepReport& report, const RunStore* store) {
    if (report.interrupted) {
        std::string line = "interrupted: " + std::to_string(sweep.missing_runs()) + " runs are missing";
        if (store)
            line += std::string("; the same command") +
                    (is_known_build(revision()) ? "" : " with --any-build") + " continues from here";
        print_error(line);
        return kExitInterrupted;
    }
    int code = 0;
    for (const SweepRow& row : sweep.rows()) {
        if (!row.error.empty()) {
            print_error((row.point.label.empty() ? "" : row.point.label + ": ") + row.error);
            code = kExitRunFailed;
        }
        for (const SweepRun& run : row.runs)
            if (known_wrong(run) && code == 0) {
                print_error((row.point.label.empty() ? "" : row.point.label + ": ") +
                            "the answer differs from the reference");
                code = kExitWrongAnswer;
            }
    }
    return code;
}

int sweep_command(const SweepCommand& command, std::stop_token stop) {
    if (command.db.empty() && !command.name.empty())
        throw Error(ErrorKind::bad_input, "--name names saved runs: give --db FILE too");
    if (command.db.empty() && command.any_build)
        throw Error(ErrorKind::bad_input, "--any-build counts saved runs: give --db FILE too");
    ExperimentOptions base = command.experiment;
    base.settings.clear();
    std::vector<SweepAxis> axes;
    for (const std::string& setting : command.experiment.settings) axes.push_back(parse_sweep_axis(setting));
    SweepPlan plan = plan_sweep(read_experiment(base, stop), axes);
    if (!plan.problems.empty()) return refuse(plan.problems);
    std::vector<Source> inputs = read_inputs(command, plan, stop);
    if (!plan.problems.empty()) return refuse(plan.problems);
    Sweep sweep(command, std::move(plan.points), std::move(inputs), stop);
    RunKeeper keeper(open_target(command.db), stop);
    if (keeper.store()) sweep.take_held(*keeper.store());
    const auto print_report = [&] {
        const SweepReport report = sweep.report(axes);
        print(command.json ? sweep_json(report) : sweep_text(report));
        return report;
    };
    try {
        sweep.run(keeper);
    } catch (const Error&) {
        print_report();
        throw;
    }
    return exit_code(sweep, print_report(), keeper.store());
}

}  // namespace

void declare_sweep(Arguments& program, std::stop_token stop) {
    auto command = std::make_shared<SweepCommand>();
    Arguments arguments = program.command("sweep", "Run an experiment under every combination of settings",
                                          [command, stop] { return sweep_command(*command, stop); });
    declare(arguments, command->experiment, "KEY=VALUE,...",
            "Values of a field, e.g. ring.ranks=1,2,4; every combination of several is run");
    declare_repeat(arguments, command->repeat, "Runs of each combination; 1 when not given");
    arguments.file("--qkv", command->qkv, FileUse::read,
                   "Read q, k and v from a safetensors file, for every combination");
    declare_qkv_options(arguments, command->qkv_layout, command->allow_nonfinite);
    arguments.flag("--verify", command->verify, "Check every answer against the float64 reference");
    declare_save_file(
        arguments, command->db,
        "Keep each run in this run file; runs of the same experiment and build that it holds are not made "
        "again");
    arguments.flag(
        "--any-build", command->any_build,
        "Count held runs of other builds of this program too, and of builds whose commit is not known");
    arguments.value(
        "--name", command->name, "TEXT",
        "Name of the saved runs, to which the settings are added; preset, ranks and length when not given");
    arguments.flag("--json", command->json, "Print one JSON object");
}

}  // namespace ringscope
