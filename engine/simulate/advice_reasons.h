// Why settings take the time they take, in words with numbers.
#pragma once

#include <cstdint>
#include <string>

#include "engine/run/metrics.h"

namespace ringscope {

/// What the words are about, of settings that were laid out.
struct ReasonFacts {
    Strategy strategy = Strategy::single;  // resolved
    int ranks = 1;
    int steps = 1;
    int devices = 1;           // of the machine
    double busiest_flops = 0;  // of a rank
    Metrics metrics;
};

/// "the busiest rank computes 1.97 times the mean; transfers hide: a hop takes 0.12 ms, a step computes 0.41 ms".
std::string reason_of(const ReasonFacts& facts);

/// Of settings that do not fit: "does not fit: 82.0 GiB per rank, the device has 79.6 GiB".
std::string memory_reason(int64_t needed_bytes, int64_t device_bytes, bool shares_device);

}  // namespace ringscope
