#include "sessions/traces/trace_comparison.h"

#include <algorithm>

#include "engine/base/number_text.h"
#include "sessions/traces/trace_clock.h"

namespace ringscope {

namespace {

constexpr int64_t kDayNs = int64_t{86'400} * 1'000'000'000;

/// Whether every trace is one rank of the same job.
bool are_one_job(const ImportedTraces& traces, const std::vector<JobStragglers>& jobs) {
    if (jobs.size() != 1 || traces.size() < 2) return false;
    std::vector<size_t> seen;
    for (const RankTimes& rank : jobs[0].ranks) seen.push_back(rank.trace);
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    return seen.size() == traces.size();
}

std::string contradiction_sentence(const JobStragglers& job) {
    return count_text(job.contradictions) + " of " + count_text(static_cast<int64_t>(job.matches.size())) +
           " matched communications end on one rank before another begins: the clocks differ, or the traces "
           "do not belong together.";
}

}  // namespace

TraceComparison compare_traces(const ImportedTraces& traces, std::span<const int64_t> offset_ns,
                               NameRule rule) {
    TraceComparison comparison;
    comparison.offset_ns.assign(offset_ns.begin(), offset_ns.end());
    comparison.offset_ns.resize(traces.size());
    comparison.difference = trace_difference(traces, rule);
    comparison.jobs = trace_stragglers(traces, offset_ns);
    std::vector<std::string> about_ranks;
    for (const JobStragglers& job : comparison.jobs) {
        about_ranks.push_back(stragglers_headline(job));
        if (job.contradictions > 0) about_ranks.push_back(contradiction_sentence(job));
    }
    comparison.sentences = std::move(about_ranks);
    const std::string headline = difference_headline(traces, comparison.difference);
    comparison.one_job = are_one_job(traces, comparison.jobs);
    comparison.sentences.insert(
        comparison.one_job ? comparison.sentences.end() : comparison.sentences.begin(), headline);
    std::erase(comparison.sentences, "");
    return comparison;
}

TraceComparison compare_on_one_clock(const ImportedTraces& traces, NameRule rule) {
    std::vector<TraceStart> starts;
    for (const auto& trace : traces) starts.push_back(start_of(*trace));
    TraceClock clock = common_clock(starts);
    const bool far_apart = std::any_of(clock.begin_ns.begin(), clock.begin_ns.end(),
                                       [](int64_t begin_ns) { return begin_ns > kDayNs; });
    if (far_apart) {
        std::fill(clock.begin_ns.begin(), clock.begin_ns.end(), 0);
        clock.source = "none: the files lie more than a day apart, and begin together here";
    }
    TraceComparison comparison = compare_traces(traces, clock.begin_ns, rule);
    comparison.clock_source = clock.source;
    if (traces.size() > 1) comparison.sentences.push_back("Common clock: " + clock.source + ".");
    return comparison;
}

}  // namespace ringscope
