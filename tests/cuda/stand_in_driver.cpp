#include "tests/cuda/stand_in_driver.h"

namespace ringscope::stand_in_driver {

namespace {

std::vector<std::string> kernel_names;
std::vector<std::string> vain_names;

}  // namespace

const std::vector<std::string>& kernels() { return kernel_names; }
const std::vector<std::string>& called_in_vain() { return vain_names; }

}  // namespace ringscope::stand_in_driver

namespace {

using namespace ringscope::stand_in_driver;

// As cuda.h declares them but for handles, which are pointers, and results, which are enumerators. That
// header cannot be had here: it declares the functions below with their arguments.
constexpr int kSuccess = 0, kInvalidValue = 1, kNoDevice = 100, kNotSupported = 801;

/// Handles are told apart by nobody.
int give(void** handle) {
    static char something;
    *handle = &something;
    return kSuccess;
}

int in_vain(const char* name) {
    vain_names.emplace_back(name);
    return kNotSupported;
}

}  // namespace

extern "C" {

int cuInit(unsigned) { return kNoDevice; }
int cuDriverGetVersion(int* version) {
    *version = 13000;
    return kSuccess;
}
int cuDeviceGetCount(int* count) {
    *count = 1;
    return kSuccess;
}
int cuLibraryLoadData(void** library, const void* code, void*, void**, unsigned, void*, void**, unsigned) {
    return code == nullptr ? kInvalidValue : give(library);
}
int cuLibraryGetKernel(void** kernel, void*, const char* name) {
    kernel_names.emplace_back(name);
    return give(kernel);
}
int cuLibraryUnload(void*) { return kSuccess; }

// What cuDNN looks up when it opens the driver. One that is missing makes it give the driver up.
#define RINGSCOPE_IN_VAIN(name) \
    int name() { return in_vain(#name); }
RINGSCOPE_IN_VAIN(cuCtxGetCurrent)
RINGSCOPE_IN_VAIN(cuCtxGetDevice)
RINGSCOPE_IN_VAIN(cuCtxGetLimit)
RINGSCOPE_IN_VAIN(cuCtxPopCurrent)
RINGSCOPE_IN_VAIN(cuCtxPushCurrent)
RINGSCOPE_IN_VAIN(cuDeviceGet)
RINGSCOPE_IN_VAIN(cuDeviceGetAttribute)
RINGSCOPE_IN_VAIN(cuDevicePrimaryCtxRelease)
RINGSCOPE_IN_VAIN(cuDevicePrimaryCtxReset)
RINGSCOPE_IN_VAIN(cuDevicePrimaryCtxRetain)
RINGSCOPE_IN_VAIN(cuFuncGetAttribute)
RINGSCOPE_IN_VAIN(cuFuncSetAttribute)
RINGSCOPE_IN_VAIN(cuGetErrorName)
RINGSCOPE_IN_VAIN(cuGetErrorString)
RINGSCOPE_IN_VAIN(cuKernelGetAttribute)
RINGSCOPE_IN_VAIN(cuKernelGetFunction)
RINGSCOPE_IN_VAIN(cuKernelSetAttribute)
RINGSCOPE_IN_VAIN(cuLaunchCooperativeKernel)
RINGSCOPE_IN_VAIN(cuLaunchKernel)
RINGSCOPE_IN_VAIN(cuLaunchKernelEx)
RINGSCOPE_IN_VAIN(cuLibraryLoadFromFile)
RINGSCOPE_IN_VAIN(cuLinkAddData)
RINGSCOPE_IN_VAIN(cuLinkAddData_v2)
RINGSCOPE_IN_VAIN(cuLinkAddFile_v2)
RINGSCOPE_IN_VAIN(cuLinkComplete)
RINGSCOPE_IN_VAIN(cuLinkCreate)
RINGSCOPE_IN_VAIN(cuLinkCreate_v2)
RINGSCOPE_IN_VAIN(cuLinkDestroy)
RINGSCOPE_IN_VAIN(cuMemcpyDtoH_v2)
RINGSCOPE_IN_VAIN(cuModuleGetFunction)
RINGSCOPE_IN_VAIN(cuModuleGetGlobal_v2)
RINGSCOPE_IN_VAIN(cuModuleLoadData)
RINGSCOPE_IN_VAIN(cuModuleLoadDataEx)
RINGSCOPE_IN_VAIN(cuModuleLoadFatBinary)
RINGSCOPE_IN_VAIN(cuModuleUnload)
RINGSCOPE_IN_VAIN(cuOccupancyMaxActiveBlocksPerMultiprocessor)
RINGSCOPE_IN_VAIN(cuOccupancyMaxPotentialClusterSize)
RINGSCOPE_IN_VAIN(cuStreamGetCtx)
RINGSCOPE_IN_VAIN(cuStreamSynchronize)
RINGSCOPE_IN_VAIN(cuTensorMapEncodeTiled)
#undef RINGSCOPE_IN_VAIN
}
