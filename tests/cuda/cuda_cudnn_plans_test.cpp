// Whether the real cuDNN takes the graphs: plans for GPUs that are only described, on a machine that needs
// none. cuDNN's heuristics choose an engine, it writes the kernel for the shape, NVRTC compiles it for that
// GPU, and a stand-in for the driver takes the code. Only the launch is missing.
#include <gtest/gtest.h>

#include <set>

#include "engine/base/error.h"
#include "engine/cuda/cudnn/cudnn_sdpa.h"
#include "tests/cuda/stand_in_driver.h"

namespace ringscope {
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

std::string json_of(const SdpaPlan& plan) {
    int64_t length = 0;
    RINGSCOPE_CUDNN(cudnnBackendGetAttribute(plan.plan.get(), CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION,
                                             CUDNN_TYPE_CHAR, 0, &length, nullptr));
    std::string json(static_cast<size_t>(length), ' ');
    RINGSCOPE_CUDNN(cudnnBackendGetAttribute(plan.plan.get(), CUDNN_ATTR_EXECUTION_PLAN_JSON_REPRESENTATION,
                                             CUDNN_TYPE_CHAR, length, &length, json.data()));
    return json;
}

std::string from_base64(const std::string& text) {
    static const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    uint32_t bits = 0;
    int held = 0;
    for (const char c : text) {
        const size_t digit = digits.find(c);
        if (digit == std::string::npos) break;  // padding
        bits = bits << 6 | static_cast<uint32_t>(digit);
        held += 6;
        if (held < 8) continue;
        held -= 8;
        bytes += static_cast<char>(bits >> held & 0xff);
    }
    return bytes;
}

/// The arguments of each of a plan's kernels, but for what a call fills in.
std::vector<std::string> kernel_arguments(const std::string& json) {
    std::vector<std::string> all;
    const std::string key = "\"rawData\":\"";
    for (size_t at = json.find(key); at != std::string::npos; at = json.find(key, at + 1))
        all.push_back(
            from_base64(json.substr(at + key.size(), json.find('"', at + key.size()) - at - key.size())));
    return all;
}

template <typename T>
bool hold(const std::string& arguments, const std::vector<T>& numbers) {
    const std::string bytes(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T));
    return arguments.find(bytes) != std::string::npos;
}

/// A tensor of two-byte elements with these strides: four 64-bit numbers, in the graph's order, or a TMA
/// descriptor with three in units of 16 bytes, the innermost first.
bool hold_strides(const std::string& arguments, int64_t batch, int64_t head, int64_t row, bool transposed) {
    const std::vector<int64_t> plain{batch, head, transposed ? 1 : row, transposed ? row : 1};
    std::vector<uint32_t> tma;
    for (const int64_t stride : {row, head, batch}) tma.push_back(static_cast<uint32_t>(stride / 8));
    return hold(arguments, plain) || hold(arguments, tma);
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

/// By all but the execution itself, for which there is no handle.
void expect_arguments_taken(const SdpaPlan& plan, const SdpaShape& shape) {
    alignas(16) static char any[16];
    try {
        execute_sdpa(plan, shape, nullptr, 1, {any, any, any, any, any, any});
        FAIL() << "executed without a handle";
    } catch (const Error& refused) {
        EXPECT_EQ(std::string(refused.what()).rfind("cuDNN: cudnnBackendExecute failed", 0), 0u)
            << refused.what();
    }
}

TEST_P(CudnnPlans, OneKernelReadsInPlaceByTheCallsStrides) {
    Experiment e = ring(DType::bf16, 64, 4096, 256, 4, true, 1);
    e.problem.kv_heads = 2;
    const std::set<SdpaShape> shapes = shapes_of(e);
    ASSERT_EQ(shapes.size(), 1u);
    const SdpaShape& shape = *shapes.begin();
    EXPECT_EQ(shape.q_row_stride, 4 * 8 * 64);
    EXPECT_EQ(shape.kv_row_stride, 4 * 2 * 64);
    const CudnnDescriptor gpu = described(GetParam());
    const SdpaPlan plan = make_sdpa_plan(shape, e.problem.dtype, {nullptr, &gpu}, kSdpaLibraryBytes);
    expect_arguments_taken(plan, shape);
    const std::vector<std::string> kernels = kernel_arguments(json_of(plan));
    if (kernels.empty()) GTEST_SKIP() << "this cuDNN's plans do not tell their kernels' arguments";
    EXPECT_EQ(kernels.size(), 1u) << "something gathers or copies";
    EXPECT_TRUE(
        hold_strides(kernels[0], shape.q_batch_stride, shape.q_head_stride, shape.q_row_stride, false));
    for (const bool transposed : {true, false})  // K, V
        EXPECT_TRUE(hold_strides(kernels[0], shape.kv_batch_stride, shape.kv_head_stride, shape.kv_row_stride,
                                 transposed));
    EXPECT_TRUE(hold_strides(kernels[0], 8 * 64 * 64, 64 * 64, 64, false));  // O
    EXPECT_FALSE(
        hold_strides(kernels[0], shape.q_batch_stride, shape.q_head_stride, shape.q_row_stride / 2, false));
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
}  // namespace ringscope
