// Bounds on a comparison, for other people's CI: "seconds>+5%" breaks when a run takes over 5 % longer than
// the first.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sessions/compare/compare.h"

namespace ringscope {

/// KEY>+5%, KEY<-10% (against the first run) or KEY>0.25, KEY<100 (the value itself, in the figure's unit).
struct Bound {
    std::string text;  // as written
    std::string key;   // of a MetricRow; "peak_bytes" stands for "peak_bytes_max"
    bool above = true;
    bool relative = false;
    double limit = 0;  // 0.05 for +5%
};

/// Throws Error(bad_input) that says what can be written.
Bound read_bound(const std::string& text);

/// One sentence for each bound that a run breaks; none: all hold. Of repeats the median time counts. A run
/// without figures, or with a wrong answer, breaks every bound. A relative bound looks only at the others,
/// an absolute one at the first run too.
std::vector<std::string> broken_bounds(const Comparison& comparison, std::span<const ComparedRun> runs,
                                       std::span<const Bound> bounds);

}  // namespace ringscope
