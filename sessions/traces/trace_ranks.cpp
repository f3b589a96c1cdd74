#include "sessions/traces/trace_ranks.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <string_view>

namespace ringscope {

namespace {

std::string lower_case(const std::string& text) {
    std::string lower = text;
    for (char& letter : lower) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    return lower;
}

template <size_t N>
bool has_any(const std::string& text, const std::array<std::string_view, N>& words) {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

template <size_t N>
bool is_any(const std::string& text, const std::array<std::string_view, N>& words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

/// Anywhere in a name, without regard to case. "broadcast" alone is not among them: tensors are broadcast too.
constexpr std::array<std::string_view, 21> kCommunicationWords{
    "nccl",       "rccl",          "hccl",           "hcom",
    "gloo:",      "c10d::",        "sendrecv",       "allreduce",
    "all_reduce", "all-reduce",    "allgather",      "all_gather",
    "all-gather", "reducescatter", "reduce_scatter", "reduce-scatter",
    "alltoall",   "all_to_all",    "all-to-all",     "record_param_comms",
    "mpi_"};
constexpr std::array<std::string_view, 4> kCommunicationCategories{"send", "receive", "collective",
                                                                   "communication"};
constexpr std::array<std::string_view, 5> kBackends{"gloo:", "nccl:", "mpi:", "ucc:", "xccl:"};
constexpr std::array<std::string_view, 8> kWaitingWords{
    "devicesynchronize", "streamsynchronize", "eventsynchronize", "streamwaitevent",
    "ctxsynchronize",    "work::wait",        "mpi_wait",         "mpi_barrier"};
constexpr std::array<std::string_view, 9> kEnclosingCategories{"user_annotation",
                                                               "gpu_user_annotation",
                                                               "python_function",
                                                               "trace",
                                                               "overhead",
                                                               "step",
                                                               "python",
                                                               "function",
                                                               "ac2g"};
constexpr std::array<std::string_view, 7> kDeviceCategories{
    "kernel", "gpu_memcpy", "gpu_memset", "memcpy", "memset", "gpu_op", "concurrent_kernel"};

/// Digits after an optional sign: the number, and where it ends; none when there are none.
std::optional<int64_t> number_at(std::string_view text) {
    while (!text.empty() && std::string_view(" #_:-").find(text.front()) != std::string_view::npos)
        text.remove_prefix(1);
    int64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc() || number < 0) return std::nullopt;
    if (end != text.data() + text.size() && std::isalnum(static_cast<unsigned char>(*end)) != 0)
        return std::nullopt;
    return number;
}

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

bool names_a_step(const std::string& name) {
    const std::string lower = lower_case(name);
    for (size_t at = lower.find("step"); at != std::string::npos; at = lower.find("step", at + 1))
        if (number_at(std::string_view(lower).substr(at + 4))) return true;
    return false;
}

bool is_of_device(const std::string& category) { return is_any(lower_case(category), kDeviceCategories); }

bool is_backend_call(const std::string& name) {
    const std::string lower = lower_case(name);
    return std::any_of(kBackends.begin(), kBackends.end(),
                       [&](std::string_view backend) { return lower.starts_with(backend); });
}

SliceRole slice_role(const std::string& name, const std::string& category) {
    const std::string lower_category = lower_case(category);
    if (lower_category == "wait") return SliceRole::waiting;
    const std::string lower = lower_case(name);
    // What torch.profiler says of Gloo and NCCL on the threads that really do it: "gloo:all_reduce".
    if (lower_category == "user_annotation" && is_backend_call(name)) return SliceRole::communication;
    if (is_any(lower_category, kEnclosingCategories)) return SliceRole::enclosing;
    if (has_any(lower, kWaitingWords)) return SliceRole::waiting;
    if (is_any(lower_category, kCommunicationCategories) || has_any(lower, kCommunicationWords))
        return SliceRole::communication;
    return names_a_step(name) && lower.starts_with("profilerstep") ? SliceRole::enclosing : SliceRole::work;
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
