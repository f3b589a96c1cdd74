#include "engine/run/execute.h"

#include <chrono>
#include <new>

#include "engine/base/number_text.h"
#include "engine/host/arena.h"
#include "engine/host/machine.h"
#include "engine/run/executor.h"
#include "engine/run/input_check.h"
#include "engine/run/replayed_figures.h"
#include "engine/run/verify.h"
#include "engine/run/version.h"

namespace ringscope {

namespace {

int64_t utc_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

/// What can be planned and not run.
void require_few_ranks(const Executor& executor, const Experiment& experiment) {
    if (experiment.ring.ranks > executor.most_ranks)
        throw Error(ErrorKind::bad_input, "ring.ranks is " + std::to_string(experiment.ring.ranks) +
                                              ": a run takes 1 to " + std::to_string(executor.most_ranks) +
                                              ", plan and simulate up to " + std::to_string(kMaxRanks));
}

void require_able(const Executor& executor, const Experiment& experiment) {
    if (const auto why_not = executor.why_not(experiment)) throw Error(*why_not);
}

void run_planned(const Executor& executor, const std::shared_ptr<const Schedule>& schedule,
                 const RunOptions& options, std::stop_token stop, Run& run) {
    const auto buffers = options.buffers ? options.buffers : std::make_shared<BufferPool>();
    buffers->begin_run();
    std::shared_ptr<const TensorSource> source = options.input;
    if (!source) {
        source =
            make_generated_source(schedule->problem, run.experiment.input.seed);  // has small numbers only
    } else if (!options.allow_nonfinite) {
        options.enter(RunPhase::filling_inputs);
        require_usable(schedule->problem, *source, options.input_name.empty() ? "input" : options.input_name,
                       worker_threads(run.experiment.backend), stop);
    }

    executor.execute({schedule, *source, options, buffers, stop}, run);
    run.metrics = derive_metrics(*schedule, run.trace, run.counters);
    add_replayed_figures(run);
    if (options.verify) {
        options.enter(RunPhase::verifying);
        run.verification = verify(*schedule, *source, *run.output,
                                  {run.rounding, worker_threads(run.experiment.backend)}, stop);
    }
    if (!options.keep_output) run.output.reset();
}

void run_checked(const RunOptions& options, std::stop_token stop, Run& run) {
    options.enter(RunPhase::planning);
    require_valid(run.experiment);
    const auto& simulation = options.simulation;
    if (simulation && options.verify)
        throw Error(ErrorKind::bad_input, "a simulation computes no answer that could be verified");
    const Executor& executor = simulation ? simulating_executor() : choose_executor(run.experiment);
    require_few_ranks(executor, run.experiment);
    const MemoryModel memory = simulation ? executor.memory_on(*simulation->machine) : executor.memory;
    const auto schedule = std::make_shared<const Schedule>(plan(run.experiment, memory, stop));
    run.schedule = schedule;
    require_able(executor, run.experiment);
    require_possible(options.fault, *schedule);
    if (options.progress != nullptr) {
        options.progress->work_done.store(0);
        options.progress->work_total.store(schedule->flops);
    }
    if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "cancelled");
    run_planned(executor, schedule, options, stop, run);
    if (options.progress != nullptr) options.progress->work_done.store(schedule->flops);
}

void fail(Run& run, ErrorKind kind, const std::string& message) {
    run.state = kind == ErrorKind::cancelled ? RunState::cancelled : RunState::failed;
    run.error_kind = kind;
    run.error = message;
    run.metrics = {};
    run.verification.reset();
    run.output.reset();
}

}  // namespace

void require_runnable(const Experiment& experiment) {
    require_valid(experiment);
    const Executor& executor = choose_executor(experiment);
    require_few_ranks(executor, experiment);
    require_able(executor, experiment);
}

std::shared_ptr<const Run> execute(const Experiment& experiment, const RunOptions& options,
                                   std::stop_token stop) {
    auto run = std::make_shared<Run>();
    run->experiment = experiment;
    run->input_name = options.input_name;
    run->fault = options.fault;
    run->machine = this_machine();
    run->version = version();
    run->revision = revision();
    run->started_utc_ms = utc_ms();
    try {
        run_checked(options, stop, *run);
    } catch (const Error& error) {
        fail(*run, error.kind(), error.what());
    } catch (const std::bad_alloc&) {
        const int64_t needed = run->schedule ? predicted_bytes_all_ranks(*run->schedule) : 0;
        fail(*run, ErrorKind::run_failed,
             "out of memory: the ranks need " + bytes_text(needed) + " together");
    } catch (const std::exception& error) {
        fail(*run, ErrorKind::run_failed, error.what());
    }
    return run;
}

}  // namespace ringscope
