// Two experiments run in turns, pair by pair: how much longer one takes, and when enough pairs are made to say so.
//
// Within a pair both meet the same state of the machine; which goes first alternates (ABBA), so that neither what drifts
// nor what the first of two pays favours one. The ratio's interval is that of paired_ratio_interval().
//
// Who looks at the interval again and again, and stops when it pleases, finds a difference where there is none. So the
// looks are fixed beforehand, after 10, 20, 40, ... pairs and after the last, and each takes its share of the 5 % that all
// of them together may be wrong (Bonferroni): with 5 looks the interval is of 99 %.
#pragma once

#include <string>
#include <vector>

#include "engine/experiment/experiment.h"
#include "sessions/compare/ratio_interval.h"

namespace ringscope {

inline constexpr int kLeastPairs = 6;  // with fewer no interval reaches 95 %

struct PairedPlan {
    std::vector<int> looks;  // numbers of pairs, ascending; the last is the most that are made
    double level = 0.95;     // of each look's interval
    double precision = 0;    // "no difference" is claimed of less than that: 0.01
};
/// One look, after all pairs.
PairedPlan plan_of_pairs(int pairs);
/// Looks on the way, of which the first that decides ends the trial.
PairedPlan plan_until_decided(int most_pairs, double precision);

enum class PairedOutcome { less_time, more_time, no_difference, undecided };
template <>
struct EnumNames<PairedOutcome> {
    static constexpr const char* names[] = {"less_time", "more_time", "no_difference", "undecided"};
};

class PairedTrial {
  public:
    explicit PairedTrial(PairedPlan plan) : plan_(std::move(plan)) {}

    /// Seconds of one more pair, above 0.
    void add(double first, double other);
    int pairs() const { return static_cast<int>(first_.size()); }
    /// All pairs are made, or a look on the way decided.
    bool ended() const;

    /// Of the time of the other over that of the first, of all pairs so far; at least one pair.
    Interval ratio() const;
    /// The other takes less or more time; or, with a precision, the ratio is within it of 1. Undecided where the
    /// interval does not reach its level.
    PairedOutcome outcome() const;
    /// "B takes +3.20% of A's time more ...": one sentence with the interval, its level and what it rests on.
    std::string sentence(const std::string& first, const std::string& other) const;
    const PairedPlan& plan() const { return plan_; }

  private:
    PairedPlan plan_;
    std::vector<double> first_, other_;
};

}  // namespace ringscope
