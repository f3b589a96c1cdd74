#include "engine/analysis/ring_moment.h"

#include <algorithm>
#include <tuple>

#include "engine/base/number_text.h"

namespace ringscope {

namespace {

/// More transfers than this are searched near the moment's step alone.
constexpr size_t kFewTransfers = 20000;

/// Indices [first, last) of the transfers used in steps begin .. end - 1.
std::pair<int, int> transfers_of_steps(const Schedule& schedule, int begin, int end) {
    const auto before = [](const Transfer& transfer, int step) { return transfer.step < step; };
    const auto& all = schedule.transfers;
    const auto first = std::lower_bound(all.begin(), all.end(), begin, before) - all.begin();
    const auto last = std::lower_bound(all.begin(), all.end(), end, before) - all.begin();
    return {static_cast<int>(first), static_cast<int>(last)};
}

std::vector<int> owners_in_step(const Schedule& schedule, int rank, int step) {
    std::vector<int> owners;
    const auto& steps = schedule.rank_plans[rank].steps;
    if (step < 0 || step >= static_cast<int>(steps.size())) return owners;
    for (const Work& work : steps[step].work) owners.push_back(work.owner);
    std::sort(owners.begin(), owners.end());
    owners.erase(std::unique(owners.begin(), owners.end()), owners.end());
    return owners;
}

RingMoment empty_moment(const Schedule& schedule, int step) {
    RingMoment moment;
    moment.schedule = &schedule;
    moment.step = step;
    moment.ranks.resize(static_cast<size_t>(schedule.ranks));
    return moment;
}

/// What a rank does at the time, from its spans.
RankMoment rank_moment(const Run& run, const TraceIndex& index, int rank, double time_ns) {
    RankMoment now;
    const int working = index.span_at(rank, Lane::compute, time_ns);
    const int waiting = working < 0 ? index.span_at(rank, Lane::wait, time_ns) : -1;
    now.span = working >= 0 ? working : waiting;
    if (now.span < 0) return now;
    const Span& span = run.trace.spans[static_cast<size_t>(now.span)];
    if (waiting >= 0) {
        now.doing = Doing::waiting;
        now.cause = span.cause;
        now.waits_for = span.peer;
        return now;
    }
    now.doing = span.kind == SpanKind::pack    ? Doing::packing
                : span.kind == SpanKind::merge ? Doing::merging
                                               : Doing::computing;
    if (now.doing == Doing::packing) return now;
    now.owners =
        span.owner >= 0 ? std::vector<int>{span.owner} : owners_in_step(*run.schedule, rank, span.step);
    return now;
}

void add_travelling(RingMoment& moment, const Trace& trace, double time_ns) {
    std::pair<int, int> range{0, static_cast<int>(trace.transfers.size())};
    if (trace.transfers.size() > kFewTransfers) {
        range = transfers_of_steps(*moment.schedule, moment.step - 1, moment.step + 3);
    }
    const int known = std::min(static_cast<int>(trace.transfers.size()),
                               static_cast<int>(moment.schedule->transfers.size()));
    for (int i = range.first; i < std::min(range.second, known); ++i) {
        const TransferTimes& times = trace.transfers[static_cast<size_t>(i)];
        const auto begin = static_cast<double>(times.begin_ns), done = static_cast<double>(times.done_ns);
        if (times.begin_ns < 0 || begin > time_ns) continue;
        if (times.done_ns >= 0 && done < time_ns) continue;
        // A transfer that never ended stands still half way.
        const double way = times.done_ns < 0 ? 0.5 : done > begin ? (time_ns - begin) / (done - begin) : 1;
        moment.travelling.push_back({i, std::clamp(way, 0.0, 1.0)});
    }
}

std::string chunk_list(const std::vector<int>& owners) {
    std::string text = owners.size() == 1 ? "chunk " : "chunks ";
    for (size_t i = 0; i < owners.size(); ++i) {
        if (i == 4) return text + ", ... (" + std::to_string(owners.size()) + ")";
        text += (i ? ", " : "") + std::to_string(owners[i]);
    }
    return text;
}

}  // namespace

RingMoment whole_step_moment(const Schedule& schedule, int step) {
    RingMoment moment = empty_moment(schedule, step);
    moment.whole_step = true;
    const bool gathers = schedule.strategy == Strategy::all_gather;
    const int used_in = gathers ? step : step + 1;
    const auto [first, last] = transfers_of_steps(schedule, used_in, used_in + 1);
    for (int i = first; i < last; ++i) moment.travelling.push_back({i, 0.5});
    for (int rank = 0; rank < schedule.ranks; ++rank) {
        RankMoment& now = moment.ranks[rank];
        now.owners = owners_in_step(schedule, rank, step);
        now.doing = now.owners.empty() ? Doing::idle : Doing::computing;
    }
    return moment;
}

RingMoment planned_moment(const Schedule& schedule, int step, double fraction) {
    RingMoment moment = empty_moment(schedule, step);
    const bool gathers = schedule.strategy == Strategy::all_gather;
    const bool overlap = schedule.experiment.ring.overlap && !gathers;
    const int used_in = gathers ? step : step + 1;
    const auto [first, last] = transfers_of_steps(schedule, used_in, used_in + 1);
    // Without overlap a step is half compute and half transfer; a gather comes first, a ring's exchange last.
    const bool halves = !overlap && first < last;
    const bool sends = !halves || (fraction < 0.5) == gathers;
    const bool computes = !halves || !sends;
    const double way = !halves ? fraction : (gathers ? fraction : fraction - 0.5) * 2;
    for (int i = first; sends && i < last; ++i) moment.travelling.push_back({i, std::clamp(way, 0.0, 1.0)});
    for (int rank = 0; rank < schedule.ranks; ++rank) {
        RankMoment& now = moment.ranks[rank];
        now.owners = owners_in_step(schedule, rank, step);
        if (computes && !now.owners.empty()) {
            now.doing = Doing::computing;
            continue;
        }
        now.owners.clear();
    }
    for (const TravellingChunk& chunk : moment.travelling) {
        RankMoment& now = moment.ranks[schedule.transfers[chunk.transfer].to];
        if (now.doing == Doing::computing) continue;
        now.doing = Doing::waiting;
        now.cause = WaitCause::link;
        now.waits_for = schedule.transfers[chunk.transfer].from;
    }
    return moment;
}

RingMoment measured_moment(const Run& run, const TraceIndex& index, int step, double time_ns) {
    RingMoment moment = empty_moment(*run.schedule, step);
    moment.measured = true;
    const int ranks = std::min(run.schedule->ranks, index.ranks());
    for (int rank = 0; rank < ranks; ++rank)
        moment.ranks[static_cast<size_t>(rank)] = rank_moment(run, index, rank, time_ns);
    add_travelling(moment, run.trace, time_ns);
    return moment;
}

std::vector<int> owners_of(const Schedule& schedule, int transfer) {
    std::vector<int> owners;
    const Transfer& t = schedule.transfers[transfer];
    const auto& pieces = schedule.rank_plans[t.to].steps[t.step].pieces;
    for (const PieceCopy& copy : t.copies) owners.push_back(pieces[copy.target_piece].owner);
    std::sort(owners.begin(), owners.end());
    owners.erase(std::unique(owners.begin(), owners.end()), owners.end());
    return owners;
}

std::vector<int> way_of(const Schedule& schedule, int owner) {
    std::vector<int> way;
    for (int i = 0; i < static_cast<int>(schedule.transfers.size()); ++i) {
        const Transfer& t = schedule.transfers[i];
        const auto& pieces = schedule.rank_plans[t.to].steps[t.step].pieces;
        const bool carries = std::any_of(t.copies.begin(), t.copies.end(), [&](const PieceCopy& copy) {
            return pieces[copy.target_piece].owner == owner;
        });
        if (carries) way.push_back(i);
    }
    return way;
}

std::vector<RingEdge> edges_of_group(const Schedule& schedule, int group) {
    std::vector<bool> of_group(schedule.streams.size());
    for (size_t s = 0; s < schedule.streams.size(); ++s) {
        for (const int pattern : schedule.streams[s].patterns) {
            if (schedule.problem.patterns[pattern].group == group) of_group[s] = true;
        }
    }
    std::vector<RingEdge> edges;
    for (const Transfer& t : schedule.transfers) {
        const auto& pieces = schedule.rank_plans[t.to].steps[t.step].pieces;
        const bool carries = std::any_of(t.copies.begin(), t.copies.end(), [&](const PieceCopy& copy) {
            return of_group[pieces[copy.target_piece].stream];
        });
        if (carries) edges.push_back({t.from, t.to});
    }
    std::sort(edges.begin(), edges.end(), [](const RingEdge& a, const RingEdge& b) {
        return std::tie(a.from, a.to) < std::tie(b.from, b.to);
    });
    edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
    return edges;
}

std::string doing_text(const RankMoment& rank) {
    switch (rank.doing) {
        case Doing::computing:
            return "computes on " + chunk_list(rank.owners);
        case Doing::merging:
            return "merges the result of " + chunk_list(rank.owners);
        case Doing::packing:
            return "packs its kept tokens";
        case Doing::waiting: {
            const std::string peer = rank.waits_for >= 0 ? " for rank " + std::to_string(rank.waits_for) : "";
            const std::string why =
                rank.cause == WaitCause::none ? "" : std::string(" (") + name_of(rank.cause) + ")";
            return "waits" + peer + why;
        }
        case Doing::idle:
            break;
    }
    return "is idle";
}

std::string moment_text(const RingMoment& moment) {
    int computing = 0, waiting = 0;
    for (const RankMoment& rank : moment.ranks) {
        computing +=
            rank.doing == Doing::computing || rank.doing == Doing::merging || rank.doing == Doing::packing;
        waiting += rank.doing == Doing::waiting;
    }
    double bytes = 0;
    for (const TravellingChunk& chunk : moment.travelling) {
        bytes += static_cast<double>(moment.schedule->transfers[chunk.transfer].bytes);
    }
    std::string text = std::string(moment.whole_step ? "all of step " : "step ") +
                       std::to_string(moment.step) + " of " + std::to_string(moment.schedule->steps) + ": " +
                       std::to_string(computing) + (computing == 1 ? " rank works" : " ranks work");
    if (waiting > 0) text += ", " + std::to_string(waiting) + (waiting == 1 ? " waits" : " wait");
    if (moment.travelling.empty()) return text + ", nothing travels";
    const size_t transfers = moment.travelling.size();
    return text + ", " + bytes_text(bytes) + " on the way in " + std::to_string(transfers) +
           (transfers == 1 ? " transfer" : " transfers");
}

}  // namespace ringscope
