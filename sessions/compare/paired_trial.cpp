#include "sessions/compare/paired_trial.h"

#include <algorithm>

#include "engine/base/error.h"
#include "engine/base/number_text.h"

namespace ringscope {

PairedPlan plan_of_pairs(int pairs) { return {{pairs}}; }

PairedPlan plan_until_decided(int most_pairs, double precision) {
    constexpr int kFirstLook = 10;
    PairedPlan plan;
    for (int look = kFirstLook; look < most_pairs; look *= 2) plan.looks.push_back(look);
    plan.looks.push_back(most_pairs);
    plan.level = 1 - 0.05 / static_cast<double>(plan.looks.size());
    plan.precision = precision;
    return plan;
}

void PairedTrial::add(double first, double other) {
    first_.push_back(first);
    other_.push_back(other);
}

bool PairedTrial::ended() const {
    if (pairs() >= plan_.looks.back()) return true;
    const bool look = std::binary_search(plan_.looks.begin(), plan_.looks.end(), pairs());
    return look && outcome() != PairedOutcome::undecided;
}

Interval PairedTrial::ratio() const { return paired_ratio_interval(first_, other_, plan_.level); }

PairedOutcome PairedTrial::outcome() const {
    const Interval interval = ratio();
    constexpr double kRounding = 1e-9;
    if (interval.level < plan_.level - kRounding) return PairedOutcome::undecided;
    if (interval.high < 1) return PairedOutcome::less_time;
    if (interval.low > 1) return PairedOutcome::more_time;
    const bool close = interval.low > 1 / (1 + plan_.precision) && interval.high < 1 + plan_.precision;
    return close ? PairedOutcome::no_difference : PairedOutcome::undecided;
}

std::string PairedTrial::sentence(const std::string& first, const std::string& other) const {
    const Interval interval = ratio();
    const std::string rests_on = "ratio of the times " + ratio_text(interval.estimate) + ", " +
                                 exact_percent_text(interval.level) + " interval " +
                                 scale_text(interval.low) + " to " + scale_text(interval.high) + ", " +
                                 std::to_string(pairs()) + " pairs run in turns";
    const std::string looks = plan_.looks.size() > 1 ? "; with " + std::to_string(plan_.looks.size()) +
                                                           " looks planned, 95 % for all of them together"
                                                     : "";
    const std::string who = other + " against " + first + ": ";
    const std::string change = change_text(interval.estimate - 1) + " time";
    switch (outcome()) {
        case PairedOutcome::less_time:
        case PairedOutcome::more_time:
            return who + change + " (" + rests_on + looks + ").";
        case PairedOutcome::no_difference:
            return who + "no difference in time of " + exact_percent_text(plan_.precision) + " or more (" +
                   rests_on + looks + ").";
        case PairedOutcome::undecided:
            break;
    }
    const bool few = pairs() < kLeastPairs;
    return who + "not decided" +
           (few ? ", " + std::to_string(kLeastPairs) + " pairs or more are needed" : std::string()) + " (" +
           rests_on + looks + ").";
}

}  // namespace ringscope
