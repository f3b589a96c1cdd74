#include "engine/cpu/cpu_transports.h"

#include <array>
#include <string>

#include "engine/base/error.h"

namespace ringscope {

std::unique_ptr<RankTransport> make_shared_transport(const Schedule&, const RunControl&,
                                                     double timeout_seconds);

std::span<const CpuTransport> cpu_transports() {
    static constexpr std::array transports = {
        CpuTransport{TransportKind::shared, "copies between ranks of one process", make_shared_transport},
    };
    return transports;
}

const CpuTransport& choose_cpu_transport(TransportKind asked) {
    std::string names = name_of(TransportKind::automatic);
    for (const CpuTransport& transport : cpu_transports()) {
        if (asked == transport.kind || asked == TransportKind::automatic) return transport;
        names += std::string(", ") + name_of(transport.kind);
    }
    throw Error(ErrorKind::bad_input, std::string("backend.transport is ") + name_of(asked) +
                                          ": allowed for ranks on the CPU are " + names);
}

}  // namespace ringscope
