// The seam between a schedule and what carries it out, and the one list of those who can.
//
//     executors()    fastest first; the CPU is an entry like any other
//     execute.h      chooses one, plans with its memory model, lets it run, derives the metrics
//
// A new executor is one file that fills in an Executor, and one line in engine/executors.cpp.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/run/engine_option.h"
#include "engine/run/run.h"
#include "engine/run/run_options.h"

namespace ringscope {

class BufferPool;

/// One schedule to carry out.
struct Job {
    std::shared_ptr<const Schedule> schedule;
    const TensorSource& source;
    const RunOptions& options;  // progress, fault, verify and keep_output are the executor's to heed
    std::shared_ptr<BufferPool> buffers;  // for what lies on the host
    std::stop_token stop;
};

/// Plain functions, called from one thread at a time unless they say otherwise.
struct Executor {
    const char* name;  // as backend.device takes it
    /// What was built in, and whether it can be used here.
    EngineOptions (*options)();
    /// Why it cannot run the experiment, which is valid: bad_input for what this build or the problem rules
    /// out, run_failed for what this machine lacks. Unset when it can, as far as a look without allocating
    /// shows.
    std::optional<Error> (*why_not)(const Experiment& experiment);
    MemoryModel memory;
    /// Carries the job out and writes into the run as it goes: device, kernel, transport, threads, what was
    /// compiled, then trace and counters, and the output when it is kept or to be verified. Throws Error for
    /// what goes wrong: run_failed for a lost rank, a time limit or no memory, cancelled for a stop request.
    /// The run then holds the trace as far as it came. Either way every thread has ended and all memory but
    /// the output's is given back.
    void (*execute)(const Job& job, Run& run);
    int most_ranks = kMaxRunRanks;
    /// Set: it runs nothing and carries out the jobs with RunOptions::simulation, and those alone. How ranks hold
    /// memory on that machine; `memory` does not count.
    MemoryModel (*memory_on)(const MachineModel& machine) = nullptr;
    bool simulates() const { return memory_on != nullptr; }
};

/// Fastest first, in the order in which backend.device "auto" asks those that run something. The list stands in
/// engine/executors.cpp.
std::span<const Executor* const> executors();

/// What backend.device may be beside "auto": the one that is always there first.
std::vector<std::string> executor_names();

/// Throws Error(bad_input) for a device or transport that no executor answers to.
void require_known_names(const BackendSpec& backend);

/// The executor that backend.device names. "auto": the first that can run the experiment or, where none can,
/// the one whose why_not() says most. Throws as require_known_names().
const Executor& choose_executor(const Experiment& experiment);

/// The first of the list that simulates.
const Executor& simulating_executor();

/// Of the executor that backend.device names; of ranks on the CPU for "auto" and for a name that nothing
/// answers to.
MemoryModel memory_model_of(const BackendSpec& backend);

/// The field by which an experiment asks for an executor, for reasons in words: "backend.device is cuda" or,
/// where that is auto, its transport or kernel.
std::string asking_field(const BackendSpec& backend);

}  // namespace ringscope
