#include "engine/run/executor.h"

#include <chrono>
#include <new>

#include "engine/base/number_text.h"
#include "engine/cpu/cpu_executor.h"
#include "engine/cpu/cpu_transports.h"
#include "engine/host/arena.h"
#include "engine/host/machine.h"
#include "engine/run/back_ends.h"
#include "engine/run/verify.h"

namespace ringscope {

namespace {

/// What this build can run; anything else is said in one line before a byte is allocated.
void require_supported(const Experiment& experiment) {
    if (experiment.ring.ranks > kMaxRunRanks)
        throw Error(ErrorKind::bad_input, "ring.ranks is " + std::to_string(experiment.ring.ranks) +
                                              ": a run takes 1 to " + std::to_string(kMaxRunRanks) +
                                              ", plan and simulate up to " + std::to_string(kMaxRanks));
}

void require_memory(const Schedule& schedule, const BufferPool& buffers) {
    const int64_t needed = predicted_bytes_all_ranks(schedule);
    const int64_t available = available_memory_bytes() + buffers.kept_bytes();
    if (needed <= available) return;
    // Every buffer grows in proportion to n.
    const double share = static_cast<double>(available) / static_cast<double>(needed);
    const auto fits = static_cast<int64_t>(share * static_cast<double>(schedule.problem.seq_len));
    throw Error(ErrorKind::run_failed, "out of memory: the ranks need " + bytes_text(needed) +
                                           " together and " + bytes_text(available) +
                                           " is available; a problem.seq_len of about " +
                                           std::to_string(fits) + " would fit");
}

int64_t utc_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

void run_on_cpu(const std::shared_ptr<const Schedule>& schedule, const TensorSource& source,
                const RunOptions& options, const std::shared_ptr<BufferPool>& buffers, std::stop_token stop,
                Run& run, BackEndResult& result) {
    const Experiment& experiment = schedule->experiment;
    const CpuTransport& transport = choose_cpu_transport(experiment.backend.transport);
    const CpuKernel& kernel = choose_cpu_kernel(experiment.backend.kernel, experiment.problem.dtype);
    result.device = "cpu";
    result.kernel = kernel.name;
    result.transport = name_of(transport.kind);
    require_memory(*schedule, *buffers);
    CpuResult on_cpu;
    const auto keep = [&] {
        run.threads = on_cpu.threads;
        result.trace = std::move(on_cpu.trace);
    };
    try {
        execute_on_cpu(schedule, source, kernel, options, buffers, stop, on_cpu);
    } catch (...) {
        keep();
        throw;
    }
    keep();
    result.counters = std::move(on_cpu.counters);
    result.output = std::move(on_cpu.output);
}

void run_planned(const std::shared_ptr<const Schedule>& schedule, const BackEnd* back_end,
                 const RunOptions& options, std::stop_token stop, Run& run) {
    const Experiment& experiment = schedule->experiment;
    const auto buffers = options.buffers ? options.buffers : std::make_shared<BufferPool>();
    buffers->begin_run();
    std::shared_ptr<const TensorSource> source = options.input;
    if (!source) source = make_generated_source(schedule->problem, experiment.input.seed);

    BackEndResult result;
    const auto keep = [&] {
        run.device = result.device;
        run.kernel = result.kernel;
        run.transport = result.transport;
        run.compiled_kernels = result.compiled_kernels;
        run.compile_seconds = result.compile_seconds;
        run.trace = std::move(result.trace);
    };
    try {
        if (back_end != nullptr)
            back_end->execute(schedule, *source, options, buffers, stop, result);
        else
            run_on_cpu(schedule, *source, options, buffers, stop, run, result);
    } catch (...) {
        keep();
        throw;
    }
    keep();
    run.metrics = derive_metrics(*schedule, run.trace, result.counters);
    if (options.verify) {
        if (options.progress != nullptr) options.progress->phase.store(3);
        run.verification =
            verify(*schedule, *source, *result.output, worker_threads(experiment.backend), stop);
    }
    if (options.keep_output) run.output = std::move(result.output);
}

void run_checked(const RunOptions& options, std::stop_token stop, Run& run) {
    if (options.progress != nullptr) options.progress->phase.store(0);
    require_valid(run.experiment);
    require_supported(run.experiment);
    const BackEnd* back_end = choose_back_end(run.experiment.backend);
    Experiment experiment = run.experiment;
    if (back_end != nullptr) experiment.backend.device = back_end->device;  // its memory is predicted, too
    const auto schedule = std::make_shared<const Schedule>(plan(experiment));
    run.schedule = schedule;
    if (options.progress != nullptr) {
        options.progress->work_done.store(0);
        options.progress->work_total.store(schedule->flops);
    }
    if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "cancelled");
    run_planned(schedule, back_end, options, stop, run);
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
    require_supported(experiment);
    if (choose_back_end(experiment.backend) != nullptr) return;
    choose_cpu_transport(experiment.backend.transport);
    choose_cpu_kernel(experiment.backend.kernel, experiment.problem.dtype);
}

std::shared_ptr<const Run> execute(const Experiment& experiment, const RunOptions& options,
                                   std::stop_token stop) {
    auto run = std::make_shared<Run>();
    run->experiment = experiment;
    run->input_name = options.input_name;
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

EngineInventory engine_inventory() {
    EngineInventory inventory;
    inventory.machine = this_machine();
    inventory.devices = {
        {"cpu", inventory.machine.cpu + ", " + std::to_string(inventory.machine.cores) + " cores", true, ""}};
    for (const CpuTransport& transport : cpu_transports())
        inventory.transports.push_back({name_of(transport.kind), transport.description, true, ""});
    for (const BackEnd& back_end : back_ends()) {
        for (const EngineOption& device : back_end.devices()) inventory.devices.push_back(device);
        for (const EngineOption& transport : back_end.transports()) inventory.transports.push_back(transport);
        for (const EngineOption& kernel : back_end.kernels()) inventory.gpu_kernels.push_back(kernel);
    }
    const std::string not_built = "this build has none";
    const auto add_missing = [&](std::vector<EngineOption>& options, const char* name,
                                 const char* description) {
        for (const EngineOption& option : options)
            if (option.name == name) return;
        options.push_back({name, description, false, not_built});
    };
    add_missing(inventory.devices, "cuda", "NVIDIA GPUs");
    add_missing(inventory.transports, "nccl", "NCCL between GPUs");
    add_missing(inventory.transports, "peer", "copies between the GPUs of one machine");
    add_missing(inventory.transports, "mpi", "messages between processes and machines");
    for (const CpuKernel& kernel : cpu_kernels()) {
        const bool usable = kernel.usable();
        inventory.cpu_kernels.push_back(
            {kernel.name, kernel.description, usable, usable ? "" : "this processor lacks the instructions"});
    }
    return inventory;
}

}  // namespace ringscope
