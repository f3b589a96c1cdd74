// A sweep: one experiment under every combination of some settings, each run several times. Plain data;
// nothing here runs.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sessions/compare/repeats.h"
#include "sessions/store/run_record.h"

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

/// Under which runs of a point are made: what is not the same in a saved run makes it no repeat of them.
struct SweepConditions {
    std::string host;
    std::string version;
    std::string revision;
    std::string input_name;  // "" for generated Q, K and V
    bool verified = false;   // every answer is checked against the reference
    bool any_build = false;  // runs of other builds count too
    std::string cpu{};
    int cores = 0;
    int usable_cores = 0;  // threads of a point that asks for no number
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

/// What a sweep keeps of a run: there may be a thousand for each of ten thousand points.
struct SweepRun {
    SweepRun(const RunSummary& run)  // NOLINT(google-explicit-constructor): the same run, with less of it
        : id(run.id), verified(run.verified), verify_passed(run.verify_passed), figures(run.figures) {}
    int64_t id;  // in the run file; 0: not saved
    bool verified;
    bool verify_passed;
    FigureValues figures;
};
inline bool known_wrong(const SweepRun& run) { return run.verified && !run.verify_passed; }

/// A point and its runs: those the file held already, then those that were made.
struct SweepRow {
    SweepPoint point;
    std::vector<SweepRun> runs{};
    std::string error{};  // why it has no more runs; "" when all went well
};

/// What a saved run is to a point of the sweep.
enum class Held {
    no,  // another experiment, input or machine, not finished, or not checked against the reference
    by_other_build,  // a repeat but for the build of the program that made it; builds that are not known differ
    yes,
};
Held held_as(const SweepPoint& point, const RunSummary& saved, const SweepConditions& conditions);

/// The saved runs that count for a point, oldest first, and how many only the build keeps out. Device and
/// kernel are those of the newest: what "auto" chose may have changed.
struct HeldRuns {
    std::vector<RunSummary> runs;
    std::vector<std::string> other_builds;  // build_text() of each that does not count
};
HeldRuns held_runs(const SweepPoint& point, std::span<const RunSummary> newest_first,
                   const SweepConditions& conditions);

/// Median and range of the row's times; at least one run.
Spread spread_of(const SweepRow& row);

/// Every one of its runs was checked against the reference and found right.
bool is_verified(const SweepRow& row);

struct SweepBest {
    int row = -1;         // -1: none
    std::string why_not;  // one sentence when there is none
};

/// The row with the least median time, where that says something: all rows solve the same problem, only
/// verified rows count, and is_faster() (repeats.h) says so of every other one.
SweepBest best_of(std::span<const SweepRow> rows);

}  // namespace ringscope
