// Kept traces without a run, on the command line.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "sessions/store/run_store.h"
#include "sessions/traces/trace_comparison.h"

namespace ringscope {

struct TraceComparisonOptions {
    bool json = false;
    bool group_names = false;
    std::string html{};  // "": no page
};

/// Prints what differs between kept traces, or writes it. Throws as RunStore::load_trace() and AtomicFile.
void print_trace_comparison(RunStore& store, const std::vector<int64_t>& ids,
                            const TraceComparisonOptions& options, const std::stop_token& stop);

/// What differs, in sentences and tables, for a terminal: of long tables the first lines.
std::string trace_comparison_text(const ImportedTraces& traces, const TraceComparison& comparison,
                                  const std::vector<int64_t>& ids);

}  // namespace ringscope
