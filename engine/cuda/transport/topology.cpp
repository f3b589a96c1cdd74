#include "engine/cuda/transport/topology.h"

#include <cstdio>

#include "engine/base/number_text.h"
#include "engine/cuda/cuda_check.h"

namespace ringscope {

namespace {

/// The oldest processors that this build has code for.
constexpr int kOldestCapability = RINGSCOPE_OLDEST_CAPABILITY;

std::string link_text(int from, int to) {
    int reachable = 0;
    int rank = 0;
    RINGSCOPE_CUDA(cudaDeviceGetP2PAttribute(&reachable, cudaDevP2PAttrAccessSupported, from, to));
    if (reachable == 0) return "GPU " + std::to_string(to) + " through the host";
    RINGSCOPE_CUDA(cudaDeviceGetP2PAttribute(&rank, cudaDevP2PAttrPerformanceRank, from, to));
    int atomics = 0;
    RINGSCOPE_CUDA(cudaDeviceGetP2PAttribute(&atomics, cudaDevP2PAttrNativeAtomicSupported, from, to));
    // NVLink has native atomics between GPUs; PCIe does not.
    return "GPU " + std::to_string(to) + (atomics != 0 ? " by NVLink" : " by PCIe") + " (performance rank " +
           std::to_string(rank) + ")";
}

Gpu describe(int device, int count) {
    cudaDeviceProp properties{};
    RINGSCOPE_CUDA(cudaGetDeviceProperties(&properties, device));
    Gpu gpu;
    gpu.device = device;
    gpu.name = properties.name;
    gpu.capability = 10 * properties.major + properties.minor;
    int pools = 0;
    RINGSCOPE_CUDA(cudaDeviceGetAttribute(&pools, cudaDevAttrMemoryPoolsSupported, device));
    gpu.pools = pools != 0;
    char place[32];
    RINGSCOPE_CUDA(cudaDeviceGetPCIBusId(place, sizeof place, device));
    gpu.description = gpu.name + ", compute capability " + std::to_string(properties.major) + "." +
                      std::to_string(properties.minor) + ", " +
                      std::to_string(properties.multiProcessorCount) + " multiprocessors, " +
                      bytes_text(static_cast<int64_t>(properties.totalGlobalMem)) + ", PCI " + place;
    for (int peer = 0; peer < count; ++peer)
        if (peer != device) gpu.description += "; reaches " + link_text(device, peer);
    if (gpu.capability < kOldestCapability)
        gpu.why_not = "compute capability below " + std::to_string(kOldestCapability / 10) + "." +
                      std::to_string(kOldestCapability % 10) + ", the oldest that this build has code for";
    else if (!gpu.pools)
        gpu.why_not = "its driver has no memory pools";
    return gpu;
}

}  // namespace

std::vector<Gpu> find_gpus(std::string& problem) {
    std::vector<Gpu> gpus;
    int count = 0;
    const cudaError_t status = cudaGetDeviceCount(&count);
    if (status != cudaSuccess || count == 0) {
        static_cast<void>(cudaGetLastError());
        problem = status == cudaErrorInsufficientDriver ? "no NVIDIA driver, or one too old for this build"
                  : status == cudaSuccess               ? "no GPU"
                                                        : cudaGetErrorString(status);
        return gpus;
    }
    for (int device = 0; device < count; ++device) gpus.push_back(describe(device, count));
    return gpus;
}

std::vector<EngineOption> gpu_options() {
    std::string problem;
    std::vector<EngineOption> options;
    try {
        for (const Gpu& gpu : find_gpus(problem))
            options.push_back({"cuda", gpu.description, gpu.why_not.empty(), gpu.why_not});
    } catch (const Error& error) {
        problem = error.what();
    }
    if (options.empty()) options.push_back({"cuda", "NVIDIA GPUs", false, problem});
    return options;
}

}  // namespace ringscope
