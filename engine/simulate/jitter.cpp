#include "engine/simulate/jitter.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/run/philox.h"

namespace ringscope {

namespace {

constexpr uint32_t kStream = 0x4A495454;  // apart from the tensors' numbers

/// The count-th standard normal number, by Box and Muller from Philox.
double normal(uint64_t seed, int trial, uint64_t count) {
    PhiloxBatch<1> batch{{{static_cast<uint32_t>(count)},
                          {static_cast<uint32_t>(count >> 32)},
                          {static_cast<uint32_t>(trial)},
                          {kStream}}};
    philox4x32_10(batch, {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
    constexpr double kScale = 1.0 / 4294967296.0;
    const double u = (batch.word[0][0] + 1.0) * kScale;  // (0, 1]
    const double v = batch.word[1][0] * kScale;
    return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
}

}  // namespace

double JitterFactors::factor(uint64_t piece) const {
    if (deviation_ <= 0) return 1;
    return std::max(kLeastJitterFactor, 1 + deviation_ * normal(seed_, trial_, piece));
}

WorkCosts with_jitter(WorkCosts costs, double deviation, uint64_t seed, int trial) {
    if (deviation <= 0 || costs.empty()) return costs;
    const JitterFactors factors(deviation, seed, trial, static_cast<int>(costs.front().steps.size()));
    for (int rank = 0; rank < static_cast<int>(costs.size()); ++rank) {
        RankCosts& of_rank = costs[static_cast<size_t>(rank)];
        of_rank.pack_seconds *= factors.pack(rank);
        of_rank.normalise_seconds *= factors.normalise(rank);
        for (int step = 0; step < static_cast<int>(of_rank.steps.size()); ++step) {
            StepCost& cost = of_rank.steps[static_cast<size_t>(step)];
            cost.attend_seconds *= factors.attend(rank, step);
            cost.merge_seconds *= factors.merge(rank, step);
        }
    }
    return costs;
}

}  // namespace ringscope
