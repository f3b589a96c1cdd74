// ringscope sweep: one experiment under every combination of some settings.
//
// Runs go in rounds, each combination once a round, so that what drifts on the machine meets all of them
// alike, and an interrupted sweep has something of each. With a run file every run is kept as it ends; the
// same command then goes on where it stopped.
#include <chrono>
#include <memory>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/experiment_options.h"
#include "app/repeated_run.h"
#include "app/run_file_option.h"
#include "app/standard_output.h"
#include "app/sweep_report.h"
#include "engine/machine.h"
#include "ui/format.h"

namespace ringscope {

namespace {

struct SweepCommand {
    ExperimentOptions experiment;
    std::string db, name;
    std::string repeat = "1";
    bool verify = false;
    bool json = false;
};

class Sweep {
  public:
    Sweep(const SweepCommand& command, std::vector<SweepPoint> points, std::stop_token stop)
        : command_(command), repeats_(read_repeat(command.repeat)), stop_(std::move(stop)) {
        for (SweepPoint& point : points) rows_.push_back({std::move(point)});
    }

    /// Runs that the file holds already count.
    void take_held(RunStore& store) {
        const std::string host = this_machine().host;
        const std::vector<RunSummary> saved = store.list();
        for (SweepRow& row : rows_)
            for (auto run = saved.rbegin(); run != saved.rend(); ++run)
                if (is_repeat_of(row.point, *run, host, command_.verify)) row.runs.push_back(*run), ++held_;
    }

    /// Until all is done or the stop request. Throws Error(io) when a run cannot be saved.
    void run(RunStore* store) {
        for (int round = 0; round < repeats_; ++round)
            for (SweepRow& row : rows_) {
                if (stop_.stop_requested()) return;
                if (static_cast<int>(row.runs.size()) <= round && row.error.empty()) run_row(row, store);
            }
    }

    const std::vector<SweepRow>& rows() const { return rows_; }
    SweepReport report(std::span<const SweepAxis> axes) const {
        return {axes, rows_, repeats_, held_, ran_, missing_runs() > 0 && stop_.stop_requested()};
    }
    int missing_runs() const {
        int missing = 0;
        for (const SweepRow& row : rows_)
            if (row.error.empty()) missing += std::max(0, repeats_ - static_cast<int>(row.runs.size()));
        return missing;
    }

  private:
    void run_row(SweepRow& row, RunStore* store) {
        const auto start = std::chrono::steady_clock::now();
        RunOptions options;
        options.verify = command_.verify;
        options.keep_output = false;
        std::shared_ptr<const Run> run;
        try {
            run = run_once(row.point.experiment, options, progress(row), stop_);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::cancelled) row.error = error.what();
            return;
        }
        const std::string name = name_of_run(row.point);
        RunSummary summary = summarize(*run, name);
        if (store) summary.id = store->save(*run, name);
        row.runs.push_back(std::move(summary));
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
        if (ran_ > 0) text += ", about " + ui::seconds_text(seconds_ / ran_ * missing) + " left";
        return text + ": ";
    }

    const SweepCommand& command_;
    int repeats_;
    std::stop_token stop_;
    std::vector<SweepRow> rows_;
    int held_ = 0;
    int ran_ = 0;
    double seconds_ = 0;  // that the runs of this sweep took, with verifying and saving
};

/// All of them, one line each; nothing has run.
int refuse(const std::vector<std::string>& problems) {
    for (const std::string& problem : problems) print_error(problem);
    return kExitBadInput;
}

int exit_code(const Sweep& sweep, const SweepReport& report, const RunStore* store) {
    if (report.interrupted) {
        std::string line = "interrupted: " + std::to_string(sweep.missing_runs()) + " runs are missing";
        if (store) line += "; the same command goes on from here";
        print_error(line);
        return kExitInterrupted;
    }
    int code = 0;
    for (const SweepRow& row : sweep.rows()) {
        if (!row.error.empty()) {
            print_error((row.point.label.empty() ? "" : row.point.label + ": ") + row.error);
            code = kExitRunFailed;
        }
        for (const RunSummary& run : row.runs)
            if (run.verified && !run.verify_passed && code == 0) {
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
    ExperimentOptions base = command.experiment;
    base.settings.clear();
    std::vector<SweepAxis> axes;
    for (const std::string& setting : command.experiment.settings) axes.push_back(parse_sweep_axis(setting));
    SweepPlan plan = plan_sweep(read_experiment(base), axes);
    if (!plan.problems.empty()) return refuse(plan.problems);
    Sweep sweep(command, std::move(plan.points), stop);
    const auto store = open_target(command.db);
    if (store) sweep.take_held(*store);
    const auto print_report = [&] {
        const SweepReport report = sweep.report(axes);
        print(command.json ? sweep_json(report) : sweep_text(report));
        return report;
    };
    try {
        sweep.run(store.get());
    } catch (const Error&) {
        print_report();
        throw;
    }
    return exit_code(sweep, print_report(), store.get());
}

}  // namespace

void declare_sweep(Arguments& program, std::stop_token stop) {
    auto command = std::make_shared<SweepCommand>();
    Arguments arguments = program.command("sweep", "Run an experiment under every combination of settings",
                                          [command, stop] { return sweep_command(*command, stop); });
    declare(arguments, command->experiment, "KEY=VALUE,...",
            "Values of a field, e.g. ring.ranks=1,2,4; may be repeated: every combination is run");
    declare_repeat(arguments, command->repeat, "Runs of each combination");
    arguments.flag("--verify", command->verify, "Hold every answer against the float64 reference");
    declare_run_file(
        arguments, command->db,
        "Keep each run in this run file; runs of the same experiment that it holds are not made again");
    arguments.value("--name", command->name, "TEXT", "Name of the saved runs; the settings are added");
    arguments.flag("--json", command->json, "Print one JSON object");
}

}  // namespace ringscope
