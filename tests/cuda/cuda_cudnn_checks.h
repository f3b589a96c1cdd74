// What holds after every run of the cuDNN kernel on the fake runtime and the fake cuDNN.
#pragma once

#include "engine/cuda/cudnn/cudnn_gpu.h"
#include "tests/cuda/cuda_run_checks.h"
#include "tests/cuda/fake_cudnn.h"

namespace ringscope {

inline void expect_no_violations() {
    for (const std::string& what : fake_cudnn::violations()) ADD_FAILURE() << what;
}

/// Once what is kept from run to run has been given back.
inline void expect_clean() {
    expect_nothing_left();
    CudnnGpu::give_back();
    EXPECT_EQ(fake_cudnn::live_handles(), 0);
    EXPECT_EQ(fake_cudnn::live_descriptors(), 0);
    expect_no_violations();
}

inline Experiment by_cudnn(Experiment e) {
    e.backend.kernel = "cudnn";
    if (e.problem.dtype == DType::f32) e.problem.dtype = DType::bf16;
    return e;
}

}  // namespace ringscope
