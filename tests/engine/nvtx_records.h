// What the injection library hands to the test.
#pragma once

#include <string>
#include <thread>

#include "engine/host/nvtx.h"

namespace ringscope {

struct NvtxRecord {
    std::thread::id thread;
    bool push = false;  // else a pop
    std::string domain;
    std::string name;
    uint32_t category = 0;
    NvtxPayload payload;
};

}  // namespace ringscope
