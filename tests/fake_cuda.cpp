#include "tests/fake_cuda.h"

#include <cuda_runtime_api.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <vector>

#include "engine/cuda/fma_tile.h"
#include "engine/cuda/kernels.h"
#include "engine/cuda/tensor_core_tile.h"
#include "tests/host_warp.h"

namespace {

int64_t now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// Does its work and gives true, or false: not yet.
using Operation = std::function<bool()>;

struct FakeStream {
    std::deque<Operation> queue;
};

struct FakeEvent {
    int64_t recorded = 0;  // times asked for
    int64_t happened = 0;  // times done
    int64_t time_ns = 0;
};

/// The machine's whole state: the runtime's interface is plain functions.
struct Machine {
    int devices = 1;
    int64_t memory = 0;
    int current = 0;
    std::mt19937 random;
    std::vector<std::unique_ptr<FakeStream>> streams;
    std::vector<std::function<void()>> on_the_way;  // to devices by the null stream
    std::set<FakeEvent*> events;
    std::map<void*, std::pair<int, int64_t>> blocks;  // device, bytes
    int64_t operations = 0;

    int64_t used(int device) const {
        int64_t bytes = 0;
        for (const auto& [data, block] : blocks)
            if (block.first == device) bytes += block.second;
        return bytes;
    }
    /// Runs one entry; false when none may run. One stream goes on for as long as it may, and then another
    /// that was drawn by lot: so streams run far ahead of each other, which fair turns would hardly ever
    /// show.
    bool run_one() {
        if (random() % 24 == 0) std::shuffle(streams.begin(), streams.end(), random);
        for (const auto& stream : streams) {
            if (stream->queue.empty() || !stream->queue.front()()) continue;
            stream->queue.pop_front();
            ++operations;
            return true;
        }
        return false;
    }
};

Machine& machine() {
    static Machine one;
    return one;
}

FakeStream* fake(cudaStream_t stream) { return reinterpret_cast<FakeStream*>(stream); }
FakeEvent* fake(cudaEvent_t event) { return reinterpret_cast<FakeEvent*>(event); }

cudaError_t enqueue(cudaStream_t stream, Operation operation) {
    if (stream == nullptr) return operation() ? cudaSuccess : cudaErrorUnknown;
    fake(stream)->queue.push_back(std::move(operation));
    return cudaSuccess;
}

cudaError_t enqueue_work(cudaStream_t stream, std::function<void()> work) {
    return enqueue(stream, [work] {
        work();
        return true;
    });
}

}  // namespace

namespace ringscope::fake_cuda {

void reset(int devices, int64_t memory, unsigned seed) {
    machine().devices = devices;
    machine().memory = memory;
    machine().current = 0;
    machine().random.seed(seed);
}
int64_t live_bytes() {
    int64_t bytes = 0;
    for (int device = 0; device < machine().devices; ++device) bytes += machine().used(device);
    return bytes;
}
int live_handles() { return static_cast<int>(machine().streams.size() + machine().events.size()); }
int64_t operations() { return machine().operations; }

}  // namespace ringscope::fake_cuda

extern "C" {

cudaError_t cudaGetLastError() { return cudaSuccess; }
const char* cudaGetErrorString(cudaError_t) { return "an error of the fake runtime"; }
const char* cudaGetErrorName(cudaError_t) { return "cudaErrorFake"; }
cudaError_t cudaGetDevice(int* device) {
    *device = machine().current;
    return cudaSuccess;
}
cudaError_t cudaSetDevice(int device) {
    if (device < 0 || device >= machine().devices) return cudaErrorInvalidDevice;
    machine().current = device;
    return cudaSuccess;
}
cudaError_t cudaGetDeviceCount(int* count) {
    *count = machine().devices;
    return *count > 0 ? cudaSuccess : cudaErrorNoDevice;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int) {
    *properties = {};
    std::snprintf(properties->name, sizeof properties->name, "Fake GPU");
    properties->major = 8;
    properties->multiProcessorCount = 1;
    properties->totalGlobalMem = static_cast<size_t>(machine().memory);
    return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr, int) {
    *value = 1;
    return cudaSuccess;
}
cudaError_t cudaDeviceGetPCIBusId(char* text, int length, int device) {
    std::snprintf(text, static_cast<size_t>(length), "0000:0%d:00.0", device);
    return cudaSuccess;
}
cudaError_t cudaDeviceGetP2PAttribute(int* value, cudaDeviceP2PAttr, int, int) {
    *value = 1;
    return cudaSuccess;
}
cudaError_t cudaDeviceCanAccessPeer(int* reachable, int, int) {
    *reachable = 1;
    return cudaSuccess;
}
cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
    *total = static_cast<size_t>(machine().memory);
    *free = *total - static_cast<size_t>(machine().used(machine().current));
    return cudaSuccess;
}
cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int) {
    *pool = nullptr;
    return cudaSuccess;
}
cudaError_t cudaMemPoolGetAttribute(cudaMemPool_t, cudaMemPoolAttr, void* value) {
    std::memset(value, 0, sizeof(uint64_t));
    return cudaSuccess;
}
cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t, cudaMemPoolAttr, void*) { return cudaSuccess; }
cudaError_t cudaMemPoolSetAccess(cudaMemPool_t, const cudaMemAccessDesc*, size_t) { return cudaSuccess; }

cudaError_t cudaMallocAsync(void** data, size_t bytes, cudaStream_t) {
    const auto size = static_cast<int64_t>(bytes);
    if (machine().used(machine().current) + size > machine().memory) return cudaErrorMemoryAllocation;
    *data = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
    std::memset(*data, 0xff, bytes);  // NaN where nobody wrote
    machine().blocks[*data] = {machine().current, size};
    return cudaSuccess;
}
cudaError_t cudaFreeAsync(void* data, cudaStream_t) {
    if (machine().blocks.erase(data) == 0) return cudaErrorInvalidValue;
    std::free(data);
    return cudaSuccess;
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
    machine().streams.push_back(std::make_unique<FakeStream>());
    *stream = reinterpret_cast<cudaStream_t>(machine().streams.back().get());
    return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
    std::erase_if(machine().streams, [&](const auto& one) { return one.get() == fake(stream); });
    return cudaSuccess;
}
cudaError_t cudaStreamQuery(cudaStream_t stream) {
    machine().run_one();
    return fake(stream)->queue.empty() ? cudaSuccess : cudaErrorNotReady;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
    if (stream == nullptr) {
        for (const auto& arrive : machine().on_the_way) arrive();
        machine().on_the_way.clear();
        return cudaSuccess;
    }
    const int64_t give_up_ns = now_ns() + 20'000'000'000;
    while (!fake(stream)->queue.empty())
        if (!machine().run_one() && now_ns() > give_up_ns) return cudaErrorLaunchTimeout;
    return cudaSuccess;
}
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
    const int64_t wanted = fake(event)->recorded;
    return enqueue(stream, [event, wanted] { return fake(event)->happened >= wanted; });
}

cudaError_t cudaEventCreate(cudaEvent_t* event) {
    auto* made = new FakeEvent;
    machine().events.insert(made);
    *event = reinterpret_cast<cudaEvent_t>(made);
    return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
    machine().events.erase(fake(event));
    delete fake(event);
    return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
    ++fake(event)->recorded;
    return enqueue_work(stream, [event] {
        ++fake(event)->happened;
        fake(event)->time_ns = now_ns();
    });
}
cudaError_t cudaEventQuery(cudaEvent_t event) {
    machine().run_one();
    return fake(event)->happened == fake(event)->recorded ? cudaSuccess : cudaErrorNotReady;
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
    while (fake(event)->happened != fake(event)->recorded)
        if (!machine().run_one()) return cudaErrorLaunchTimeout;
    return cudaSuccess;
}
cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t from, cudaEvent_t to) {
    *milliseconds = static_cast<float>(fake(to)->time_ns - fake(from)->time_ns) * 1e-6f;
    return cudaSuccess;
}

cudaError_t cudaMemcpy(void* target, const void* source, size_t bytes, cudaMemcpyKind kind) {
    const std::vector<unsigned char> read(static_cast<const unsigned char*>(source),
                                          static_cast<const unsigned char*>(source) + bytes);
    const auto write = [target, read] { std::memcpy(target, read.data(), read.size()); };
    // From pageable memory the bytes are only on their way when the call returns.
    if (kind == cudaMemcpyHostToDevice)
        machine().on_the_way.push_back(write);
    else
        write();
    return cudaSuccess;
}
cudaError_t cudaMemcpyAsync(void* target, const void* source, size_t bytes, cudaMemcpyKind,
                            cudaStream_t stream) {
    // From pageable memory: read at once, as the runtime does.
    const std::vector<unsigned char> read(static_cast<const unsigned char*>(source),
                                          static_cast<const unsigned char*>(source) + bytes);
    return enqueue_work(stream, [target, read] { std::memcpy(target, read.data(), read.size()); });
}
cudaError_t cudaMemcpyPeerAsync(void* target, int, const void* source, int, size_t bytes,
                                cudaStream_t stream) {
    return enqueue_work(stream, [target, source, bytes] { std::memcpy(target, source, bytes); });
}
}

namespace ringscope::cuda {

namespace {

template <typename Tile>
cudaError_t launch_tile(const AttentionLaunch& launch, int64_t items, cudaStream_t stream) {
    return enqueue_work(stream, [launch, items] {
        if (!launch.is_cancelled()) run_on_host<Tile>(launch, items);
    });
}

cudaError_t prepare_nothing(DType, int) { return cudaSuccess; }

}  // namespace

const CudaKernel& tensor_core_kernel() {
    static const CudaKernel kernel{
        "mma",
        "f16 or bf16",
        80,
        [](DType dtype) { return dtype != DType::f32; },
        [](int) {
            return TileShape{64, 64};
        },
        prepare_nothing,
        [](const AttentionLaunch& launch, DType dtype, int64_t items, cudaStream_t stream) {
            return dtype == DType::f16
                       ? launch_tile<TensorCoreTile<HostWarp, F16Element, 32, 64>>(launch, items, stream)
                       : launch_tile<TensorCoreTile<HostWarp, BF16Element, 32, 64>>(launch, items, stream);
        }};
    return kernel;
}

const CudaKernel& fma_kernel() {
    static const CudaKernel kernel{
        "fma",
        "f32",
        0,
        [](DType dtype) { return dtype == DType::f32; },
        [](int) {
            return TileShape{32, 32};
        },
        prepare_nothing,
        [](const AttentionLaunch& launch, DType, int64_t items, cudaStream_t stream) {
            return launch_tile<FmaTile<HostWarp, F32Element, 32, 8>>(launch, items, stream);
        }};
    return kernel;
}

cudaError_t prepare_row_kernels() { return cudaSuccess; }

cudaError_t launch_pack(const PackLaunch& launch, int64_t items, cudaStream_t stream) {
    return enqueue_work(stream, [launch, items] {
        const auto row_bytes = static_cast<size_t>(launch.head_dim * launch.element_bytes);
        for (int64_t i = 0; i < items; ++i) {
            const PackItem& item = launch.items[i];
            for (int32_t index = item.first_index; index < item.first_index + item.rows; ++index) {
                const int64_t row = row_at(run_at(launch.runs + item.first_run, item.runs, index), index);
                const int64_t from = (item.batch_index * launch.batch_stride + row * launch.row_stride +
                                      int64_t{item.kv_head} * launch.head_dim) *
                                     launch.element_bytes;
                const auto to = [&](int64_t offset) {
                    return static_cast<char*>(launch.slot) +
                           (offset + int64_t{index} * launch.head_dim) * launch.element_bytes;
                };
                std::memcpy(to(item.k_offset), static_cast<const char*>(launch.own_k) + from, row_bytes);
                std::memcpy(to(item.v_offset), static_cast<const char*>(launch.own_v) + from, row_bytes);
            }
        }
    });
}

cudaError_t launch_clear(float* o, float* lse, float* sum, int64_t rows, int head_dim, cudaStream_t stream) {
    return enqueue_work(stream, [=] {
        std::fill_n(o, rows * head_dim, 0.0f);
        std::fill_n(lse, rows, -INFINITY);
        if (sum != nullptr) std::fill_n(sum, rows, 0.0f);
    });
}

cudaError_t launch_normalise(float* o, float* lse, const float* sum, int batch, int64_t rows, int heads,
                             int head_dim, cudaStream_t stream) {
    return enqueue_work(stream, [=] {
        for (int64_t b = 0; b < batch; ++b)
            for (int64_t row = 0; row < rows; ++row)
                for (int64_t head = 0; head < heads; ++head) {
                    const int64_t state = (b * heads + head) * rows + row;
                    if (!(sum[state] > 0)) continue;
                    for (int c = 0; c < head_dim; ++c)
                        o[((b * rows + row) * heads + head) * head_dim + c] /= sum[state];
                    lse[state] += std::log(sum[state]);
                }
    });
}

cudaError_t launch_stall(const int32_t* cancelled, int64_t nanoseconds, cudaStream_t stream) {
    auto begin_ns = std::make_shared<int64_t>(-1);
    return enqueue(stream, [=] {
        if (*begin_ns < 0) *begin_ns = now_ns();
        return *cancelled != 0 || (nanoseconds >= 0 && now_ns() - *begin_ns >= nanoseconds);
    });
}

}  // namespace ringscope::cuda
