// The transports that ranks on the CPU can take.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "engine/cpu/rank_transport.h"
#include "engine/plan/schedule.h"
#include "engine/run/fault.h"
#include "engine/run/run_control.h"

namespace ringscope {

struct CpuTransport {
    const char* name;         // as backend.transport takes it
    const char* description;  // what moves the bytes, in words
    /// The schedule and the control must outlive the transport. `timeout_seconds`: for one transfer. Of faults a
    /// transport has slow links; the rest is the rank's.
    std::unique_ptr<RankTransport> (*make)(const Schedule& schedule, const RunControl& control,
                                           double timeout_seconds, const Fault& fault);
};

/// All of them; "auto" is the first.
std::span<const CpuTransport> cpu_transports();

/// `asked` as in backend.transport. Throws Error(bad_input) that lists the names when ranks on the CPU do not
/// have it.
const CpuTransport& choose_cpu_transport(const std::string& asked);

}  // namespace ringscope
