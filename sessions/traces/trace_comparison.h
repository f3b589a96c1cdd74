// One or more traces of other programs, looked at without a run: what differs by name, and the ranks of their jobs.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sessions/traces/trace_difference.h"
#include "sessions/traces/trace_stragglers.h"

namespace ringscope {

struct TraceComparison {
    /// What to read first: the answer to "what got slower, and where". Of ranks of one job, who is waited for.
    std::vector<std::string> sentences;
    TraceDifference difference;
    std::vector<JobStragglers> jobs;
    std::vector<int64_t> offset_ns;  // per trace, as given
    std::string clock_source;        // TraceClock::source, where one was looked for
    bool one_job = false;            // several traces, all of them ranks of one job
};

/// One trace or more. `offset_ns` as for trace_jobs(). About 0.4 s for a million slices (four ranks, one core).
TraceComparison compare_traces(const ImportedTraces& traces, std::span<const int64_t> offset_ns = {},
                               NameRule rule = NameRule::whole);

/// The same with all on one clock (trace_clock.h), counted from the earliest; each from its own first event when that
/// puts them further apart than a day.
TraceComparison compare_on_one_clock(const ImportedTraces& traces, NameRule rule = NameRule::whole);

}  // namespace ringscope
