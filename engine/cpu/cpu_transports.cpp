#include "engine/cpu/cpu_transports.h"

#include <array>

#include "engine/base/error.h"

namespace ringscope {

std::unique_ptr<RankTransport> make_shared_transport(const Schedule&, const RunControl&,
                                                     double timeout_seconds, const Fault&);

std::span<const CpuTransport> cpu_transports() {
    static constexpr std::array transports = {
        CpuTransport{"shared", "copies between ranks of one process", make_shared_transport},
    };
    return transports;
}

const CpuTransport& choose_cpu_transport(const std::string& asked) {
    std::string names = "auto";
    for (const CpuTransport& transport : cpu_transports()) {
        if (asked == transport.name || asked == "auto") return transport;
        names += std::string(", ") + transport.name;
    }
    throw Error(ErrorKind::bad_input,
                "backend.transport is " + asked + ": allowed for ranks on the CPU are " + names);
}

}  // namespace ringscope
