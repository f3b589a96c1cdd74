// What only a GPU can show, without GoogleTest or JSON: run by run.sh, needs the engine alone.
//
//   gpu_check devices        what the machine offers
//   gpu_check PART WORDS...  one part of parts.h
//
// Prints one JSON object on standard output; exit 0 when everything held, 1 when not, 3 where no GPU can be
// used.
#include <cstdio>

#include "tests/gpu/parts.h"

namespace ringscope::gpu {
namespace {

struct Part {
    const char* name;
    void (*run)(Report& report, Words words);
};
constexpr Part kParts[] = {
    {"golden", check_golden}, {"random", check_random}, {"bits", check_bits},   {"faults", check_faults},
    {"leaks", check_leaks},   {"nccl", check_nccl},     {"cudnn", check_cudnn}, {"kernel", time_kernel},
    {"ring", time_ring},      {"long", run_long},
};

const Part& part_named(const std::string& name) {
    std::string names = "devices";
    for (const Part& part : kParts) {
        if (name == part.name) return part;
        names += std::string(", ") + part.name;
    }
    throw Error(ErrorKind::bad_input, "gpu_check takes one of " + names);
}

std::vector<std::string> in_words(const std::vector<EngineOption>& options) {
    std::vector<std::string> words;
    for (const EngineOption& option : options)
        words.push_back(option.name + ": " + option.description +
                        (option.usable ? "" : ": " + option.why_not));
    return words;
}

bool gpu_usable(const EngineInventory& inventory) {
    for (const EngineOption& option : inventory.devices)
        if (option.name == "cuda" && option.usable) return true;
    return false;
}

int run(const std::vector<std::string>& words) {
    Report report;
    int code = 0;
    try {
        const EngineInventory inventory = engine_inventory();
        if (!words.empty() && words[0] == "devices") {
            report.add("devices", in_words(inventory.devices));
            report.add("transports", in_words(inventory.transports));
            report.add("kernels", in_words(inventory.kernels_on("cuda")));
            report.add("version", version());
        } else {
            const Part& part = part_named(words.empty() ? "" : words[0]);
            if (gpu_usable(inventory)) {
                part.run(report, Words(words).subspan(1));
            } else {
                report.fail("no usable GPU");
                code = 3;
            }
        }
    } catch (const std::exception& error) {
        report.fail(error.what());
    }
    std::printf("%s\n", report.json().c_str());
    return code != 0 || report.passed() ? code : 1;
}

}  // namespace
}  // namespace ringscope::gpu

int main(int argc, char** argv) { return ringscope::gpu::run({argv + 1, argv + argc}); }
