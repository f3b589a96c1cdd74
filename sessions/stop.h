// Long pieces of work end soon after the person asks for it.
#pragma once

#include <stop_token>

#include "engine/base/error.h"

namespace ringscope {

/// Throws Error(cancelled) once a stop is requested. Costs one atomic load: called for each row, event or
/// block.
inline void leave_if_stopped(const std::stop_token& stop) {
    if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "interrupted");
}

}  // namespace ringscope
