// Memory of a rank on its GPU: every buffer comes from its arena, which counts live and peak bytes by
// purpose, as cpu/arena.h does for ranks on the CPU.
//
// Below the arenas lies the device's own stream-ordered pool (cudaMallocAsync). It keeps what was given back,
// so that the next run finds its memory mapped.
#pragma once

#include <stop_token>
#include <vector>

#include "engine/cuda/cuda_check.h"
#include "engine/plan/schedule.h"

namespace ringscope {

class DeviceArena;

/// Returns when the bytes are there for every stream: cudaMemcpy from pageable memory alone may return
/// before. Of the current device.
void copy_now(void* target, const void* source, int64_t bytes, cudaMemcpyKind kind);
/// The same part by part, tens of milliseconds each. Throws Error(cancelled) between two for a stop request.
void copy_in_parts(void* target, const void* source, int64_t bytes, cudaMemcpyKind kind,
                   std::stop_token stop);

/// Move-only; its arena must outlive it, and nothing may still use it when it goes.
class DeviceBuffer {
  public:
    DeviceBuffer() = default;
    ~DeviceBuffer() { reset(); }
    DeviceBuffer(DeviceBuffer&& other) noexcept { *this = std::move(other); }
    DeviceBuffer& operator=(DeviceBuffer&& other) noexcept;

    template <typename T>
    T* as() const {
        return static_cast<T*>(data_);
    }
    int64_t bytes() const { return bytes_; }
    void reset();

  private:
    friend class DeviceArena;
    DeviceArena* arena_ = nullptr;
    void* data_ = nullptr;
    int64_t bytes_ = 0;
    Purpose purpose_ = Purpose::query;
};

class DeviceArena {
  public:
    /// `owner`: who allocates, for messages ("rank 3").
    DeviceArena(int device, std::string owner) : device_(device), owner_(std::move(owner)) {}
    DeviceArena(const DeviceArena&) = delete;
    DeviceArena& operator=(const DeviceArena&) = delete;

    /// Uninitialised, usable on every stream once this returns. bytes = 0 gives a buffer without memory.
    /// Throws Error(run_failed) that says what was asked and what was free.
    DeviceBuffer allocate(Purpose purpose, int64_t bytes);
    /// A list from the host, as workspace.
    template <typename T>
    DeviceBuffer upload(const std::vector<T>& list) {
        const auto bytes = static_cast<int64_t>(list.size() * sizeof(T));
        DeviceBuffer buffer = allocate(Purpose::workspace, bytes);
        const DeviceScope scope(device_);
        copy_now(buffer.as<T>(), list.data(), bytes, cudaMemcpyHostToDevice);
        return buffer;
    }

    const BytesByPurpose& live() const { return live_; }
    const BytesByPurpose& peak_by_purpose() const { return peak_by_purpose_; }
    int64_t peak_bytes() const { return peak_bytes_; }

  private:
    friend class DeviceBuffer;
    int device_;
    std::string owner_;
    BytesByPurpose live_{};
    BytesByPurpose peak_by_purpose_{};
    int64_t peak_bytes_ = 0;
};

/// Bytes of a device, in its pool and outside.
struct DeviceMemory {
    int64_t total = 0;
    int64_t free = 0;           // outside the pool
    int64_t pool_reserved = 0;  // by this process's pool
    int64_t pool_used = 0;
    int64_t pool_used_high = 0;
    /// What a run can have: free memory and what the pool keeps unused.
    int64_t available() const { return free + pool_reserved - pool_used; }
};
DeviceMemory device_memory(int device);

/// Lets the device's pool keep what is given back, and those of `peers` that can reach it read and write what
/// lies in it: no others, since each of them maps every allocation.
void prepare_pool(int device, const std::vector<int>& peers);

/// Gives unused memory of the pool back to the device, except for `keep_bytes`.
void trim_pool(int device, int64_t keep_bytes);

}  // namespace ringscope
