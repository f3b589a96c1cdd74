#include "engine/simulate/streamed.h"

#include <algorithm>

#include "engine/base/error.h"
#include "engine/base/number_text.h"
#include "engine/plan/plan_size.h"
#include "engine/simulate/recurrence.h"
#include "engine/simulate/simulate.h"
#include "engine/simulate/simulation_checks.h"

namespace ringscope {

namespace {

constexpr int64_t kMostStoredSteps = 1'000'000;  // of all ranks
/// Pairs of ranks to look at: some minutes.
constexpr double kMostLooks = 1e10;

/// What a rank's slots take, as the planner has it: each from the step before its first use to the one after its last.
int64_t travelling_bytes(const StreamedRank& rank, bool keeps_slots) {
    const auto held_in = [&](int exchange) {
        int64_t held = 0;
        for (int slot = 0; slot < 2; ++slot)
            if (rank.first_use[slot] >= 0 &&
                (keeps_slots || (rank.first_use[slot] <= exchange && exchange <= rank.last_use[slot] + 1)))
                held += aligned_bytes(rank.slot_bytes[slot]);
        return held;
    };
    return std::max(held_in(rank.first_use[0]), held_in(rank.first_use[1]));
}

void add_memory(StreamedRank& rank, const Experiment& experiment, int64_t tokens, bool keeps_slots) {
    BytesByPurpose bytes = own_bytes(experiment, tokens);
    bytes[static_cast<size_t>(Purpose::travelling_kv)] = travelling_bytes(rank, keeps_slots);
    rank.metrics.peak_by_purpose = bytes;
    rank.metrics.peak_bytes = rank.metrics.predicted_peak_bytes = total_bytes(bytes);
}

Metrics metrics_of(const StreamedTimes& times, double flops) {
    Metrics metrics;
    metrics.seconds = times.seconds;
    metrics.flops = flops;
    if (times.seconds > 0) metrics.gflops_per_second = flops / times.seconds * 1e-9;
    double exposed = 0, transfer = 0, core_sum = 0, core_most = 0;
    for (const StreamedRank& rank : times.ranks) {
        metrics.ranks.push_back(rank.metrics);
        metrics.bytes_on_wire += rank.metrics.sent_bytes;
        exposed += rank.metrics.exposed_transfer_seconds;
        transfer += rank.metrics.transfer_seconds;
        core_sum += rank.metrics.core_seconds;
        core_most = std::max(core_most, rank.metrics.core_seconds);
    }
    if (transfer > 0) metrics.overlap_efficiency = 1 - exposed / transfer;
    if (core_sum > 0)
        metrics.compute_imbalance = core_most * static_cast<double>(times.ranks.size()) / core_sum;
    return metrics;
}

void require_devices(const MachineModel& machine, int ranks) {
    if (ranks <= machine.devices()) return;
    throw Error(ErrorKind::bad_input, "ring.ranks is " + std::to_string(ranks) + ": the machine " +
                                          machine.name + " has " + std::to_string(machine.devices()) +
                                          " devices, and so large a ring needs one for every rank");
}

void require_countable(const StreamedRing& ring) {
    if (ring.looks() <= kMostLooks) return;
    throw Error(ErrorKind::bad_input,
                "ring.ranks " + std::to_string(ring.ranks()) + " with these head groups takes " +
                    short_count_text(ring.looks()) + " looks at pairs of ranks, at most " +
                    short_count_text(kMostLooks) + " can be simulated; fewer ranks or longer segments help");
}

/// One trial after the other.
class Trials {
  public:
    Trials(Recurrence& recurrence, const MachineModel& machine, const SimulationOptions& options, int steps,
           const StreamedProgress& progress, const std::stop_token& stop)
        : recurrence_(recurrence),
          options_(options),
          deviation_(options.trials > 1 ? machine.device.jitter : 0),
          steps_(steps),
          all_steps_(static_cast<double>(steps) * (options.trials > 1 ? options.trials + 1 : 1)),
          progress_(progress),
          stop_(stop) {}

    StreamedTimes one(int trial) {
        const JitterFactors jitter(deviation_, options_.seed, trial, steps_);
        const auto step_done = [&] {
            if (progress_) progress_(++done_ / all_steps_);
        };
        return recurrence_.run(jitter, step_done, stop_);
    }

  private:
    Recurrence& recurrence_;
    const SimulationOptions& options_;
    const double deviation_;
    const int steps_;
    const double all_steps_;
    const StreamedProgress& progress_;
    const std::stop_token& stop_;
    double done_ = 0;
};

struct Trial {
    double seconds = 0;
    int number = 0;
};

}  // namespace

bool needs_streaming(const Experiment& experiment) {
    const PlanSize size = plan_size(experiment);
    return size.rank_steps > kMostStoredSteps || !is_plannable(size);
}

StreamedSimulation simulate_streamed(const Experiment& experiment, const Simulation& simulation,
                                     const StreamedProgress& progress, const std::stop_token& stop) {
    require_valid(experiment);
    const SimulationOptions& asked = simulation.options;
    require_room(*simulation.machine, experiment);
    const MachineModel machine = scaled(*simulation.machine, asked.what_if);
    const int ranks = resolved_ranks(experiment.ring);
    require_possible(asked, ranks);
    require_devices(machine, ranks);

    StreamedRing ring(experiment, machine, stop);
    require_countable(ring);
    Recurrence recurrence(ring, experiment, machine, asked.slow_ranks);
    Trials run(recurrence, machine, asked, ring.steps(), progress, stop);
    StreamedTimes times = run.one(0);
    StreamedSimulation result;
    const bool keeps_slots = memory_model_of(machine).keeps_slots;
    std::vector<int64_t> peaks;
    for (int rank = 0; rank < ranks; ++rank) {
        StreamedRank& of_rank = times.ranks[static_cast<size_t>(rank)];
        add_memory(of_rank, experiment, ring.tokens_of(rank), keeps_slots);
        peaks.push_back(of_rank.metrics.peak_bytes);
        result.tokens.push_back(ring.tokens_of(rank));
        result.rank_flops.push_back(of_rank.flops);
    }
    require_memory(peaks, machine);

    std::vector<Trial> trials{{times.seconds, 0}};
    for (int trial = 1; trial < asked.trials; ++trial) trials.push_back({run.one(trial).seconds, trial});
    std::stable_sort(trials.begin(), trials.end(),
                     [](const Trial& a, const Trial& b) { return a.seconds < b.seconds; });
    for (const Trial& trial : trials) result.trial_seconds.push_back(trial.seconds);
    if (asked.trials > 1) {
        times = run.one(trials[(trials.size() - 1) / 2].number);
        for (int rank = 0; rank < ranks; ++rank)
            add_memory(times.ranks[static_cast<size_t>(rank)], experiment, ring.tokens_of(rank), keeps_slots);
    }
    result.metrics = metrics_of(times, ring.problem().flops());
    result.ranks = ranks;
    result.steps = ring.steps();
    result.dense_flops = ring.problem().dense_flops();
    result.device = machine.device.name;
    result.transport = transport_on(machine, ranks);
    return result;
}

}  // namespace ringscope
