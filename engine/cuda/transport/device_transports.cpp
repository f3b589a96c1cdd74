// Which transports there are, and which one a run takes.
#include "engine/cuda/transport/device_transport.h"
#include "engine/cuda/transport/peer_transport.h"
#ifdef RINGSCOPE_NCCL_TRANSPORT
#include "engine/cuda/transport/nccl_transport.h"
#endif

namespace ringscope {

namespace {

#ifdef RINGSCOPE_NCCL_TRANSPORT
constexpr bool kNcclBuilt = true;
std::string nccl_description() { return "NCCL " + nccl_version() + " between GPUs, one rank per GPU"; }
#else
constexpr bool kNcclBuilt = false;
std::string nccl_description() { return "NCCL between GPUs, one rank per GPU"; }
#endif
constexpr const char* kNoNccl =
    "this build has no NCCL: nccl.h and libnccl were not found when it was configured";

/// Why no GPU can be used; "" when one can.
std::string why_no_gpu() {
    const std::vector<EngineOption> gpus = gpu_options();
    for (const EngineOption& gpu : gpus)
        if (gpu.usable) return "";
    return gpus.front().why_not;
}

}  // namespace

TransportKind choose_transport(TransportKind asked, int ranks, int gpus) {
    const std::string asked_for = std::string("backend.transport is ") + name_of(asked) + ": ";
    switch (asked) {
        case TransportKind::automatic:
        case TransportKind::peer:
            return TransportKind::peer;
        case TransportKind::nccl:
            if (!kNcclBuilt) throw Error(ErrorKind::bad_input, asked_for + kNoNccl + "; take auto or peer");
            if (ranks > gpus)
                throw Error(ErrorKind::bad_input, asked_for + "NCCL takes one rank per GPU, and " +
                                                      std::to_string(ranks) + " ranks would share " +
                                                      std::to_string(gpus) + (gpus == 1 ? " GPU" : " GPUs") +
                                                      "; peer copies (backend.transport peer) " +
                                                      "join ranks that share one, or take ring.ranks up to " +
                                                      std::to_string(gpus));
            return TransportKind::nccl;
        case TransportKind::shared:
        case TransportKind::mpi:
            break;
    }
    throw Error(ErrorKind::bad_input, asked_for + "with backend.device cuda it is auto, peer or nccl");
}

std::unique_ptr<DeviceTransport> make_transport(TransportKind kind, const TransportScene& scene) {
#ifdef RINGSCOPE_NCCL_TRANSPORT
    if (kind == TransportKind::nccl) return std::make_unique<NcclTransport>(scene);
#endif
    RINGSCOPE_CHECK(kind == TransportKind::peer);
    return std::make_unique<PeerTransport>(scene);
}

std::vector<EngineOption> transport_options() {
    const std::string no_gpu = why_no_gpu();
    const std::string no_nccl = kNcclBuilt ? no_gpu : std::string(kNoNccl);
    return {{"peer", "cudaMemcpyPeerAsync between GPUs, or within one that several ranks share",
             no_gpu.empty(), no_gpu},
            {"nccl", nccl_description(), no_nccl.empty(), no_nccl}};
}

}  // namespace ringscope
