// How one run is to be made, beside its experiment.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/run/fault.h"
#include "engine/run/progress.h"
#include "engine/run/simulation.h"
#include "engine/run/tensor_source.h"

namespace ringscope {

class BufferPool;

struct RunOptions {
    bool verify = false;
    bool keep_output = true;
    std::shared_ptr<const TensorSource> input;  // null: generated from experiment.input.seed
    std::string input_name;
    bool allow_nonfinite = false;  // else an input with NaN, infinity or scores beyond F32 is refused
    Progress* progress = nullptr;
    Fault fault;
    std::optional<Simulation> simulation;  // set: nothing runs, the schedule is laid out on its machine
    std::shared_ptr<BufferPool> buffers;   // kept from run to run; null: this run's own

    void enter(RunPhase phase) const {
        if (progress != nullptr) progress->phase.store(phase);
    }
};

}  // namespace ringscope
