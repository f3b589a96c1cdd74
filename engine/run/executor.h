// Executes a schedule. Plain and synchronous; runner.h adds the thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/run/run.h"
#include "engine/run/tensor_source.h"

namespace ringscope {

/// What somebody else may see of a run that is under way. Lock-free to read from any thread.
struct Progress {
    std::atomic<double> work_done{0};   // FLOPs
    std::atomic<double> work_total{0};  // FLOPs
    std::atomic<int> phase{0};          // index into kProgressPhases
};
inline constexpr const char* kProgressPhases[] = {"planning", "filling inputs", "running", "verifying",
                                                  "compiling kernels"};

/// Injected by tests and lessons: what goes wrong, where.
struct Fault {
    enum class Kind { none, delay, lose_transfer, throw_error };
    Kind kind = Kind::none;
    int rank = 0;
    int step = 0;
    double delay_seconds = 0;
};

class BufferPool;

struct RunOptions {
    bool verify = false;
    bool keep_output = true;
    std::shared_ptr<const TensorSource> input;  // null: generated from experiment.input.seed
    std::string input_name;
    Progress* progress = nullptr;
    Fault fault;
    std::shared_ptr<BufferPool> buffers;  // kept from run to run; null: this run's own
};

/// Throws Error(bad_input) for what execute() would refuse without a look at memory or GPUs: an experiment
/// that is not valid, too many ranks to run, a device, transport or CPU kernel that this build or machine
/// lacks.
void require_runnable(const Experiment& experiment);

/// Plans and runs. Never throws for what happens in the world: a run that failed or was cancelled says so in
/// Run::state and Run::error. Returns within a second (two where cuDNN is compiling a kernel) of a stop
/// request, a lost transfer's time limit or an error on one rank, with every thread joined and every buffer
/// given back.
std::shared_ptr<const Run> execute(const Experiment& experiment, const RunOptions& options,
                                   std::stop_token stop);

/// A compute device, a kernel or a transport that was built in, and whether it can be used here.
struct EngineOption {
    std::string name;
    std::string description;
    bool usable = false;
    std::string why_not;  // "" when usable
};
struct EngineInventory {
    Machine machine;
    std::vector<EngineOption> devices;
    std::vector<EngineOption> transports;
    std::vector<EngineOption> cpu_kernels;
    std::vector<EngineOption> gpu_kernels;
};
EngineInventory engine_inventory();

/// Of this build.
const char* version();
/// The commit that this build was made from, with a "+" when files were changed since; "" when not known.
const char* revision();

}  // namespace ringscope
