// A stop request, looked at now and then in a long calculation.
#pragma once

#include <cstdint>
#include <stop_token>
#include <utility>

#include "engine/base/error.h"

namespace ringscope {

/// Counts the small steps of a calculation, of some 10 to 100 ns each, and looks at the request every few thousand
/// of them. One thread.
class StopCheck {
  public:
    static constexpr int64_t kStepsPerLook = 4096;

    explicit StopCheck(std::stop_token stop = {}) : stop_(std::move(stop)) {}

    /// Throws Error(cancelled) once a stop is requested, a few thousand steps later at most.
    void operator()(int64_t steps = 1) {
        steps_ += steps;
        if (steps_ < kStepsPerLook) return;
        steps_ = 0;
        if (stop_.stop_requested()) throw Error(ErrorKind::cancelled, "cancelled");
    }

  private:
    std::stop_token stop_;
    int64_t steps_ = 0;
};

}  // namespace ringscope
