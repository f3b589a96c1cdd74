// Two or more runs side by side, as plain data: what was set differently, what came out, whether it is fair.
//
// The first run is what the others are compared with. Views draw a Comparison; the command prints it.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/analysis/figures.h"
#include "engine/base/number_text.h"
#include "engine/run/run.h"
#include "sessions/compare/output_difference.h"
#include "sessions/compare/repeats.h"

namespace ringscope {

/// Which runs of a file are a side's repeats. Empty of a run that is not saved.
struct SideRuns {
    int64_t shown = 0;                  // the run whose figures stand in the tables
    std::vector<int64_t> ids{};         // of the repeats, ascending
    std::vector<int64_t> wrong{};       // like them, but their answers are wrong: their times do not count
    std::vector<int64_t> unfinished{};  // of the same name, but without figures
    bool named_set = false;             // the person named them all by one name
    std::string invocation{};           // RunSummary's, of the shown run
};

struct ComparedRun {
    std::string name;
    std::shared_ptr<const Run> run;  // never null
    /// Of every repeat (repeats.h), this one included; fewer than two: its spread is not known.
    std::vector<double> repeat_seconds{};
    SideRuns side{};
    /// All figures of each repeat, in the order of repeat_seconds; or none.
    std::vector<FigureValues> repeat_figures{};
};

/// A field that is not the same in all runs.
struct SettingDifference {
    std::string path;                 // "ring.strategy", "problem.head_groups"
    std::vector<std::string> values;  // one per run
};

/// One figure of every run. No value where the run did not finish, or has none.
struct MetricRow {
    std::string key;      // of the figure: "seconds"
    std::string label;    // "time"
    std::string formula;  // what it is, for hints
    Unit unit = Unit::ratio;
    Better better = Better::neither;
    std::vector<std::optional<double>> values;
    /// How far repeats lie from the value: half of their range. None where it is not known.
    std::vector<std::optional<double>> bands{};
    int best = -1;  // index of the best run; -1: none stands out. A run with a wrong answer never is
    std::vector<std::optional<double>> ratios;  // to the first run; none when that is 0 or missing
};

/// One rank's figures in every run; nothing where that run has no such rank.
struct RankRow {
    int rank = 0;
    std::vector<std::optional<RankMetrics>> runs;
};

struct Comparison {
    std::vector<std::string> names;
    std::vector<SideRuns> sides;      // one per run
    std::vector<std::string> clocks;  // what the times of each are of, in words (clock_text())
    std::vector<SettingDifference> settings;
    std::vector<MetricRow> metrics;
    std::vector<RankRow> ranks;
    /// Of each run against the first; none where an output was not kept, or has another shape.
    std::vector<std::optional<OutputDifference>> outputs;
    std::vector<Spread> spreads;        // one per run; no repeats: of nothing but itself
    std::vector<std::string> warnings;  // what makes it unfair, one sentence each
    std::string verdict;                // in words, a line for every run but the first
    bool same = false;                  // no difference in settings or figures
};

/// Throws Error(bad_input) for fewer than two runs.
Comparison compare_runs(std::span<const ComparedRun> runs);

/// One sentence on run `i` against the first: time with its noise band, where it went, memory, bytes and
/// work. For the .cpp files of this folder.
std::string verdict_on(const Comparison& comparison, std::span<const ComparedRun> runs, size_t i);
/// It, or one of its repeats, is known to have given a wrong answer.
bool answered_wrongly(const ComparedRun& compared);
/// Repeats of each other: what is compared is one set of runs with itself.
bool are_one_set(const ComparedRun& a, const ComparedRun& b);
/// Have the fields that say what is asked of attention: times of others do not compare.
bool same_problem(const Run& a, const Run& b);

/// "base: runs 1-5, 5 repeats; the figures are those of run 3, the median": which repeats count, a sentence for each
/// side that is saved.
std::vector<std::string> side_sentences(const Comparison& comparison);

/// How far the kept outputs lie from the first run's, a sentence for each run that can be compared with it.
std::vector<std::string> output_sentences(const Comparison& comparison);

/// One JSON object, indented.
std::string comparison_to_json(const Comparison& comparison);
/// Two tables (settings, figures), the ranks, warnings and the verdict; for a terminal.
std::string comparison_to_text(const Comparison& comparison);

}  // namespace ringscope
