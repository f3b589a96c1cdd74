// Reading, in a test, what the injection library wrote down. Needs RINGSCOPE_NVTX_INJECTION, its file.
#pragma once

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/engine/nvtx_records.h"

namespace ringscope {

/// Since the last call, in the order of the calls.
inline std::vector<NvtxRecord> take_nvtx_records() {
    void* library = dlopen(RINGSCOPE_NVTX_INJECTION, RTLD_NOW | RTLD_NOLOAD);
    EXPECT_NE(library, nullptr) << "NVTX did not load the injection library";
    if (library == nullptr) return {};
    auto* take =
        reinterpret_cast<void (*)(std::vector<NvtxRecord>*)>(dlsym(library, "ringscope_take_nvtx_records"));
    std::vector<NvtxRecord> records;
    take(&records);
    dlclose(library);
    return records;
}

/// The category that a range of this name belongs to: kinds are counted from 1.
inline uint32_t nvtx_category_of(const std::string& name) {
    constexpr const char* kNames[kNvtxKinds] = {"run",     "step", "pack",  "compute", "send",
                                                "receive", "wait", "merge", "compile"};
    for (uint32_t kind = 0; kind < kNvtxKinds; ++kind)
        if (name == kNames[kind]) return kind + 1;
    return 0;  // not a registered string, or none of ours
}

}  // namespace ringscope
