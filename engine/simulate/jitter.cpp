#include "engine/simulate/jitter.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/run/philox.h"

namespace ringscope {

namespace {

/// Standard normal numbers by Box and Muller from Philox, counted.
class Normal {
  public:
    Normal(uint64_t seed, int trial) : seed_(seed), trial_(static_cast<uint32_t>(trial)) {}

    double next() {
        PhiloxBatch<1> batch{
            {{static_cast<uint32_t>(count_)}, {static_cast<uint32_t>(count_ >> 32)}, {trial_}, {kStream}}};
        ++count_;
        philox4x32_10(batch, {static_cast<uint32_t>(seed_), static_cast<uint32_t>(seed_ >> 32)});
        constexpr double kScale = 1.0 / 4294967296.0;
        const double u = (batch.word[0][0] + 1.0) * kScale;  // (0, 1]
        const double v = batch.word[1][0] * kScale;
        return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
    }

  private:
    static constexpr uint32_t kStream = 0x4A495454;  // apart from the tensors' numbers
    const uint64_t seed_;
    const uint32_t trial_;
    uint64_t count_ = 0;
};

}  // namespace

WorkCosts with_jitter(WorkCosts costs, double deviation, uint64_t seed, int trial) {
    if (deviation <= 0) return costs;
    Normal normal(seed, trial);
    const auto vary = [&](double& seconds) {
        seconds *= std::max(kLeastJitterFactor, 1 + deviation * normal.next());
    };
    for (RankCosts& rank : costs) {
        vary(rank.pack_seconds);
        vary(rank.normalise_seconds);
        for (StepCost& step : rank.steps) {
            vary(step.attend_seconds);
            vary(step.merge_seconds);
        }
    }
    return costs;
}

}  // namespace ringscope
