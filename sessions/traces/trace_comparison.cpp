#include "sessions/traces/trace_comparison.h"

#include <algorithm>

#include "engine/base/number_text.h"

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
           "do "
           "not belong together.";
}

}  // namespace

std::vector<int64_t> stated_offsets(const ImportedTraces& traces) {
    std::vector<int64_t> starts;
    const bool based = std::all_of(traces.begin(), traces.end(),
                                   [](const auto& trace) { return trace->base_time_ns.has_value(); });
    for (const auto& trace : traces) {
        int64_t start = trace->first_event_ns;
        if (based && __builtin_add_overflow(start, trace->base_time_ns.value_or(0), &start))
            return std::vector<int64_t>(traces.size());
        starts.push_back(start);
    }
    if (starts.empty()) return {};
    const int64_t first = *std::min_element(starts.begin(), starts.end());
    for (int64_t& start : starts)
        if (__builtin_sub_overflow(start, first, &start) || start > kDayNs)
            return std::vector<int64_t>(traces.size());
    return starts;
}

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

}  // namespace ringscope
