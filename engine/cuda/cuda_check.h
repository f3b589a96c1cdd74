// Failures of the CUDA runtime as errors of the world, and handles that give themselves back.
#pragma once

#include <cuda_runtime_api.h>

#include <string>
#include <utility>

#include "engine/base/error.h"

namespace ringscope {

/// Throws Error(run_failed) that names the call and what CUDA says. The runtime's own memory of the error is
/// cleared, so that the next run does not trip over it.
inline void check_cuda(cudaError_t status, const char* call) {
    if (status == cudaSuccess) return;
    static_cast<void>(cudaGetLastError());
    const std::string name(call);
    throw Error(ErrorKind::run_failed, "CUDA: " + name.substr(0, name.find('(')) +
                                           " failed: " + cudaGetErrorString(status) + " (" +
                                           cudaGetErrorName(status) + ")");
}

#define RINGSCOPE_CUDA(call) ::ringscope::check_cuda((call), #call)

/// Makes a device the thread's current one, and the former again at the end.
class DeviceScope {
  public:
    explicit DeviceScope(int device) {
        RINGSCOPE_CUDA(cudaGetDevice(&before_));
        RINGSCOPE_CUDA(cudaSetDevice(device));
    }
    ~DeviceScope() { static_cast<void>(cudaSetDevice(before_)); }
    DeviceScope(const DeviceScope&) = delete;
    DeviceScope& operator=(const DeviceScope&) = delete;

  private:
    int before_ = 0;
};

class CudaStream {
  public:
    /// Streams of one priority share a few hardware queues (CUDA_DEVICE_MAX_CONNECTIONS, 8 when not set), in
    /// which what was put in first goes first. `urgent`: of the highest priority, in a queue apart from all
    /// that are not.
    explicit CudaStream(int device, bool urgent = false) {
        const DeviceScope scope(device);
        int least = 0;
        int greatest = 0;
        RINGSCOPE_CUDA(cudaDeviceGetStreamPriorityRange(&least, &greatest));
        RINGSCOPE_CUDA(
            cudaStreamCreateWithPriority(&handle_, cudaStreamNonBlocking, urgent ? greatest : least));
    }
    ~CudaStream() {
        if (handle_ != nullptr) static_cast<void>(cudaStreamDestroy(handle_));
    }
    CudaStream(CudaStream&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    CudaStream(const CudaStream&) = delete;
    CudaStream& operator=(const CudaStream&) = delete;
    operator cudaStream_t() const { return handle_; }

  private:
    cudaStream_t handle_ = nullptr;
};

/// Records when a stream of its device gets there.
class Event {
  public:
    explicit Event(int device) {
        const DeviceScope scope(device);
        RINGSCOPE_CUDA(cudaEventCreate(&handle_));
    }
    ~Event() {
        if (handle_ != nullptr) static_cast<void>(cudaEventDestroy(handle_));
    }
    Event(Event&& other) noexcept { *this = std::move(other); }
    Event& operator=(Event&& other) noexcept {
        std::swap(handle_, other.handle_);
        std::swap(recorded_, other.recorded_);
        return *this;
    }

    void record(cudaStream_t stream) {
        RINGSCOPE_CUDA(cudaEventRecord(handle_, stream));
        recorded_ = true;
    }
    /// `stream` goes on only when this has happened. Nothing when it was never recorded.
    void hold_back(cudaStream_t stream) const {
        if (recorded_) RINGSCOPE_CUDA(cudaStreamWaitEvent(stream, handle_, 0));
    }
    bool recorded() const { return recorded_; }
    bool happened() const {
        if (!recorded_) return false;
        const cudaError_t status = cudaEventQuery(handle_);
        if (status == cudaErrorNotReady) return false;
        check_cuda(status, "cudaEventQuery");
        return true;
    }
    /// By the device's clock; both are of one device and have happened. To half a microsecond and 24 bits.
    double seconds_since(const Event& earlier) const {
        float milliseconds = 0;
        RINGSCOPE_CUDA(cudaEventElapsedTime(&milliseconds, earlier.handle_, handle_));
        return double{milliseconds} * 1e-3;
    }
    operator cudaEvent_t() const { return handle_; }

  private:
    cudaEvent_t handle_ = nullptr;
    bool recorded_ = false;
};

}  // namespace ringscope
