// How a run file can be used, and how long it is waited for.
#pragma once

namespace ringscope {

inline constexpr int kBusyTimeoutMs = 3000;

/// What is wrong with a file that was opened all the same.
enum class StoreState {
    writable,
    read_only,  // no permission, or a read-only medium
    newer,      // made by a newer version: read-only
    damaged,    // read-only; what can be read is shown
    foreign,    // its schema holds what this program did not make (foreign_schema.h): read-only
};

}  // namespace ringscope
