// How fast the run file is: what `ringscope bench store` prints.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>

namespace ringscope {

struct StoreBench {
    int64_t spans = 1'000'000;
    double save_seconds = 0;    // one run of that many spans, to the committed transaction
    double open_seconds = 0;    // open the file and load that run, planned and ready to draw
    double bytes_per_span = 0;  // of the file, everything in it counted
    int64_t runs = 10'000;
    double list_ms = 0;    // all of `runs` small runs, a quarter as many experiments, from the file
    double filter_ms = 0;  // of that list
    double sort_ms = 0;
};

/// Works in a folder of its own inside `folder`, removed at the end. Throws Error(io), and Error(cancelled)
/// soon after a stop request.
StoreBench measure_store(const std::string& folder, int64_t spans, int64_t runs, std::stop_token stop = {});

}  // namespace ringscope
