// The entry that stands in the list of executors where CUDA was not built: it says so.
#include "engine/cuda/cuda_executor.h"
#include "engine/cuda/cuda_memory_model.h"

namespace ringscope {

namespace {

EngineOptions options() {
    const std::string not_built = "this build has none";
    return {{{"cuda", "NVIDIA GPUs", false, not_built}},
            {{"nccl", "NCCL between GPUs", false, not_built},
             {"peer", "copies between the GPUs of one machine", false, not_built}},
            {}};
}

std::optional<Error> why_not(const Experiment& experiment) {
    return Error(ErrorKind::bad_input,
                 asking_field(experiment.backend) + ": this build has no CUDA; it runs on auto or cpu");
}

void execute(const Job& job, Run&) { throw Error(*why_not(job.schedule->experiment)); }

}  // namespace

const Executor& cuda_executor() {
    static const Executor executor{"cuda", options, why_not, cuda_memory_model(), execute};
    return executor;
}

}  // namespace ringscope
