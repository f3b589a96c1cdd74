#include "engine/cuda/cudnn/cudnn_gpu.h"

#include <algorithm>
#include <vector>

#include "engine/cuda/cuda_check.h"
#include "engine/host/nvtx.h"

namespace ringscope {

namespace {

/// As DeviceScope, for destructors.
class QuietDeviceScope {
  public:
    explicit QuietDeviceScope(int device) {
        static_cast<void>(cudaGetDevice(&before_));
        static_cast<void>(cudaSetDevice(device));
    }
    ~QuietDeviceScope() { static_cast<void>(cudaSetDevice(before_)); }
    QuietDeviceScope(const QuietDeviceScope&) = delete;
    QuietDeviceScope& operator=(const QuietDeviceScope&) = delete;

  private:
    int before_ = 0;
};

/// Of all GPUs. Never destroyed: see the header.
struct Process {
    std::mutex mutex;
    std::map<std::pair<int, int>, std::shared_ptr<CudnnGpu>> gpus;  // by device and capability
    std::vector<std::shared_ptr<CudnnGpu>> spoilt;
};

Process& process() {
    static auto& one = *new Process;
    return one;
}

}  // namespace

class CudnnHandle {
  public:
    explicit CudnnHandle(int device) : device_(device) {
        const DeviceScope scope(device);
        RINGSCOPE_CUDNN(cudnnCreate(&handle_));
    }
    ~CudnnHandle() {
        const QuietDeviceScope scope(device_);
        static_cast<void>(cudnnDestroy(handle_));
    }
    CudnnHandle(const CudnnHandle&) = delete;
    CudnnHandle& operator=(const CudnnHandle&) = delete;
    cudnnHandle_t get() const { return handle_; }
    int device() const { return device_; }

  private:
    const int device_;
    cudnnHandle_t handle_ = nullptr;
};

std::shared_ptr<CudnnGpu> CudnnGpu::of(int device, int capability) {
    const std::lock_guard lock(process().mutex);
    std::shared_ptr<CudnnGpu>& gpu = process().gpus[{device, capability}];
    const auto refused = [](CudnnGpu& one) {
        const std::lock_guard of_one(one.mutex_);
        return one.failed_;
    };
    if (gpu == nullptr || refused(*gpu)) gpu = std::make_shared<CudnnGpu>(device);
    return gpu;
}

size_t CudnnGpu::give_back() {
    std::vector<std::shared_ptr<CudnnGpu>> given;  // goes when the lock is gone
    size_t plans = 0;
    const std::lock_guard lock(process().mutex);
    for (auto& [place, gpu] : process().gpus)
        if (gpu.use_count() == 1) {
            plans += gpu->plans();
            given.push_back(std::move(gpu));
        }
    std::erase_if(process().gpus, [](const auto& one) { return one.second == nullptr; });
    return plans;
}

CudnnGpu::CudnnGpu(int device) : device_(device), handle_(std::make_shared<CudnnHandle>(device)) {}

CudnnGpu::Answer CudnnGpu::plan(const SdpaShape& shape, DType dtype, std::stop_token stop) {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find({dtype, shape});
    if (found != kept_.end()) {
        found->second.asked = ++questions_;
        return {found->second.plan, false};
    }
    const NvtxRange range(NvtxKind::compile, {});
    const DeviceScope scope(device_);
    // The plan goes while its GPU is the current one, and before its handle.
    const auto destroy = [handle = handle_](const SdpaPlan* plan) {
        const QuietDeviceScope current(handle->device());
        delete plan;
    };
    HeldPlan made(
        new SdpaPlan(make_sdpa_plan(shape, dtype, {handle_->get(), nullptr}, kSdpaLibraryBytes, stop)),
        destroy);
    make_room();
    kept_[{dtype, shape}] = {made, ++questions_};
    return {made, true};
}

void CudnnGpu::make_room() {
    while (kept_.size() >= kMostPlans)
        kept_.erase(std::min_element(kept_.begin(), kept_.end(), [](const auto& a, const auto& b) {
            return a.second.asked < b.second.asked;
        }));
}

void CudnnGpu::execute(const SdpaPlan& plan, const SdpaShape& shape, float scale, const SdpaPointers& at,
                       cudaStream_t stream) {
    const std::lock_guard lock(mutex_);
    try {
        RINGSCOPE_CUDNN(cudnnSetStream(handle_->get(), stream));
        execute_sdpa(plan, shape, handle_->get(), scale, at);
    } catch (const Error&) {
        failed_ = true;
        throw;
    }
}

void CudnnGpu::leave_if_spoilt(const std::shared_ptr<CudnnGpu>& gpu) noexcept {
    const QuietDeviceScope scope(gpu->device_);
    if (cudaStreamSynchronize(nullptr) == cudaSuccess) return;
    const std::lock_guard lock(process().mutex);
    process().spoilt.push_back(gpu);
    std::erase_if(process().gpus, [&](const auto& one) { return one.second == gpu; });
}

size_t CudnnGpu::plans() const {
    const std::lock_guard lock(mutex_);
    return kept_.size();
}

}  // namespace ringscope
