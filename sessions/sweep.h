// A sweep: one experiment under every combination of some settings, each run several times. Plain data;
// nothing here runs.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sessions/compare.h"
#include "sessions/run_record.h"

namespace ringscope {

/// One setting and the values it takes.
struct SweepAxis {
    std::string path;                 // "ring.ranks"
    std::vector<std::string> values;  // as --set takes them
};

/// "ring.ranks=1,2,4": commas part values, except inside brackets, braces and quotes, so that a list of head
/// groups is one value: "problem.head_groups=[{..},{..}],[{..}]" has two. Throws Error(bad_input).
SweepAxis parse_sweep_axis(const std::string& assignment);

struct SweepPoint {
    std::vector<std::string> values;  // one an axis
    std::string label;  // "ranks=4 overlap=true": the axes with several values; "" when there are none
    Experiment experiment;
    std::string hash;  // RunSummary::experiment_hash
};

inline constexpr size_t kMostSweepPoints = 10'000;

struct SweepPlan {
    std::vector<SweepPoint> points;     // the last axis changes fastest
    std::vector<std::string> problems;  // one line each; none: every point can be run
};

/// Every combination of the axes' values, set on `base`. A value that cannot be read is one problem, not one
/// for each combination that it stands in; so is a path given twice. Throws Error(bad_input) for more than
/// kMostSweepPoints.
SweepPlan plan_sweep(const Experiment& base, std::span<const SweepAxis> axes);

/// A point and its runs: those the file held already, then those that were made.
struct SweepRow {
    SweepPoint point;
    std::vector<RunSummary> runs{};
    std::string error{};  // why it has no more runs; "" when all went well
};

/// Whether `saved` is a repeat of the point: finished, on this host and, when `verified` is asked for, held
/// against the reference.
bool is_repeat_of(const SweepPoint& point, const RunSummary& saved, const std::string& host, bool verified);

/// Median and range of the row's times; at least one run.
Spread spread_of(const SweepRow& row);

/// Held against the reference, every one of its runs, and found right.
bool is_verified(const SweepRow& row);

struct SweepBest {
    int row = -1;         // -1: none
    std::string why_not;  // one sentence when there is none
};

/// The row with the least median time, where that says something: all rows solve the same problem, only
/// verified rows count, each has kLeastRepeatsForBest repeats, and its slowest repeat is faster than every
/// other's fastest.
SweepBest best_of(std::span<const SweepRow> rows);
inline constexpr int kLeastRepeatsForBest = 3;

}  // namespace ringscope
