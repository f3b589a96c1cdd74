// The list of transports, and the choice of one for a run.
#include <array>

#include "engine/base/error.h"
#include "engine/cuda/transport/device_transport.h"
#include "engine/cuda/transport/peer_transport.h"
#ifdef RINGSCOPE_NCCL_TRANSPORT
#include "engine/cuda/transport/nccl_transport.h"
#endif

namespace ringscope {

namespace {

template <typename Transport>
std::unique_ptr<DeviceTransport> make(const TransportScene& scene) {
    return std::make_unique<Transport>(scene);
}

std::string peer_description() {
    return "cudaMemcpyPeerAsync between GPUs, or within one that several ranks share";
}

#ifdef RINGSCOPE_NCCL_TRANSPORT
constexpr const char* kNoNccl = "";
constexpr auto kMakeNccl = make<NcclTransport>;
std::string nccl_description() { return "NCCL " + nccl_version() + " between GPUs, one rank per GPU"; }
#else
constexpr const char* kNoNccl =
    "this build has no NCCL: nccl.h and libnccl were not found when it was configured";
constexpr std::unique_ptr<DeviceTransport> (*kMakeNccl)(const TransportScene&) = nullptr;
std::string nccl_description() { return "NCCL between GPUs, one rank per GPU"; }
#endif

/// Why no GPU can be used; "" when one can.
std::string why_no_gpu() {
    const std::vector<EngineOption> gpus = gpu_options();
    for (const EngineOption& gpu : gpus)
        if (gpu.usable) return "";
    return gpus.front().why_not;
}

}  // namespace

std::span<const TransportEntry> device_transports() {
    static constexpr std::array transports{
        TransportEntry{"peer", peer_description, "", false, false, make<PeerTransport>},
        TransportEntry{"nccl", nccl_description, kNoNccl, true, true, kMakeNccl},
    };
    return transports;
}

const TransportEntry& choose_transport(const std::string& asked, int ranks, int gpus) {
    const std::string asked_for = "backend.transport is " + asked + ": ";
    std::string names = "auto";
    for (const TransportEntry& transport : device_transports()) {
        names += std::string(", ") + transport.name;
        if (asked != "auto" && asked != transport.name) continue;
        if (transport.make == nullptr)
            throw Error(ErrorKind::bad_input, asked_for + transport.not_built + "; take auto or peer");
        if (transport.one_rank_per_gpu && ranks > gpus)
            throw Error(ErrorKind::bad_input,
                        asked_for + "it takes one rank per GPU, and " + std::to_string(ranks) +
                            " ranks would share " + std::to_string(gpus) + (gpus == 1 ? " GPU" : " GPUs") +
                            "; peer copies (backend.transport peer) join ranks that share one, or take " +
                            "ring.ranks up to " + std::to_string(gpus));
        return transport;
    }
    throw Error(ErrorKind::bad_input, asked_for + "on a GPU it is one of " + names);
}

std::vector<EngineOption> transport_options() {
    const std::string no_gpu = why_no_gpu();
    std::vector<EngineOption> options;
    for (const TransportEntry& transport : device_transports()) {
        const std::string why_not = transport.make == nullptr ? transport.not_built : no_gpu;
        options.push_back({transport.name, transport.description(), why_not.empty(), why_not});
    }
    return options;
}

}  // namespace ringscope
