#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/bench/bench.h"
#include "app/process/resident_memory.h"
#include "engine/base/error.h"
#include "engine/simulate/simulate.h"
#include "engine/simulate/streamed.h"

namespace ringscope {

namespace {

constexpr int64_t kTokensPerRank = 4096;  // 16,777,216 tokens on 4096 ranks

/// Hosts of 8 GPUs with a network card each: what large rings run on. Only how much there is to calculate counts here.
std::shared_ptr<const MachineModel> cluster() {
    MachineModel machine;
    machine.name = "cluster";
    machine.hosts = 512;
    machine.devices_per_host = 8;
    machine.links = {{"port", LinkScope::device, 1, 2e-6, 4e11, true, ""},
                     {"card", LinkScope::host, 8, 5e-6, 5e10, true, ""}};
    machine.same_host = "port";
    machine.between_hosts = "card";
    machine.message_seconds = 2e-6;
    DeviceModel& device = machine.device;
    device.memory_bytes = int64_t{80} << 30;
    device.launch_seconds = 4e-6;
    device.pack_bytes_per_second = 2e12;
    device.merge_bytes_per_second = 2e12;
    device.peaks = {{DType::bf16, 9.9e14}};
    device.curves = {{DType::bf16, 128, false, 0.7, 200, 0}, {DType::bf16, 128, true, 0.6, 300, 0}};
    return std::make_shared<const MachineModel>(machine);
}

/// "full": dense attention, nothing pruned. "causal": the same with a causal mask, balanced by zigzag. "pruned":
/// LongNet's head groups, from segments inside a rank's share up to the whole sequence.
Experiment ring_of(const std::string& problem, int ranks) {
    Experiment e;
    e.problem.seq_len = kTokensPerRank * ranks;
    e.problem.heads = 32;
    e.problem.head_dim = 128;
    e.problem.dtype = DType::bf16;
    e.ring.ranks = ranks;
    e.ring.prune = problem == "pruned";
    if (problem == "causal") {
        e.problem.causal = true;
        e.ring.layout = Layout::zigzag;
    }
    if (problem != "pruned") {
        e.problem.head_groups.push_back({e.problem.seq_len, 1, {}, {}});
        return e;
    }
    int64_t segment = 2048, rate = 1;
    for (; segment < e.problem.seq_len; segment *= 4, rate *= 2)
        e.problem.head_groups.push_back({segment, rate, {}, {}});
    e.problem.head_groups.push_back({e.problem.seq_len, rate, {}, {}});
    return e;
}

struct Simulated {
    double seconds = 0;  // of the ring
    int steps = 0;
};

Simulated streamed(const Experiment& experiment, const Simulation& simulation, const std::stop_token& stop) {
    const StreamedSimulation result = simulate_streamed(experiment, simulation, {}, stop);
    return {result.metrics.seconds, result.steps};
}

Simulated by_events(const Experiment& experiment, const Simulation& simulation, const std::stop_token& stop) {
    const Schedule schedule = plan(experiment, memory_model_of(*simulation.machine), stop);
    const LaidOut laid_out = simulate_once(schedule, *simulation.machine, {}, stop);
    return {static_cast<double>(laid_out.trace.wall_ns) * 1e-9, schedule.steps};
}

}  // namespace

nlohmann::ordered_json bench_simulate(std::stop_token stop) {
    nlohmann::ordered_json report{{"results", nlohmann::ordered_json::array()}};
    const Simulation simulation{cluster(), {}, {}};
    const auto measure = [&](const char* engine, const auto& simulated, const std::string& problem,
                             int ranks) {
        const Experiment experiment = ring_of(problem, ranks);
        reset_peak_resident();
        const ResidentMemory before = resident_memory();
        const auto begin = std::chrono::steady_clock::now();
        const Simulated result = simulated(experiment, simulation, stop);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        const int64_t rank_steps = int64_t{ranks} * result.steps;
        report["results"].push_back(
            {{"engine", engine},
             {"problem", problem},
             {"ranks", ranks},
             {"seq_len", experiment.problem.seq_len},
             {"seconds", took.count()},
             {"peak_bytes", resident_memory().peak_bytes - before.bytes},
             {"rank_steps", rank_steps},
             {"rank_steps_per_second", static_cast<double>(rank_steps) / took.count()},
             {"simulated_seconds", result.seconds}});
    };
    for (const char* problem : {"full", "causal", "pruned"}) {
        for (const int ranks : {64, 512, 4096}) measure("streamed", streamed, problem, ranks);
        for (const int ranks : {8, 64, 256}) measure("events", by_events, problem, ranks);
    }
    return report;
}

}  // namespace ringscope
