// cuDNN's backend descriptors as values that give themselves back, and its failures as errors of the world.
#pragma once

#include <cudnn.h>

#include <string>
#include <utility>
#include <vector>

#include "engine/base/error.h"

namespace ringscope {

/// cuDNN refused a call: which one, its name for the status and what it said about it.
class CudnnError : public Error {
  public:
    CudnnError(cudnnStatus_t status, const std::string& message)
        : Error(ErrorKind::run_failed, message), status_(status) {}
    /// No memory, or a driver in trouble: not the call's fault.
    bool for_want_of_means() const;

  private:
    cudnnStatus_t status_;
};

/// Throws CudnnError.
void check_cudnn(cudnnStatus_t status, const char* call);

#define RINGSCOPE_CUDNN(call) ::ringscope::check_cudnn((call), #call)

/// "9.19.0": of the library that is loaded.
std::string cudnn_version();

// What cuDNN calls the type of an attribute's values, by their C++ type.
template <typename T>
struct CudnnTypeOf;
#define RINGSCOPE_CUDNN_TYPE(Type, NAME)                                        \
    template <>                                                                 \
    struct CudnnTypeOf<Type> {                                                  \
        static constexpr cudnnBackendAttributeType_t value = CUDNN_TYPE_##NAME; \
    }
RINGSCOPE_CUDNN_TYPE(int64_t, INT64);
RINGSCOPE_CUDNN_TYPE(bool, BOOLEAN);
RINGSCOPE_CUDNN_TYPE(char, CHAR);
RINGSCOPE_CUDNN_TYPE(void*, VOID_PTR);
RINGSCOPE_CUDNN_TYPE(cudnnHandle_t, HANDLE);
RINGSCOPE_CUDNN_TYPE(cudnnDataType_t, DATA_TYPE);
RINGSCOPE_CUDNN_TYPE(cudnnBackendHeurMode_t, HEUR_MODE);
RINGSCOPE_CUDNN_TYPE(cudnnPointwiseMode_t, POINTWISE_MODE);
RINGSCOPE_CUDNN_TYPE(cudnnReduceTensorOp_t, REDUCTION_OPERATOR_TYPE);
#undef RINGSCOPE_CUDNN_TYPE

class CudnnDescriptor {
  public:
    explicit CudnnDescriptor(cudnnBackendDescriptorType_t type) {
        RINGSCOPE_CUDNN(cudnnBackendCreateDescriptor(type, &handle_));
    }
    ~CudnnDescriptor() {
        if (handle_ != nullptr) static_cast<void>(cudnnBackendDestroyDescriptor(handle_));
    }
    CudnnDescriptor(CudnnDescriptor&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    CudnnDescriptor(const CudnnDescriptor&) = delete;
    CudnnDescriptor& operator=(const CudnnDescriptor&) = delete;

    template <typename T>
    CudnnDescriptor& set(cudnnBackendAttributeName_t name, const T& value) {
        RINGSCOPE_CUDNN(cudnnBackendSetAttribute(handle_, name, CudnnTypeOf<T>::value, 1, &value));
        return *this;
    }
    template <typename T>
    CudnnDescriptor& set(cudnnBackendAttributeName_t name, const std::vector<T>& values) {
        RINGSCOPE_CUDNN(cudnnBackendSetAttribute(handle_, name, CudnnTypeOf<T>::value,
                                                 static_cast<int64_t>(values.size()), values.data()));
        return *this;
    }
    /// cuDNN keeps a reference at most: `value` must outlive this.
    CudnnDescriptor& refer(cudnnBackendAttributeName_t name, const CudnnDescriptor& value) {
        return refer(name, std::vector<cudnnBackendDescriptor_t>{value.handle_});
    }
    CudnnDescriptor& refer(cudnnBackendAttributeName_t name,
                           const std::vector<cudnnBackendDescriptor_t>& values);
    CudnnDescriptor& finalize() {
        RINGSCOPE_CUDNN(cudnnBackendFinalize(handle_));
        return *this;
    }

    int64_t number(cudnnBackendAttributeName_t name) const;
    /// As many as cuDNN fills in, of those that it says there are.
    std::vector<CudnnDescriptor> descriptors(cudnnBackendAttributeName_t name,
                                             cudnnBackendDescriptorType_t type) const;
    cudnnBackendDescriptor_t get() const { return handle_; }

  private:
    cudnnBackendDescriptor_t handle_ = nullptr;
};

}  // namespace ringscope
