#include "sessions/traces/trace_ranks.h"

#include <algorithm>
#include <string_view>

#include "sessions/plain_text.h"
#include "sessions/traces/numbered_word.h"

namespace ringscope {

namespace {

/// Each process named after a rank, with its lanes; nothing unless two ranks or more are named.
std::vector<TraceRank> ranks_of_processes(const ImportedTrace& trace) {
    std::vector<TraceRank> ranks;
    for (size_t lane = 0; lane < trace.lanes.size(); ++lane) {
        const auto process = static_cast<size_t>(trace.lanes[lane].process);
        const auto number = rank_in_name(trace.processes[process].name);
        if (!number) continue;
        auto at = std::find_if(ranks.begin(), ranks.end(),
                               [&](const TraceRank& rank) { return rank.rank == *number; });
        if (at == ranks.end()) at = ranks.insert(ranks.end(), {*number, 0, {}, 0});
        at->lanes.push_back(static_cast<int>(lane));
    }
    return ranks;
}

std::vector<TraceRank> ranks_of(const ImportedTrace& trace) {
    std::vector<TraceRank> ranks = ranks_of_processes(trace);
    if (ranks.size() > 1) return ranks;
    const auto rank = trace.rank      ? trace.rank
                      : ranks.empty() ? std::optional<int64_t>()
                                      : std::optional(ranks.front().rank);
    if (!rank) return {};
    TraceRank whole{*rank, 0, {}, 0};
    for (size_t lane = 0; lane < trace.lanes.size(); ++lane) whole.lanes.push_back(static_cast<int>(lane));
    return {whole};
}

struct NamedJob {
    std::string name;
    TraceJob job;
};

bool has_any_of(const TraceJob& job, const std::vector<TraceRank>& ranks) {
    return std::any_of(ranks.begin(), ranks.end(), [&](const TraceRank& rank) {
        return std::any_of(job.ranks.begin(), job.ranks.end(),
                           [&](const TraceRank& known) { return known.rank == rank.rank; });
    });
}

}  // namespace

std::optional<int64_t> rank_in_name(const std::string& name) {
    const std::string lower = lower_case(name);
    if (!lower.starts_with("rank") || lower.size() < 5) return std::nullopt;
    return number_at(std::string_view(lower).substr(4));
}

std::vector<TraceJob> trace_jobs(const ImportedTraces& traces, std::span<const int64_t> offset_ns) {
    std::vector<NamedJob> jobs;
    for (size_t i = 0; i < traces.size(); ++i) {
        std::vector<TraceRank> ranks = ranks_of(*traces[i]);
        if (ranks.empty()) continue;
        for (TraceRank& rank : ranks) {
            rank.trace = i;
            rank.offset_ns = i < offset_ns.size() ? offset_ns[i] : 0;
        }
        // The newest job of the name that has none of these ranks yet.
        auto at = std::find_if(jobs.rbegin(), jobs.rend(),
                               [&](const NamedJob& job) { return job.name == traces[i]->job; });
        if (at == jobs.rend() || has_any_of(at->job, ranks)) {
            jobs.push_back({traces[i]->job, {}});
            at = jobs.rbegin();
        }
        at->job.ranks.insert(at->job.ranks.end(), ranks.begin(), ranks.end());
    }
    std::vector<TraceJob> found;
    for (NamedJob& job : jobs) {
        std::sort(job.job.ranks.begin(), job.job.ranks.end(),
                  [](const TraceRank& a, const TraceRank& b) { return a.rank < b.rank; });
        found.push_back(std::move(job.job));
    }
    return found;
}

}  // namespace ringscope
