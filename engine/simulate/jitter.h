// Chance in simulated times: no piece of work takes the same time twice.
#pragma once

#include <cstdint>

#include "engine/simulate/work_costs.h"

namespace ringscope {

/// Every piece of work takes its cost times an independent normal factor of mean 1 and standard deviation
/// `deviation`, at least kLeastJitterFactor. The same for the same seed and trial, on every machine.
WorkCosts with_jitter(WorkCosts costs, double deviation, uint64_t seed, int trial);
inline constexpr double kLeastJitterFactor = 0.1;

/// The factors of with_jitter() one by one, for costs that are not stored: a rank has 2 + 2 steps of them.
class JitterFactors {
  public:
    JitterFactors(double deviation, uint64_t seed, int trial, int steps)
        : deviation_(deviation), seed_(seed), trial_(trial), steps_(steps) {}
    double pack(int rank) const { return factor(first_of(rank)); }
    double normalise(int rank) const { return factor(first_of(rank) + 1); }
    double attend(int rank, int step) const { return factor(first_of(rank) + 2 + 2 * uint64_t(step)); }
    double merge(int rank, int step) const { return factor(first_of(rank) + 3 + 2 * uint64_t(step)); }

  private:
    uint64_t first_of(int rank) const { return uint64_t(rank) * (2 + 2 * uint64_t(steps_)); }
    double factor(uint64_t piece) const;

    double deviation_;
    uint64_t seed_;
    int trial_;
    int steps_;
};

}  // namespace ringscope
