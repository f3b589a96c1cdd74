// Bounds on a comparison, for other people's CI: "seconds>+5%" breaks when a run takes over 5 % longer than
// the first.
//
// A figure that depends on time is judged by the repeats of both sides, and only by evidence: with the interval in which
// its ratio lies (ratio_interval.h, 90 %: 5 % on each side), the bound is broken when all of the interval lies beyond the
// limit, holds when none of it does, and is not decided when the limit lies inside, or when a side has fewer than
// kLeastRepeatsForClaim repeats. So a bound is wrongly called broken, or wrongly said to hold, at most once in 20 times.
// Bytes, work and errors are the same in every repeat and are compared as they are.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sessions/compare/comparability.h"
#include "sessions/compare/compare.h"
#include "sessions/compare/ratio_interval.h"

namespace ringscope {

/// KEY>+5%, KEY<-10% (against the first run) or KEY>0.25, KEY<100, KEY>500ms, KEY<1GiB (the value itself).
struct Bound {
    std::string text;  // as written
    std::string key;   // of a MetricRow; "peak_bytes" and "peak" stand for "peak_bytes_max"
    bool above = true;
    bool relative = false;
    double limit = 0;  // 0.05 for +5%; else in the figure's unit
};

/// Throws Error(bad_input) that says what can be written.
Bound read_bound(const std::string& text);

/// Whether the figure depends on time, so that repeats are needed to judge it.
bool is_timed(const Figure& figure);

enum class BoundState { holds, broken, undecided, not_comparable };
template <>
struct EnumNames<BoundState> {
    static constexpr const char* names[] = {"holds", "broken", "undecided", "not_comparable"};
};

/// What a bound comes to for one side.
struct BoundVerdict {
    std::string bound;  // as written
    std::string run;    // the side's name
    BoundState state = BoundState::holds;
    std::string sentence;  // "seconds>+5% is broken: head ..."; "" when it holds
    /// Of the figure's ratio to the first side, or of an absolute bound of the figure itself; none where repeats are not
    /// needed or too few.
    std::optional<Interval> interval{};
};

/// Each bound once, for each side that it is about: a relative one for all but the first, an absolute one for the first
/// too. A side with a wrong answer breaks every bound; one that did not finish is not comparable.
std::vector<BoundVerdict> judge_bounds(std::span<const ComparedRun> runs, std::span<const Bound> bounds,
                                       const Leniency& leniency = {});

}  // namespace ringscope
