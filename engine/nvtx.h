// Ranges in the NVTX domain "ringscope", for Nsight and other profilers; nothing at all where the header was
// not found (RINGSCOPE_NVTX is set by the build).
#pragma once

#include <cstdint>

#ifdef RINGSCOPE_NVTX
#include <nvtx3/nvToolsExt.h>
#endif

namespace ringscope {

/// From construction to destruction, on this thread. `name` is a literal: run, step, compute, send or recv;
/// `number` (a step, a rank, or bytes moved) goes along as payload.
class NvtxRange {
  public:
#ifdef RINGSCOPE_NVTX
    NvtxRange(const char* name, int64_t number) {
        nvtxEventAttributes_t attributes{};
        attributes.version = NVTX_VERSION;
        attributes.size = NVTX_EVENT_ATTRIB_STRUCT_SIZE;
        attributes.messageType = NVTX_MESSAGE_TYPE_ASCII;
        attributes.message.ascii = name;
        attributes.payloadType = NVTX_PAYLOAD_TYPE_INT64;
        attributes.payload.llValue = number;
        nvtxDomainRangePushEx(domain(), &attributes);
    }
    ~NvtxRange() { nvtxDomainRangePop(domain()); }
#else
    NvtxRange(const char*, int64_t) {}
#endif
    NvtxRange(const NvtxRange&) = delete;
    NvtxRange& operator=(const NvtxRange&) = delete;

  private:
#ifdef RINGSCOPE_NVTX
    static nvtxDomainHandle_t domain() {
        static const nvtxDomainHandle_t handle = nvtxDomainCreateA("ringscope");
        return handle;
    }
#endif
};

}  // namespace ringscope
