// Whether the real cuDNN takes the graphs: plans for GPUs that are only described, on a machine that needs
// none. cuDNN's heuristics choose an engine, it writes the kernel for the shape, NVRTC compiles it for that
// GPU, and a stand-in for the driver takes the code. Only the launch is missing.
#include <gtest/gtest.h>

#include <set>

#include "engine/cuda/cudnn_sdpa.h"
#include "engine/error.h"
#include "tests/cuda/stand_in_driver.h"

namespace ringscope::cuda {
namespace {

struct DescribedGpu {
    int capability;
    int multiprocessors;
    int shared_bytes;  // a block may ask for
};
constexpr DescribedGpu kGpus[] = {{80, 108, 166912}, {90, 132, 232448}, {100, 148, 232448}};

std::string json_of(const DescribedGpu& gpu) {
    return R"({"deviceName": "a described GPU", "cudaDeviceId": 0, "driverVer": 13000, "pciDeviceId": 0,
               "deviceVer": )" +
           std::to_string(10 * gpu.capability) + R"(, "multiProcessorCount": )" +
           std::to_string(gpu.multiprocessors) + R"(, "maxSharedMemoryPerBlockOptin": )" +
           std::to_string(gpu.shared_bytes) +
           R"(, "totalGlobalMem": 85899345920, "maxGridSize": [2147483647, 65535, 65535],
               "maxBlockSize": [1024, 1024, 64], "regsPerBlock": 65536, "warpSize": 32,
               "maxSharedMemoryPerBlock": 49152, "reservedSharedMemoryPerBlock": 1024,
               "maxRegistersPerSM": 65536, "maxCtasPerSM": 32, "maxThreadsPerBlock": 1024,
               "maxThreadsPerSM": 2048, "isTccDriver": 0, "supportCoopLaunch": 1,
               "smClockRateKHz": 1500000, "memClockRateKHz": 2000000, "l2CacheSize": 41943040})";
}

CudnnDescriptor described(const DescribedGpu& gpu) {
    const std::string json = json_of(gpu);
    CudnnDescriptor made(CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR);
    made.set(CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, std::vector<char>(json.begin(), json.end()))
        .finalize();
    return made;
}

Experiment ring(DType dtype, int head_dim, int64_t n, int64_t w, int64_t r, bool causal, int ranks) {
    Experiment e;
    e.problem.seq_len = n;
    e.problem.heads = 8;
    e.problem.head_dim = head_dim;
    e.problem.dtype = dtype;
    e.problem.causal = causal;
    e.problem.head_groups = {{w, r, {}, {}}};
    e.ring.ranks = ranks;
    return e;
}

/// Of the last rank, which has work in every step.
std::set<SdpaShape> shapes_of(const Experiment& experiment) {
    const Schedule schedule = plan(experiment);
    std::set<SdpaShape> shapes;
    for (int step = 0; step < schedule.steps; ++step)
        for (int phase = 0; phase < schedule.phases; ++phase)
            for (const SdpaCall& call : make_sdpa_calls(schedule, schedule.ranks - 1, step, phase))
                shapes.insert(call.shape);
    return shapes;
}

/// Another cuDNN may ask more of a driver.
std::string asked_in_vain() {
    std::string text;
    for (const std::string& name : stand_in_driver::called_in_vain()) text += "; " + name + " asked in vain";
    return text;
}

/// Why cuDNN cannot plan without a GPU on this machine; "" when it can.
std::string why_no_plans() {
    try {
        described(kGpus[0]);
        return "";
    } catch (const Error& refused) {
        return refused.what();
    }
}

class CudnnPlans : public testing::TestWithParam<DescribedGpu> {
  protected:
    void SetUp() override {
        const std::string why = why_no_plans();
        if (!why.empty()) GTEST_SKIP() << "this cuDNN makes no plans without a GPU: " << why;
    }

    /// Every shape of the experiment; their number.
    int expect_plans(const Experiment& e) {
        const CudnnDescriptor gpu = described(GetParam());
        int plans = 0;
        for (const SdpaShape& shape : shapes_of(e)) {
            SCOPED_TRACE(text_of(shape));
            const size_t kernels_before = stand_in_driver::kernels().size();
            try {
                const SdpaPlan made =
                    make_sdpa_plan(shape, e.problem.dtype, {nullptr, &gpu}, kSdpaLibraryBytes);
                EXPECT_LE(made.workspace_bytes, kSdpaLibraryBytes);
                EXPECT_GT(stand_in_driver::kernels().size(), kernels_before);
                ++plans;
            } catch (const Error& refused) {
                ADD_FAILURE() << refused.what() << asked_in_vain();
            }
        }
        return plans;
    }
};

TEST_P(CudnnPlans, CausalRingWithFewerKvHeads) {
    Experiment e = ring(DType::bf16, 128, 4096, 4096, 1, true, 4);
    e.problem.kv_heads = 2;
    EXPECT_EQ(expect_plans(e), 2);  // the square, in place; what travels, in a slot
}

TEST_P(CudnnPlans, ManyDilatedSegmentsAreOneBatchInPlace) {
    EXPECT_EQ(expect_plans(ring(DType::f16, 64, 4096, 256, 4, false, 1)), 1);
    EXPECT_EQ(expect_plans(ring(DType::bf16, 256, 2048, 512, 2, true, 1)), 1);
}

TEST_P(CudnnPlans, EachHeadKeepsItsOwnTokens) {
    Experiment e = ring(DType::f16, 128, 2106, 702, 3, true, 1);
    e.problem.heads = 6;
    e.problem.head_groups[0].offset = {Offset::Rule::per_head, 0};
    EXPECT_EQ(expect_plans(e), 1);  // heads 0 and 3, 1 and 4, 2 and 5 alike
}

TEST_P(CudnnPlans, EveryQueryOfInterleavedRowsAndOddSizes) {
    Experiment e = ring(DType::bf16, 96, 203, 203, 5, true, 1);
    e.problem.queries = Queries::all;
    EXPECT_GE(expect_plans(e), 2);
}

TEST_P(CudnnPlans, WhatNoEngineTakesIsToldWithItsNumbers) {
    SdpaShape shape = *shapes_of(ring(DType::bf16, 64, 512, 512, 1, false, 1)).begin();
    shape.kv_heads = 3;  // does not divide eight
    const CudnnDescriptor gpu = described(GetParam());
    try {
        make_sdpa_plan(shape, DType::bf16, {nullptr, &gpu}, kSdpaLibraryBytes);
        FAIL() << "it was taken";
    } catch (const Error& refused) {
        EXPECT_EQ(refused.kind(), ErrorKind::bad_input);
        EXPECT_NE(std::string(refused.what()).find("no engine for SDPA of batch 1, 8 heads (3 KV heads)"),
                  std::string::npos)
            << refused.what();
    }
}

std::string name_of_gpu(const testing::TestParamInfo<DescribedGpu>& info) {
    return "sm_" + std::to_string(info.param.capability);
}
INSTANTIATE_TEST_SUITE_P(Gpus, CudnnPlans, testing::ValuesIn(kGpus), name_of_gpu);

}  // namespace
}  // namespace ringscope::cuda
