// A comparison of traces as tables of words: the same in a terminal, on a page and in the window.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sessions/traces/trace_comparison.h"

namespace ringscope {

struct TraceCell {
    std::string text;
    std::optional<double> seconds{};  // of a time: exact, for programs and for sorting
    bool grew = false;                // more than the spread of the slices explains, where that is known
    bool shrank = false;
};

struct TraceTable {
    enum class Kind { traces, names, ranks, communications, matches, notes };
    struct Column {
        std::string title;
        std::string hint;  // one sentence: how it is counted
        bool is_text = false;
    };
    Kind kind = Kind::names;
    std::string
        key;  // of items and sections: "names", "ranks", "communications", "matches", "notes"; with a number
              // where there are several jobs
    std::string title;  // "Where the time went, by name"
    std::vector<Column> columns;
    std::vector<std::vector<TraceCell>> rows;  // what matters most first
};

/// The tables that have rows: the traces (when there are several), names, and of each job ranks, communications by
/// name, and single ones by skew; last, what of the files is not shown. All rows: callers show as many as they have room for. `ids`: numbers of the traces in
/// the run file, empty or parallel to the traces.
std::vector<TraceTable> trace_tables(const ImportedTraces& traces, const TraceComparison& comparison,
                                     const std::vector<int64_t>& ids = {});

/// Traces that are looked at together, and all that is derived from them.
struct TraceGuests {
    ImportedTraces traces;
    TraceComparison comparison;
    std::vector<TraceTable> tables;
};
/// On the clock that the files state. Takes long for large traces: the window calls it on a thread of its own.
TraceGuests make_trace_guests(ImportedTraces traces, const std::vector<int64_t>& ids = {});

}  // namespace ringscope
