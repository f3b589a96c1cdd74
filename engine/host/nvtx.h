// Ranges in the NVTX domain "ringscope", for Nsight Systems and other profilers; nothing at all where the
// header was not found (RINGSCOPE_NVTX is set by the build). Names are registered strings, each kind is a
// category of its own, and the payload is a registered structure, so that a profiler shows and sorts by rank,
// step, chunk and bytes.
//
//   run            a rank's life (GPU: the host's work for all ranks)
//     step         one step of the ring
//       pack, compute, send, receive, wait, merge
//   compile        a library's kernel for a shape, before the run that needs it
#pragma once

#include <cstdint>

namespace ringscope {

enum class NvtxKind { run, step, pack, compute, send, receive, wait, merge, compile };
inline constexpr int kNvtxKinds = 9;

/// -1: does not apply.
struct NvtxPayload {
    int64_t rank = -1;
    int64_t step = -1;
    int64_t chunk = -1;  // the rank whose keys and values they are
    int64_t bytes = 0;
};

/// From construction to destruction, on this thread.
class NvtxRange {
  public:
    NvtxRange(NvtxKind kind, const NvtxPayload& payload);
    ~NvtxRange();
    NvtxRange(const NvtxRange&) = delete;
    NvtxRange& operator=(const NvtxRange&) = delete;
};

}  // namespace ringscope
