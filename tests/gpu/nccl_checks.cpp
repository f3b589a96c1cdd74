// The NCCL transport: as many ranks as there are GPUs, one too.
#include <algorithm>

#include "engine/cuda/transport/topology.h"
#include "tests/gpu/parts.h"

namespace ringscope::gpu {

namespace {

int usable_gpus() {
    std::string problem;
    const auto gpus = find_gpus(problem);
    return static_cast<int>(
        std::count_if(gpus.begin(), gpus.end(), [](const Gpu& gpu) { return gpu.why_not.empty(); }));
}

std::string why_no_nccl() {
    for (const EngineOption& option : engine_inventory().transports)
        if (option.name == "nccl") return option.usable ? "" : option.why_not;
    return "it is not listed";
}

Experiment by_nccl(int ranks) {
    Experiment e = one_group(DType::bf16, 8192, 4, 64, 8192, 1, false, ranks);
    e.backend.device = "cuda";
    e.backend.transport = "nccl";
    e.ring.timeout_seconds = 2;
    return e;
}

void check_refusal(Report& report, int gpus) {
    const auto refused = execute(by_nccl(gpus + 1), {}, {});
    if (refused->state == RunState::done ||
        refused->error.find("backend.transport peer") == std::string::npos)
        report.fail("a rank more than GPUs: " + refused->error);
    report.add("refusal", refused->error);
}

/// A message that never comes ends every rank, and the next run connects again.
void check_lost_message(Report& report, int gpus) {
    for (const Strategy strategy : {Strategy::ring, Strategy::all_gather}) {
        Experiment e = by_nccl(gpus);
        e.ring.strategy = strategy;
        RunOptions options;
        options.fault = {Fault::Kind::lose_transfer, 1, 0, 0};
        const auto lost = execute(e, options, {});
        if (lost->state != RunState::failed ||
            lost->error.find("nothing came from rank") == std::string::npos)
            report.fail(std::string("lost message, ") + name_of(strategy) + ": " + lost->error);
        run_on_gpu(report, e);
    }
}

}  // namespace

void check_nccl(Report& report, Words words) {
    if (words.size() != 1) throw Error(ErrorKind::bad_input, "nccl takes the folder of flat cases");
    const std::string why = why_no_nccl();
    if (!why.empty()) return report.fail("nccl cannot be used: " + why);
    const int gpus = usable_gpus();
    report.add("gpus", gpus);
    const auto with = [&](const Change& further) {
        return [gpus, further](Experiment& e) {
            e.backend.transport = "nccl";
            e.ring.ranks = gpus;
            further(e);
        };
    };
    run_golden_cases(
        report, words[0],
        {{"nccl ring", with([](Experiment&) {})},
         {"nccl ring without overlap", with([](Experiment& e) { e.ring.overlap = false; })},
         {"nccl striped", with([](Experiment& e) { e.ring.layout = Layout::striped; })},
         {"nccl all_gather", with([](Experiment& e) { e.ring.strategy = Strategy::all_gather; })}});
    check_refusal(report, gpus);
    if (gpus > 1) check_lost_message(report, gpus);
}

}  // namespace ringscope::gpu
