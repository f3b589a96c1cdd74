#include "engine/cuda/device_arena.h"

#include <algorithm>

#include "engine/base/number_text.h"

namespace ringscope {

namespace {

int64_t pool_figure(cudaMemPool_t pool, cudaMemPoolAttr attribute) {
    uint64_t bytes = 0;
    RINGSCOPE_CUDA(cudaMemPoolGetAttribute(pool, attribute, &bytes));
    return static_cast<int64_t>(bytes);
}

std::string device_text(int device) {
    cudaDeviceProp properties{};
    RINGSCOPE_CUDA(cudaGetDeviceProperties(&properties, device));
    return "GPU " + std::to_string(device) + " (" + properties.name + ")";
}

}  // namespace

void copy_now(void* target, const void* source, int64_t bytes, cudaMemcpyKind kind) {
    if (bytes == 0) return;
    RINGSCOPE_CUDA(cudaMemcpy(target, source, static_cast<size_t>(bytes), kind));
    RINGSCOPE_CUDA(cudaStreamSynchronize(nullptr));
}

void copy_in_parts(void* target, const void* source, int64_t bytes, cudaMemcpyKind kind,
                   std::stop_token stop) {
    constexpr int64_t kPartBytes = int64_t{256} << 20;
    for (int64_t at = 0; at < bytes; at += kPartBytes) {
        if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "cancelled");
        copy_now(static_cast<std::byte*>(target) + at, static_cast<const std::byte*>(source) + at,
                 std::min(kPartBytes, bytes - at), kind);
    }
}

DeviceBuffer& DeviceBuffer::operator=(DeviceBuffer&& other) noexcept {
    if (this == &other) return *this;
    reset();
    arena_ = std::exchange(other.arena_, nullptr);
    data_ = std::exchange(other.data_, nullptr);
    bytes_ = std::exchange(other.bytes_, 0);
    purpose_ = other.purpose_;
    return *this;
}

void DeviceBuffer::reset() {
    if (arena_ == nullptr) return;
    // The streams that used it have ended (see the class), so the device's null stream may free it at once.
    int before = 0;
    static_cast<void>(cudaGetDevice(&before));
    static_cast<void>(cudaSetDevice(arena_->device_));
    static_cast<void>(cudaFreeAsync(data_, nullptr));
    static_cast<void>(cudaSetDevice(before));
    arena_->live_[static_cast<size_t>(purpose_)] -= bytes_;
    arena_ = nullptr;
    data_ = nullptr;
    bytes_ = 0;
}

DeviceBuffer DeviceArena::allocate(Purpose purpose, int64_t bytes) {
    RINGSCOPE_CHECK(bytes >= 0);
    DeviceBuffer buffer;
    if (bytes == 0) return buffer;
    const DeviceScope scope(device_);
    const int64_t rounded = aligned_bytes(bytes);
    cudaError_t status = cudaMallocAsync(&buffer.data_, static_cast<size_t>(rounded), nullptr);
    if (status == cudaSuccess) status = cudaStreamSynchronize(nullptr);
    if (status == cudaErrorMemoryAllocation) {
        static_cast<void>(cudaGetLastError());
        throw Error(ErrorKind::run_failed, "out of memory: " + owner_ + " asked " + device_text(device_) +
                                               " for " + bytes_text(rounded) + " (" + name_of(purpose) +
                                               ") and " + bytes_text(device_memory(device_).available()) +
                                               " is free");
    }
    check_cuda(status, "cudaMallocAsync");
    buffer.arena_ = this;
    buffer.bytes_ = rounded;
    buffer.purpose_ = purpose;
    const auto p = static_cast<size_t>(purpose);
    live_[p] += rounded;
    peak_by_purpose_[p] = std::max(peak_by_purpose_[p], live_[p]);
    peak_bytes_ = std::max(peak_bytes_, total_bytes(live_));
    return buffer;
}

DeviceMemory device_memory(int device) {
    const DeviceScope scope(device);
    size_t free = 0;
    size_t total = 0;
    RINGSCOPE_CUDA(cudaMemGetInfo(&free, &total));
    cudaMemPool_t pool = nullptr;
    RINGSCOPE_CUDA(cudaDeviceGetDefaultMemPool(&pool, device));
    return {static_cast<int64_t>(total), static_cast<int64_t>(free),
            pool_figure(pool, cudaMemPoolAttrReservedMemCurrent),
            pool_figure(pool, cudaMemPoolAttrUsedMemCurrent), pool_figure(pool, cudaMemPoolAttrUsedMemHigh)};
}

void prepare_pool(int device, const std::vector<int>& peers) {
    const DeviceScope scope(device);
    cudaMemPool_t pool = nullptr;
    RINGSCOPE_CUDA(cudaDeviceGetDefaultMemPool(&pool, device));
    uint64_t keep_all = UINT64_MAX;
    RINGSCOPE_CUDA(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &keep_all));
    for (const int peer : peers) {
        int reachable = 0;
        if (peer != device) RINGSCOPE_CUDA(cudaDeviceCanAccessPeer(&reachable, peer, device));
        if (reachable == 0) continue;  // copies then go by way of the host
        cudaMemAccessDesc access{};
        access.location.type = cudaMemLocationTypeDevice;
        access.location.id = peer;
        access.flags = cudaMemAccessFlagsProtReadWrite;
        RINGSCOPE_CUDA(cudaMemPoolSetAccess(pool, &access, 1));
    }
}

void trim_pool(int device, int64_t keep_bytes) {
    cudaMemPool_t pool = nullptr;
    RINGSCOPE_CUDA(cudaDeviceGetDefaultMemPool(&pool, device));
    RINGSCOPE_CUDA(cudaMemPoolTrimTo(pool, static_cast<size_t>(keep_bytes)));
}

}  // namespace ringscope
