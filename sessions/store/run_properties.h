// Everything of a saved run that has a name, for filters and sorting: what is set, what came out, what is
// noted. No SQLite here.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sessions/store/field_lines.h"
#include "sessions/store/run_record.h"

namespace ringscope {

/// One named figure of a run. A head group's figure has one value per group, an error of a run that was not
/// verified none, every other figure one.
struct RunProperty {
    enum class Kind { number, word, yes_no, utc };  // yes_no: 0 or 1; utc: Unix milliseconds
    std::string name;                               // "seconds", "ring.overlap"
    std::vector<std::string> aliases;               // "p" for "ranks", "overlap" for "ring.overlap"
    Kind kind = Kind::number;
    Unit unit = Unit::count;
    std::vector<std::string> allowed{};  // the words that it can be; empty: any
    /// Appends the values; the one that is not of the kind is empty. Words refer to the run.
    std::function<void(const RunSummary&, std::vector<double>&)> numbers{};
    std::function<void(const RunSummary&, std::vector<std::string_view>&)> words{};
    bool of_traces = false;  // a kept trace has it too
    bool is_of(const RunSummary& run) const { return of_traces || !run.is_trace; }
};

/// In the order in which help lists them. Every name and alias is there once.
const std::vector<RunProperty>& run_properties();

/// "p|ranks, n|seq_len, ..." without the experiment's dotted fields, for help texts.
std::string run_property_names();

/// By name or alias. Throws Error(bad_input), one line that names the nearest or the allowed names.
const RunProperty& run_property(const std::string& name);

/// Sorts by the figure: "seconds" from the least, "-seconds" from the most; runs without it come last, equal
/// ones stay as they are. Throws Error(bad_input).
void sort_runs(std::vector<RunSummary>& runs, const std::string& by);

}  // namespace ringscope
