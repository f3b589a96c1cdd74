#include "sessions/traces/trace_matches.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "sessions/traces/slice_role.h"

namespace ringscope {

namespace {

/// A slice of a rank that may have counterparts on others.
struct Candidate {
    size_t rank = 0;  // into the job's ranks
    int64_t begin_ns = 0;
    int64_t end_ns = 0;
};

/// How well a communication tells when it really took place; of a job only the best kind is matched, because the
/// others are the calls that lead to it.
enum class Evidence { call, backend_call, device };

/// What is matched: name and process group.
using Key = std::pair<std::string, std::string>;
using ByRank = std::vector<std::vector<Candidate>>;  // per rank of the job, by begin

std::string argument_of(const ImportedTrace& trace, const ImportedSlice& slice, const std::string& key) {
    for (uint32_t i = 0; i < slice.arguments; ++i) {
        const ImportedArgument& argument = trace.arguments[slice.first_argument + i];
        if (trace.text(argument.key) != key) continue;
        return argument.text >= 0 ? trace.text(argument.text)
                                  : std::to_string(static_cast<int64_t>(argument.number));
    }
    return "";
}

/// As torch.profiler says it; "" where nothing does.
std::string process_group(const ImportedTrace& trace, const ImportedSlice& slice) {
    const std::string ranks = argument_of(trace, slice, "Process Group Ranks");
    return ranks.empty() ? argument_of(trace, slice, "Process Group Name") : ranks;
}

/// Of a send or receive of this program: the same on both ranks.
std::string transfer_number(const ImportedTrace& trace, const ImportedSlice& slice) {
    return argument_of(trace, slice, "transfer");
}

class Matcher {
  public:
    Matcher(const ImportedTraces& traces, const TraceJob& job) : traces_(traces), job_(job) {}

    TraceMatches match() {
        for (size_t rank = 0; rank < job_.ranks.size(); ++rank) collect(rank);
        found_.unmatched.resize(job_.ranks.size());
        match_flows();
        match_transfers();
        // The best evidence that any rank has.
        size_t best = communications_.size() - 1;
        while (best > 0 && communications_[best].empty()) --best;
        match_by_number(communications_[best], MatchKind::collective);
        match_by_number(annotated_steps_.empty() ? steps_ : annotated_steps_, MatchKind::step);
        std::stable_sort(
            found_.matches.begin(), found_.matches.end(),
            [](const TraceMatch& a, const TraceMatch& b) { return first_begin(a) < first_begin(b); });
        return std::move(found_);
    }

  private:
    static int64_t first_begin(const TraceMatch& match) {
        int64_t first = INT64_MAX;
        for (const TraceMatch::Part& part : match.parts) first = std::min(first, part.begin_ns);
        return first;
    }

    const ImportedTrace& trace_of(size_t rank) const { return *traces_[job_.ranks[rank].trace]; }

    void collect(size_t rank) {
        const ImportedTrace& trace = trace_of(rank);
        std::map<std::pair<int32_t, int32_t>, Kind> kinds;
        for (const int lane : job_.ranks[rank].lanes) {
            int64_t inside_communication_ns = INT64_MIN, inside_step_ns = INT64_MIN;
            for (const ImportedSlice& slice : trace.lanes[static_cast<size_t>(lane)].slices) {
                const auto [at, is_new] = kinds.try_emplace({slice.name, slice.category});
                if (is_new) at->second = kind_of(trace.text(slice.name), trace.text(slice.category));
                const Kind& kind = at->second;
                if (kind.role == SliceRole::communication)
                    add_communication(rank, slice, kind, inside_communication_ns);
                else if (kind.step && slice.begin_ns >= inside_step_ns && slice.end_ns > slice.begin_ns)
                    add_step(rank, slice, kind, inside_step_ns);
            }
        }
        const auto by_begin = [&](std::map<Key, ByRank>& all) {
            for (auto& [key, ranks] : all)
                std::stable_sort(ranks[rank].begin(), ranks[rank].end(), [](const auto& a, const auto& b) {
                    return std::tie(a.begin_ns, a.end_ns) < std::tie(b.begin_ns, b.end_ns);
                });
        };
        for (auto& level : communications_) by_begin(level);
        by_begin(steps_);
        by_begin(annotated_steps_);
    }

    struct Kind {
        SliceRole role = SliceRole::work;
        Evidence evidence = Evidence::call;
        bool step = false;
        bool pair = false;  // this program's send or receive
        bool sends = false;
    };

    static Kind kind_of(const std::string& name, const std::string& category) {
        Kind kind;
        kind.role = slice_role(name, category);
        kind.evidence = is_of_device(category)  ? Evidence::device
                        : is_backend_call(name) ? Evidence::backend_call
                                                : Evidence::call;
        kind.step = kind.role != SliceRole::waiting && names_a_step(name);
        kind.sends = category == "send";
        kind.pair = kind.sends || category == "receive";
        return kind;
    }

    Candidate candidate(size_t rank, const ImportedSlice& slice) const {
        const int64_t offset = job_.ranks[rank].offset_ns;
        return {rank, slice.begin_ns + offset, slice.end_ns + offset};
    }

    void add(std::map<Key, ByRank>& all, Key key, size_t rank, const ImportedSlice& slice) {
        ByRank& ranks = all[std::move(key)];
        ranks.resize(job_.ranks.size());
        ranks[rank].push_back(candidate(rank, slice));
    }

    /// The outermost of calls inside each other: they are one communication.
    void add_communication(size_t rank, const ImportedSlice& slice, const Kind& kind, int64_t& inside_ns) {
        const ImportedTrace& trace = trace_of(rank);
        const std::string transfer = transfer_number(trace, slice);
        if (!transfer.empty()) {
            const bool sends = kind.sends || argument_of(trace, slice, "direction") == "send";
            (sends ? sends_ : receives_)[transfer] = {candidate(rank, slice), trace.text(slice.name)};
            return;
        }
        if (kind.pair || slice.begin_ns < inside_ns) return;
        inside_ns = slice.end_ns;
        add(communications_[static_cast<size_t>(kind.evidence)],
            {trace.text(slice.name), process_group(trace, slice)}, rank, slice);
    }

    void add_step(size_t rank, const ImportedSlice& slice, const Kind& kind, int64_t& inside_ns) {
        inside_ns = slice.end_ns;
        add(kind.role == SliceRole::enclosing ? annotated_steps_ : steps_,
            {trace_of(rank).text(slice.name), ""}, rank, slice);
    }

    void match_by_number(const std::map<Key, ByRank>& all, MatchKind kind) {
        for (const auto& [key, ranks] : all) {
            size_t fewest = SIZE_MAX, have_any = 0;
            for (const auto& of_rank : ranks) {
                if (of_rank.empty()) continue;
                fewest = std::min(fewest, of_rank.size());
                ++have_any;
            }
            if (have_any < 2) fewest = 0;
            for (size_t k = 0; k < fewest; ++k) {
                TraceMatch match;
                match.kind = kind;
                match.name = key.first;
                match.number = static_cast<int64_t>(k);
                for (const auto& of_rank : ranks)
                    if (!of_rank.empty()) add_part(match, of_rank[k]);
                finish(std::move(match));
            }
            if (kind == MatchKind::step) continue;
            for (size_t rank = 0; rank < ranks.size(); ++rank)
                if (ranks[rank].size() > fewest)
                    found_.unmatched[rank] += static_cast<int64_t>(ranks[rank].size() - fewest);
        }
    }

    void add_part(TraceMatch& match, const Candidate& candidate) const {
        match.parts.push_back({job_.ranks[candidate.rank].rank, candidate.begin_ns, candidate.end_ns, 0, 0});
    }

    void match_transfers() {
        for (const auto& [number, send] : sends_) {
            const auto receive = receives_.find(number);
            if (receive == receives_.end())
                ++found_.unmatched[send.first.rank];
            else
                add_pair(send.first, receive->second.first, send.second);
        }
        for (const auto& [number, receive] : receives_)
            if (sends_.find(number) == sends_.end()) ++found_.unmatched[receive.first.rank];
    }

    void add_pair(const Candidate& send, const Candidate& receive, const std::string& name) {
        TraceMatch match;
        match.kind = MatchKind::pair;
        match.name = name;
        match.number = pairs_[name]++;
        add_part(match, send);
        add_part(match, receive);
        finish(std::move(match));
    }

    /// The deepest slice of the lane that runs at that time.
    static const ImportedSlice* slice_at(const ImportedLane& lane, int64_t time_ns) {
        const ImportedSlice* found = nullptr;
        auto next =
            std::upper_bound(lane.slices.begin(), lane.slices.end(), time_ns,
                             [](int64_t time, const ImportedSlice& slice) { return time < slice.begin_ns; });
        constexpr int kMostLookedAt = 64;
        for (int i = 0; i < kMostLookedAt && !found && next != lane.slices.begin(); ++i)
            if ((--next)->end_ns >= time_ns) found = &*next;
        return found;
    }

    /// Arrows of a trace that holds several ranks, from one to another; those with a number are matched by it.
    void match_flows() {
        std::map<std::pair<size_t, int>, size_t> rank_of_lane;
        for (size_t rank = 0; rank < job_.ranks.size(); ++rank)
            for (const int lane : job_.ranks[rank].lanes) rank_of_lane[{job_.ranks[rank].trace, lane}] = rank;
        std::vector<size_t> traces;
        for (const TraceRank& rank : job_.ranks) traces.push_back(rank.trace);
        std::sort(traces.begin(), traces.end());
        traces.erase(std::unique(traces.begin(), traces.end()), traces.end());
        for (const size_t index : traces) {
            const ImportedTrace& trace = *traces_[index];
            for (const ImportedFlow& flow : trace.flows) {
                const auto from = rank_of_lane.find({index, flow.from_lane});
                const auto to = rank_of_lane.find({index, flow.to_lane});
                if (from == rank_of_lane.end() || to == rank_of_lane.end() || from->second == to->second)
                    continue;
                const ImportedSlice* send =
                    slice_at(trace.lanes[static_cast<size_t>(flow.from_lane)], flow.from_ns);
                const ImportedSlice* receive =
                    slice_at(trace.lanes[static_cast<size_t>(flow.to_lane)], flow.to_ns);
                if (!send || !receive || !transfer_number(trace, *send).empty()) continue;
                add_pair(candidate(from->second, *send), candidate(to->second, *receive),
                         trace.text(send->name));
            }
        }
    }

    /// Skew and transfer of each part and of all, and who was last.
    void finish(TraceMatch match) {
        const bool step = match.kind == MatchKind::step;
        std::vector<std::pair<int64_t, int>> order;  // what makes a rank the last
        int64_t first_begin_ns = INT64_MAX, last_begin_ns = INT64_MIN, first_end_ns = INT64_MAX,
                last_end_ns = INT64_MIN;
        for (size_t i = 0; i < match.parts.size(); ++i) {
            const TraceMatch::Part& part = match.parts[i];
            order.emplace_back(step ? part.end_ns : part.begin_ns, static_cast<int>(i));
            first_begin_ns = std::min(first_begin_ns, part.begin_ns);
            last_begin_ns = std::max(last_begin_ns, part.begin_ns);
            first_end_ns = std::min(first_end_ns, part.end_ns);
            last_end_ns = std::max(last_end_ns, part.end_ns);
        }
        match.skew_ns = last_begin_ns - first_begin_ns;
        match.transfer_ns = std::max<int64_t>(last_end_ns - last_begin_ns, 0);
        match.contradicts_clocks = match.kind == MatchKind::pair
                                       ? match.parts[1].end_ns < match.parts[0].begin_ns
                                       : !step && first_end_ns < last_begin_ns;
        for (TraceMatch::Part& part : match.parts) {
            part.skew_ns = std::min(last_begin_ns, part.end_ns) - part.begin_ns;
            part.transfer_ns = part.end_ns - part.begin_ns - part.skew_ns;
        }
        std::sort(order.begin(), order.end());
        match.late_ns = order.back().first - order[order.size() - 2].first;
        match.last = match.late_ns > 0 ? order.back().second : -1;
        found_.matches.push_back(std::move(match));
    }

    const ImportedTraces& traces_;
    const TraceJob& job_;
    std::array<std::map<Key, ByRank>, 3> communications_;  // by Evidence
    std::map<Key, ByRank> steps_;
    std::map<Key, ByRank> annotated_steps_;
    std::map<std::string, std::pair<Candidate, std::string>> sends_,
        receives_;                          // by transfer number: and its name
    std::map<std::string, int64_t> pairs_;  // of each name so far
    TraceMatches found_;
};

}  // namespace

const char* name_of(MatchKind kind) {
    switch (kind) {
        case MatchKind::collective:
            return "collective";
        case MatchKind::pair:
            return "pair";
        case MatchKind::step:
            return "step";
    }
    return "";
}

TraceMatches match_ranks(const ImportedTraces& traces, const TraceJob& job) {
    return Matcher(traces, job).match();
}

}  // namespace ringscope
