// What executes schedules elsewhere than on this machine's cores. A back end that was not built is an absent
// file: its folder, and one line in back_ends.cpp.
#pragma once

#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/run/executor.h"

namespace ringscope {

class BufferPool;

struct BackEndResult {
    Trace trace;  // also of a run that did not end well, as far as it came
    std::vector<RankCounters> counters;
    std::shared_ptr<const RunOutput> output;  // null unless done, and kept or to be verified
    std::string device;                       // in words
    std::string kernel;
    std::string transport;
    int compiled_kernels = 0;  // as in Run
    double compile_seconds = 0;
};

struct BackEnd {
    Device device;
    /// What was built in and whether it can be used here; first for Device::automatic to ask.
    std::vector<EngineOption> (*devices)();
    std::vector<EngineOption> (*transports)();
    std::vector<EngineOption> (*kernels)();
    /// Runs to the end or throws Error; gives everything back either way. Uses options.progress, fault,
    /// verify and keep_output. `buffers`: for what lies on the host.
    void (*execute)(std::shared_ptr<const Schedule> schedule, const TensorSource& source,
                    const RunOptions& options, std::shared_ptr<BufferPool> buffers, std::stop_token stop,
                    BackEndResult& result);
};

/// Fastest first; empty where none was built.
std::span<const BackEnd> back_ends();

/// The back end for an experiment, null for the CPU. Device::automatic: the first that has a usable device
/// and knows the kernel and transport asked for. Throws Error(bad_input) for a device that was not built in.
const BackEnd* choose_back_end(const BackendSpec& spec);

}  // namespace ringscope
