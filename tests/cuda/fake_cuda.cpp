#include "tests/cuda/fake_cuda.h"

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
#include <tuple>
#include <vector>

namespace {

int64_t now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

using ringscope::fake_cuda::Operation;

/// After which what would wait for ever is an error.
constexpr int64_t kPatienceNs = 20'000'000'000;

struct Entry {
    int64_t number = 0;  // counted over all streams
    Operation operation;
};

struct FakeStream {
    std::deque<Entry> queue;
    std::tuple<int, int, int> hardware_queue;  // device, priority, number
};

struct FakeEvent {
    int64_t recorded = 0;  // times asked for
    int64_t happened = 0;  // times done
    int64_t time_ns = 0;
};

/// The machine's whole state: the runtime's interface is plain functions.
struct Machine {
    int devices = 1;
    int64_t memory = int64_t{1} << 30;
    int capability = 80;
    bool spoilt = false;
    int64_t events_recorded = 0;
    std::mt19937 random;
    std::vector<std::unique_ptr<FakeStream>> streams;
    std::vector<std::function<void()>> on_the_way;  // to devices by the null stream
    std::set<FakeEvent*> events;
    std::map<void*, std::pair<int, int64_t>> blocks;  // device, bytes
    std::map<int, int64_t> beside;                    // by device: what libraries took
    std::map<int, int64_t> reserved;                  // by device: of the pool
    int64_t operations = 0;
    int64_t entries = 0;
    int64_t skipped_ns = 0;
    std::function<void(int64_t)> with_every_copy;
    std::set<std::pair<int, int>> pool_accesses;  // owner of the pool, device that may reach it
    int streams_made = 0;
    int gave_up = 0;
    int queues = 0;  // hardware queues of a device and priority; 0: as many as streams
    size_t depth = 0;

    int64_t used(int device) const {
        int64_t bytes = 0;
        for (const auto& [data, block] : blocks)
            if (block.first == device) bytes += block.second;
        return bytes;
    }
    int64_t free(int device) { return memory - reserved[device] - beside[device]; }
    /// Whether something that was put in earlier has its stream's hardware queue.
    bool stands_behind(const FakeStream& stream) const {
        return queues > 0 && std::any_of(streams.begin(), streams.end(), [&](const auto& other) {
                   return other->hardware_queue == stream.hardware_queue && !other->queue.empty() &&
                          other->queue.front().number < stream.queue.front().number;
               });
    }
    bool is_full(const FakeStream& stream) const {
        size_t held = 0;
        for (const auto& other : streams)
            if (other->hardware_queue == stream.hardware_queue) held += other->queue.size();
        return queues > 0 && held >= depth;
    }
    /// Runs one entry; false when none may run. One stream goes on for as long as it may, and then another
    /// that was drawn by lot: so streams run far ahead of each other, which fair turns would hardly ever
    /// show.
    bool run_one() {
        if (random() % 24 == 0) std::shuffle(streams.begin(), streams.end(), random);
        for (const auto& stream : streams) {
            if (stream->queue.empty() || stands_behind(*stream) || !stream->queue.front().operation())
                continue;
            stream->queue.pop_front();
            ++operations;
            return true;
        }
        return false;
    }
};

Machine& machine() {
    static auto& one = *new Machine;  // outlives what is called after main()
    return one;
}

thread_local int current = 0;

cudaError_t give_up() {
    ++machine().gave_up;
    return cudaErrorLaunchTimeout;
}

FakeStream* fake(cudaStream_t stream) { return reinterpret_cast<FakeStream*>(stream); }
FakeEvent* fake(cudaEvent_t event) { return reinterpret_cast<FakeEvent*>(event); }

}  // namespace

namespace ringscope::fake_cuda {

void reset(int devices, int64_t memory, unsigned seed, int capability) {
    machine().devices = devices;
    machine().capability = capability;
    machine().memory = memory;
    machine().spoilt = false;
    machine().queues = 0;
    machine().gave_up = 0;
    machine().with_every_copy = nullptr;
    machine().pool_accesses.clear();
    machine().on_the_way.clear();
    machine().events_recorded = 0;
    machine().reserved.clear();
    current = 0;
    machine().random.seed(seed);
}
void share_queues(int queues, size_t depth) {
    machine().queues = queues;
    machine().depth = depth;
}
int64_t live_bytes() {
    int64_t bytes = 0;
    for (int device = 0; device < machine().devices; ++device) bytes += machine().used(device);
    return bytes;
}
int live_handles() { return static_cast<int>(machine().streams.size() + machine().events.size()); }
int64_t operations() { return machine().operations; }
int current_device() { return current; }
int64_t events_recorded() { return machine().events_recorded; }
bool take_beside_the_pool(int device, int64_t bytes) {
    if (bytes > machine().free(device)) return false;
    machine().beside[device] += bytes;
    return true;
}
void with_every_copy(std::function<void(int64_t)> action) { machine().with_every_copy = std::move(action); }
int pool_accesses() { return static_cast<int>(machine().pool_accesses.size()); }
int gave_up() { return machine().gave_up; }
void skip_time(int64_t nanoseconds) { machine().skipped_ns += nanoseconds; }
void spoil() { machine().spoilt = true; }

cudaError_t enqueue(cudaStream_t stream, Operation operation) {
    if (stream == nullptr) return operation() ? cudaSuccess : cudaErrorUnknown;
    const int64_t give_up_ns = now_ns() + kPatienceNs;
    while (machine().is_full(*fake(stream)))
        if (!machine().run_one() && now_ns() > give_up_ns) return give_up();
    fake(stream)->queue.push_back({++machine().entries, std::move(operation)});
    return cudaSuccess;
}

cudaError_t enqueue_work(cudaStream_t stream, std::function<void()> work) {
    return enqueue(stream, [work] {
        work();
        return true;
    });
}

}  // namespace ringscope::fake_cuda

using ringscope::fake_cuda::enqueue;
using ringscope::fake_cuda::enqueue_work;

extern "C" {

cudaError_t cudaGetLastError() { return cudaSuccess; }
const char* cudaGetErrorString(cudaError_t) { return "an error of the fake runtime"; }
const char* cudaGetErrorName(cudaError_t) { return "cudaErrorFake"; }
cudaError_t cudaGetDevice(int* device) {
    *device = current;
    return cudaSuccess;
}
cudaError_t cudaSetDevice(int device) {
    if (device < 0 || device >= machine().devices) return cudaErrorInvalidDevice;
    current = device;
    return cudaSuccess;
}
cudaError_t cudaGetDeviceCount(int* count) {
    *count = machine().devices;
    return *count > 0 ? cudaSuccess : cudaErrorNoDevice;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int) {
    *properties = {};
    std::snprintf(properties->name, sizeof properties->name, "Fake GPU");
    properties->major = machine().capability / 10;
    properties->minor = machine().capability % 10;
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
    *free = static_cast<size_t>(machine().free(current));
    return cudaSuccess;
}
/// A pool's handle is its device and one.
static int device_of(cudaMemPool_t pool) { return static_cast<int>(reinterpret_cast<intptr_t>(pool)) - 1; }
cudaError_t cudaDeviceGetDefaultMemPool(cudaMemPool_t* pool, int device) {
    *pool = reinterpret_cast<cudaMemPool_t>(static_cast<intptr_t>(device) + 1);
    return cudaSuccess;
}
cudaError_t cudaMemPoolGetAttribute(cudaMemPool_t pool, cudaMemPoolAttr attribute, void* value) {
    const int device = device_of(pool);
    const int64_t bytes =
        attribute == cudaMemPoolAttrReservedMemCurrent ? machine().reserved[device] : machine().used(device);
    std::memcpy(value, &bytes, sizeof bytes);
    return cudaSuccess;
}
cudaError_t cudaMemPoolTrimTo(cudaMemPool_t pool, size_t keep) {
    const int device = device_of(pool);
    int64_t& reserved = machine().reserved[device];
    reserved = std::min(reserved, std::max(machine().used(device), static_cast<int64_t>(keep)));
    return cudaSuccess;
}
cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t, cudaMemPoolAttr, void*) { return cudaSuccess; }
cudaError_t cudaMemPoolSetAccess(cudaMemPool_t pool, const cudaMemAccessDesc* access, size_t count) {
    for (size_t i = 0; i < count; ++i)
        machine().pool_accesses.insert({device_of(pool), access[i].location.id});
    return cudaSuccess;
}

cudaError_t cudaMallocAsync(void** data, size_t bytes, cudaStream_t) {
    const auto size = static_cast<int64_t>(bytes);
    int64_t& reserved = machine().reserved[current];
    const int64_t used = machine().used(current) + size;
    if (machine().spoilt) return cudaErrorIllegalAddress;
    if (used - reserved > machine().free(current)) return cudaErrorMemoryAllocation;
    reserved = std::max(reserved, used);
    *data = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
    std::memset(*data, 0xff, bytes);  // NaN where nobody wrote
    machine().blocks[*data] = {current, size};
    return cudaSuccess;
}
cudaError_t cudaFreeAsync(void* data, cudaStream_t) {
    if (machine().blocks.erase(data) == 0) return cudaErrorInvalidValue;
    std::free(data);
    return cudaSuccess;
}

cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
    *least = 0;
    *greatest = -5;
    return cudaSuccess;
}
cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned, int priority) {
    const int number = machine().queues > 0 ? machine().streams_made++ % machine().queues : 0;
    machine().streams.push_back(std::make_unique<FakeStream>());
    machine().streams.back()->hardware_queue = {current, priority, number};
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
    if (machine().spoilt) return cudaErrorIllegalAddress;
    if (stream == nullptr) {
        for (const auto& arrive : machine().on_the_way) arrive();
        machine().on_the_way.clear();
        return cudaSuccess;
    }
    const int64_t give_up_ns = now_ns() + kPatienceNs;
    while (!fake(stream)->queue.empty())
        if (!machine().run_one() && now_ns() > give_up_ns) return give_up();
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
    ++machine().events_recorded;
    return enqueue_work(stream, [event] {
        ++fake(event)->happened;
        fake(event)->time_ns = now_ns() + machine().skipped_ns;
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
    if (machine().with_every_copy) machine().with_every_copy(static_cast<int64_t>(bytes));
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
cudaError_t cudaMemcpyPeerAsync(void* target, int to, const void* source, int from, size_t bytes,
                                cudaStream_t stream) {
    // The engine of the stream's device, which is the receiver's here, reads the sender's pool.
    if (from != to && machine().pool_accesses.count({from, to}) == 0) return cudaErrorInvalidValue;
    return enqueue_work(stream, [target, source, bytes] { std::memcpy(target, source, bytes); });
}
}
