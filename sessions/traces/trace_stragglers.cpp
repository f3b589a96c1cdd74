#include "sessions/traces/trace_stragglers.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "engine/base/number_text.h"
#include "sessions/traces/own_time.h"
#include "sessions/traces/slice_role.h"

namespace ringscope {

namespace {

/// Moments from begin to end, which may overlap until they are joined.
using Moments = std::vector<std::pair<int64_t, int64_t>>;

void join(Moments& moments) {
    std::sort(moments.begin(), moments.end());
    size_t kept = 0;
    for (const auto& moment : moments) {
        if (kept > 0 && moment.first <= moments[kept - 1].second)
            moments[kept - 1].second = std::max(moments[kept - 1].second, moment.second);
        else
            moments[kept++] = moment;
    }
    moments.resize(kept);
}

int64_t length_of(const Moments& joined) {
    int64_t sum = 0;
    for (const auto& moment : joined) sum += moment.second - moment.first;
    return sum;
}

int64_t length_in_both(const Moments& a, const Moments& b) {
    int64_t sum = 0;
    for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        sum += std::max<int64_t>(std::min(a[i].second, b[j].second) - std::max(a[i].first, b[j].first), 0);
        if (a[i].second < b[j].second)
            ++i;
        else
            ++j;
    }
    return sum;
}

struct NameKind {
    SliceRole role = SliceRole::work;
    bool device = false;
};

/// What each name of a trace is, looked up once.
class NameKinds {
  public:
    explicit NameKinds(const ImportedTrace& trace) : trace_(trace) {}
    const NameKind& of(const ImportedSlice& slice) {
        const auto [at, is_new] = known_.try_emplace({slice.name, slice.category});
        if (is_new)
            at->second = {slice_role(trace_.text(slice.name), trace_.text(slice.category)),
                          is_of_device(trace_.text(slice.category))};
        return at->second;
    }

  private:
    const ImportedTrace& trace_;
    std::map<std::pair<int32_t, int32_t>, NameKind> known_;
};

/// A rank's work, communication and waiting, each as moments of all its lanes.
struct RankMoments {
    Moments work, device_work, communication, device_communication, waiting;
};

void add_lane(const ImportedLane& lane, NameKinds& kinds, RankMoments& moments) {
    visit_own_time(lane, [&](size_t slice, int64_t begin, int64_t end, const std::vector<size_t>& stack) {
        NameKind kind = kinds.of(lane.slices[slice]);
        // What runs inside a communication or a wait belongs to it.
        for (size_t i = stack.size(); i-- > 0;) {
            if (kind.role == SliceRole::communication || kind.role == SliceRole::waiting) break;
            const ImportedSlice& around = lane.slices[stack[i]];
            const NameKind& outer = kinds.of(around);
            if (around.end_ns >= end &&
                (outer.role == SliceRole::communication || outer.role == SliceRole::waiting))
                kind.role = outer.role;
        }
        switch (kind.role) {
            case SliceRole::work:
                (kind.device ? moments.device_work : moments.work).emplace_back(begin, end);
                break;
            case SliceRole::communication:
                (kind.device ? moments.device_communication : moments.communication).emplace_back(begin, end);
                break;
            case SliceRole::waiting:
                moments.waiting.emplace_back(begin, end);
                break;
            case SliceRole::enclosing:
                break;
        }
    });
}

RankTimes times_of(const ImportedTrace& trace, const TraceRank& rank) {
    RankTimes times;
    times.rank = rank.rank;
    times.trace = rank.trace;
    times.begin_ns = INT64_MAX;
    times.end_ns = INT64_MIN;
    NameKinds kinds(trace);
    RankMoments moments;
    for (const int index : rank.lanes) {
        const ImportedLane& lane = trace.lanes[static_cast<size_t>(index)];
        add_lane(lane, kinds, moments);
        for (const ImportedSlice& slice : lane.slices) {
            times.begin_ns = std::min(times.begin_ns, slice.begin_ns + rank.offset_ns);
            times.end_ns = std::max(times.end_ns, slice.end_ns + rank.offset_ns);
        }
    }
    if (times.begin_ns > times.end_ns) times.begin_ns = times.end_ns = 0;
    const bool has_device = !moments.device_work.empty() || !moments.device_communication.empty();
    Moments& work = has_device ? moments.device_work : moments.work;
    Moments& communication =
        moments.device_communication.empty() ? moments.communication : moments.device_communication;
    join(work);
    join(communication);
    join(moments.waiting);
    times.busy_ns = length_of(work);
    times.communication_ns = length_of(communication);
    times.exposed_ns = times.communication_ns - length_in_both(work, communication);
    times.waiting_ns = length_of(moments.waiting);
    return times;
}

void add_match(const TraceMatch& match, JobStragglers& job) {
    const auto rank_of = [&](const TraceMatch::Part& part) -> RankTimes& {
        return *std::lower_bound(job.ranks.begin(), job.ranks.end(), part.rank,
                                 [](const RankTimes& times, int64_t rank) { return times.rank < rank; });
    };
    job.contradictions += match.contradicts_clocks ? 1 : 0;
    const bool step = match.kind == MatchKind::step;
    int64_t waited_ns = 0;  // by those that were not last
    for (size_t i = 0; i < match.parts.size(); ++i) {
        const TraceMatch::Part& part = match.parts[i];
        RankTimes& times = rank_of(part);
        if (step) {
            ++times.steps;
            continue;
        }
        ++times.matched;
        times.skew_ns += part.skew_ns;
        times.transfer_ns += part.transfer_ns;
        if (static_cast<int>(i) != match.last) waited_ns += part.skew_ns;
    }
    if (match.last < 0) return;
    RankTimes& last = rank_of(match.parts[static_cast<size_t>(match.last)]);
    if (step) {
        ++last.last_to_end;
        return;
    }
    ++last.last_to_begin;
    last.cost_ns += waited_ns;
    last.late_ns += match.late_ns;
}

std::vector<MatchTotals> totals_of(const std::vector<TraceMatch>& matches) {
    struct Sums {
        MatchTotals totals;
        std::map<int64_t, int64_t> times_last;  // by rank
    };
    std::map<std::pair<MatchKind, std::string>, Sums> by_name;
    for (const TraceMatch& match : matches) {
        Sums& sums = by_name[{match.kind, match.name}];
        sums.totals.kind = match.kind;
        sums.totals.name = match.name;
        ++sums.totals.matches;
        sums.totals.skew_ns += match.skew_ns;
        sums.totals.transfer_ns += match.transfer_ns;
        sums.totals.most_skew_ns = std::max(sums.totals.most_skew_ns, match.skew_ns);
        if (match.last >= 0) ++sums.times_last[match.parts[static_cast<size_t>(match.last)].rank];
    }
    std::vector<MatchTotals> all;
    for (auto& [key, sums] : by_name) {
        for (const auto& [rank, times] : sums.times_last) {
            if (times <= sums.totals.times_last) continue;
            sums.totals.last_rank = rank;
            sums.totals.times_last = times;
        }
        all.push_back(std::move(sums.totals));
    }
    std::stable_sort(all.begin(), all.end(), [](const MatchTotals& a, const MatchTotals& b) {
        const bool a_step = a.kind == MatchKind::step, b_step = b.kind == MatchKind::step;
        return a_step != b_step ? b_step : a.skew_ns > b.skew_ns;
    });
    return all;
}

std::string counted(int64_t count, const char* what) {
    return count_text(count) + " " + what + (count == 1 ? "" : "s");
}

std::string share_text(int64_t part, int64_t whole) {
    return percent_text(static_cast<double>(part) / static_cast<double>(std::max<int64_t>(whole, 1)));
}

}  // namespace

std::vector<JobStragglers> trace_stragglers(const ImportedTraces& traces,
                                            std::span<const int64_t> offset_ns) {
    std::vector<JobStragglers> all;
    for (const TraceJob& job : trace_jobs(traces, offset_ns)) {
        if (job.ranks.size() < 2) continue;
        JobStragglers found;
        for (const TraceRank& rank : job.ranks) found.ranks.push_back(times_of(*traces[rank.trace], rank));
        TraceMatches matches = match_ranks(traces, job);
        for (size_t rank = 0; rank < found.ranks.size(); ++rank)
            found.ranks[rank].unmatched = matches.unmatched[rank];
        for (const TraceMatch& match : matches.matches) add_match(match, found);
        found.matches = std::move(matches.matches);
        found.names = totals_of(found.matches);
        all.push_back(std::move(found));
    }
    return all;
}

std::string stragglers_headline(const JobStragglers& job) {
    if (job.ranks.empty()) return "";
    const RankTimes& costly =
        *std::max_element(job.ranks.begin(), job.ranks.end(),
                          [](const RankTimes& a, const RankTimes& b) { return a.cost_ns < b.cost_ns; });
    if (costly.cost_ns > 0)
        return "Rank " + std::to_string(costly.rank) + " was last in " +
               share_text(costly.last_to_begin, costly.matched) + " of its " +
               counted(costly.matched, "communication") + " and cost the other ranks " +
               nanoseconds_text(costly.cost_ns) + " together.";
    const RankTimes& late = *std::max_element(
        job.ranks.begin(), job.ranks.end(),
        [](const RankTimes& a, const RankTimes& b) { return a.last_to_end < b.last_to_end; });
    if (late.last_to_end > 0)
        return "Rank " + std::to_string(late.rank) + " was the last to end " +
               share_text(late.last_to_end, late.steps) + " of its " + counted(late.steps, "step") + ".";
    return "";
}

}  // namespace ringscope
