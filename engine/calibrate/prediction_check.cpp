#include "engine/calibrate/prediction_check.h"

#include <algorithm>
#include <memory>
#include <random>

#include "engine/calibrate/attention_times.h"
#include "engine/host/arena.h"
#include "engine/simulate/simulate.h"
#include "engine/simulate/simulation_checks.h"

namespace ringscope {

namespace {

template <typename Value>
Value one_of(std::mt19937_64& random, std::initializer_list<Value> values) {
    return values.begin()[random() % values.size()];
}

bool by_chance(std::mt19937_64& random) { return random() % 2 == 0; }

/// One segment for all heads, or LongNet's mix for three quarters of them.
std::vector<HeadGroup> head_groups(std::mt19937_64& random, int64_t seq_len) {
    if (by_chance(random)) return {{seq_len, 1, {}, {}}};
    return {{seq_len / 8, 1, {}, {}}, {seq_len / 2, 2, {}, {}}, {seq_len, 4, {}, {}}, {seq_len, 1, {}, {}}};
}

Experiment draw(std::mt19937_64& random, int cores, bool sends) {
    Experiment e;
    ProblemSpec& problem = e.problem;
    problem.seq_len = one_of<int64_t>(random, {256, 512, 1024, 2048, 4096, 8192, 16384});
    problem.heads = one_of(random, {4, 8, 12});
    problem.kv_heads = by_chance(random) ? problem.heads : problem.heads / 4;
    problem.head_dim = one_of(random, {32, 64, 128});
    problem.dtype = one_of(random, {DType::f32, DType::f16, DType::bf16});
    problem.causal = by_chance(random);
    problem.head_groups = head_groups(random, problem.seq_len);
    e.ring.ranks = sends || by_chance(random) ? cores : 1;
    e.ring.strategy = e.ring.ranks == 1
                          ? Strategy::single
                          : one_of(random, {Strategy::ring, Strategy::ring, Strategy::all_gather});
    e.ring.layout = one_of(random, {Layout::contiguous, Layout::zigzag, Layout::striped});
    e.ring.overlap = by_chance(random);
    e.backend.device = "cpu";
    return e;
}

/// One whose work takes long enough to be told from the noise, and short enough for all of them.
Schedule draw_schedule(std::mt19937_64& random, double most_flops, int cores, bool sends) {
    for (;;) {
        Schedule schedule = plan(draw(random, cores, sends));
        if (schedule.flops < most_flops / 10 || schedule.flops > most_flops) continue;
        if (!sends || !schedule.transfers.empty()) return schedule;
    }
}

/// About as long as the ring's own work, so that some of it hides.
Fault draw_fault(std::mt19937_64& random, Disturbance disturbance, const Schedule& schedule, double seconds) {
    if (disturbance == Disturbance::none) return {};
    const double share = one_of(random, {0.2, 0.5, 1.0, 2.0});
    const Transfer& transfer = schedule.transfers[random() % schedule.transfers.size()];
    Fault fault;
    fault.rank = transfer.from;
    if (disturbance == Disturbance::delay) {
        fault.kind = Fault::Kind::delay;
        fault.step = schedule.strategy == Strategy::all_gather ? 0 : transfer.step - 1;
        fault.delay_seconds = share * seconds;
        return fault;
    }
    fault.kind = Fault::Kind::slow_link;
    fault.bytes_per_second = static_cast<double>(transfer.bytes) / (share * seconds / schedule.steps);
    return fault;
}

struct Problem {
    Schedule schedule;
    CheckedPrediction checked;
    std::vector<double> predicted, measured, ratios;
};

class PredictionCheck {
  public:
    PredictionCheck(const Calibration& calibration, const PredictionCheckOptions& options,
                    std::stop_token stop)
        : machine_(calibration.machine),
          clock_(calibration.clock),
          options_(options),
          stop_(std::move(stop)),
          threads_(machine_.device.workers),
          buffers_(std::make_shared<BufferPool>()) {}

    std::vector<CheckedPrediction> run() {
        draw_problems();
        for (int round = 0; round < options_.rounds; ++round)
            for (size_t i = 0; i < problems_.size(); ++i) {
                if (options_.progress)
                    options_.progress(
                        (round + static_cast<double>(i) / static_cast<double>(problems_.size())) /
                        options_.rounds);
                measure(problems_[i]);
            }
        std::vector<CheckedPrediction> checked;
        for (Problem& problem : problems_) {
            problem.checked.predicted_seconds = median_of(std::move(problem.predicted));
            problem.checked.measured_seconds = median_of(std::move(problem.measured));
            problem.checked.predicted_over_measured = median_of(std::move(problem.ratios));
            checked.push_back(std::move(problem.checked));
        }
        return checked;
    }

  private:
    void draw_problems() {
        std::mt19937_64 random(options_.seed);
        const bool sends = options_.disturbance != Disturbance::none;
        for (int i = 0; i < options_.problems; ++i) {
            Problem problem{draw_schedule(random, options_.flops, threads_, sends), {}, {}, {}, {}};
            problem.checked.experiment = problem.schedule.experiment;
            problem.checked.fault =
                draw_fault(random, options_.disturbance, problem.schedule, predict(problem, machine_));
            problems_.push_back(std::move(problem));
        }
    }

    double predict(const Problem& problem, const MachineModel& machine) const {
        SimulationOptions simulated;
        simulated.slow_ranks = slow_ranks_of(problem.checked.fault);
        const LaidOut laid_out = simulate_once(problem.schedule, machine, simulated, stop_);
        return static_cast<double>(laid_out.trace.wall_ns) * 1e-9;
    }

    void measure(Problem& problem) {
        const auto [run, clock_then] =
            steady_run(problem.checked.experiment, buffers_, stop_, problem.checked.fault);
        WhatIf clock;
        clock.rate = clock_then / clock_;
        problem.predicted.push_back(predict(problem, scaled(machine_, clock)));
        problem.measured.push_back(run->metrics.seconds);
        problem.ratios.push_back(problem.predicted.back() / problem.measured.back());
    }

    const MachineModel& machine_;
    const double clock_;
    const PredictionCheckOptions& options_;
    const std::stop_token stop_;
    const int threads_;
    const std::shared_ptr<BufferPool> buffers_;
    std::vector<Problem> problems_;
};

}  // namespace

std::vector<CheckedPrediction> check_predictions(const Calibration& calibration,
                                                 const PredictionCheckOptions& options,
                                                 std::stop_token stop) {
    return PredictionCheck(calibration, options, std::move(stop)).run();
}

}  // namespace ringscope
