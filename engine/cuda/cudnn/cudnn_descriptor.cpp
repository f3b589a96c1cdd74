#include "engine/cuda/cudnn/cudnn_descriptor.h"

#include <algorithm>

namespace ringscope {

void check_cudnn(cudnnStatus_t status, const char* call) {
    if (status == CUDNN_STATUS_SUCCESS) return;
    char said[1024] = "";
    cudnnGetLastErrorString(said, sizeof said);
    const std::string name(call);
    std::string message =
        "cuDNN: " + name.substr(0, name.find('(')) + " failed: " + cudnnGetErrorString(status);
    if (said[0] != '\0') message += std::string(" (") + said + ")";
    std::replace(message.begin(), message.end(), '\n', ' ');
    throw CudnnError(status, message);
}

bool CudnnError::for_want_of_means() const {
    return status_ == CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED ||
           status_ == CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED ||
           status_ >= CUDNN_STATUS_EXECUTION_FAILED;
}

std::string cudnn_version() {
    const size_t version = cudnnGetVersion();  // 10000 * major + 100 * minor + patch
    return std::to_string(version / 10000) + "." + std::to_string(version / 100 % 100) + "." +
           std::to_string(version % 100);
}

CudnnDescriptor& CudnnDescriptor::refer(cudnnBackendAttributeName_t name,
                                        const std::vector<cudnnBackendDescriptor_t>& values) {
    RINGSCOPE_CUDNN(cudnnBackendSetAttribute(handle_, name, CUDNN_TYPE_BACKEND_DESCRIPTOR,
                                             static_cast<int64_t>(values.size()), values.data()));
    return *this;
}

int64_t CudnnDescriptor::number(cudnnBackendAttributeName_t name) const {
    int64_t value = 0;
    int64_t count = 0;
    RINGSCOPE_CUDNN(cudnnBackendGetAttribute(handle_, name, CUDNN_TYPE_INT64, 1, &count, &value));
    return value;
}

std::vector<CudnnDescriptor> CudnnDescriptor::descriptors(cudnnBackendAttributeName_t name,
                                                          cudnnBackendDescriptorType_t type) const {
    int64_t count = 0;
    RINGSCOPE_CUDNN(
        cudnnBackendGetAttribute(handle_, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 0, &count, nullptr));
    std::vector<CudnnDescriptor> found;
    std::vector<cudnnBackendDescriptor_t> handles;
    for (int64_t i = 0; i < count; ++i) handles.push_back(found.emplace_back(type).get());
    int64_t filled = 0;
    if (count > 0)
        RINGSCOPE_CUDNN(cudnnBackendGetAttribute(handle_, name, CUDNN_TYPE_BACKEND_DESCRIPTOR, count, &filled,
                                                 handles.data()));
    while (static_cast<int64_t>(found.size()) > filled) found.pop_back();
    return found;
}

}  // namespace ringscope
