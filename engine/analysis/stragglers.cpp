#include "engine/analysis/stragglers.h"

#include <algorithm>
#include <map>

#include "engine/base/number_text.h"
#include "engine/run/rank_account.h"

namespace ringscope {

namespace {

/// A rank stands out when some other rank lost this share of the wall time to it, and few others cost half as much.
constexpr double kShareThatMatters = 0.05;
/// Causes that a rank's lateness is kept by; the least of more are forgotten.
constexpr size_t kMostCauses = 32;

/// A rank's lateness that one rank caused when it sent or took the chunk of one step.
struct Lateness {
    int rank = 0;
    int step = 0;
    double ns = 0;
};

struct Wait {
    int rank = 0;
    int peer = 0;
    int step = 0;  // of the transfer that it waits for
    int64_t begin_ns = 0;
    int64_t end_ns = 0;
    bool done = false;
};

class Blame {
  public:
    Blame(const Schedule& schedule, const Trace& trace)
        : late_(static_cast<size_t>(schedule.ranks)),
          cost_ns_(static_cast<size_t>(schedule.ranks),
                   std::vector<double>(static_cast<size_t>(schedule.steps))),
          direct_(static_cast<size_t>(schedule.ranks)) {
        collect(schedule, trace);
        for (size_t i = 0; i < waits_.size(); ++i) settle(i);
    }

    double wait_ns() const { return wait_ns_; }
    const std::vector<double>& cost_ns(int rank) const { return cost_ns_[static_cast<size_t>(rank)]; }
    /// The longest wait for the rank in each step, by itself: rank and length of the waiter.
    std::pair<int, double> longest_wait(int rank, int step) const {
        const auto& of_rank = direct_[static_cast<size_t>(rank)];
        const auto at = of_rank.find(step);
        return at == of_rank.end() ? std::pair{-1, 0.0} : at->second;
    }
    /// How late the rank made that one which it made the latest.
    double most_ns(int rank) const {
        double most = 0;
        for (size_t other = 0; other < late_.size(); ++other) {
            if (static_cast<int>(other) == rank) continue;
            double by_rank = 0;
            for (const Lateness& late : late_[other])
                if (late.rank == rank) by_rank += late.ns;
            most = std::max(most, by_rank);
        }
        return most;
    }

  private:
    void collect(const Schedule& schedule, const Trace& trace) {
        for (const Span& span : trace.spans) {
            const bool has_peer = span.peer >= 0 && span.peer < schedule.ranks && span.peer != span.rank;
            if (time_class_of(span) != TimeClass::wait_peer || !has_peer || span.rank < 0 ||
                span.rank >= schedule.ranks || span.end_ns <= span.begin_ns)
                continue;
            const auto index = static_cast<size_t>(span.transfer);
            const bool known = span.transfer >= 0 && index < schedule.transfers.size();
            // Sent during the step before the one that uses it, and taken then too.
            const int step = known ? schedule.transfers[index].step - 1 : span.step;
            waits_.push_back(
                {span.rank, span.peer, std::clamp(step, 0, schedule.steps - 1), span.begin_ns, span.end_ns});
        }
        std::sort(waits_.begin(), waits_.end(), [](const Wait& a, const Wait& b) {
            return a.end_ns != b.end_ns ? a.end_ns < b.end_ns : a.begin_ns < b.begin_ns;
        });
    }

    /// What held the peer up until the same instant comes first.
    void settle(size_t index) {
        if (waits_[index].done) return;
        waits_[index].done = true;  // a circle ends here
        const Wait wait = waits_[index];
        for (size_t i = index + 1; i < waits_.size() && waits_[i].end_ns == wait.end_ns; ++i)
            if (waits_[i].rank == wait.peer) settle(i);
        share_out(wait);
    }

    /// As far as the peer was held up longer than the rank itself, the wait leads on to what held it up.
    void share_out(const Wait& wait) {
        const auto length = static_cast<double>(wait.end_ns - wait.begin_ns);
        wait_ns_ += length;
        std::vector<Lateness> led_on;
        double led_on_ns = 0;
        for (const Lateness& of_peer : late_[static_cast<size_t>(wait.peer)]) {
            const double more = of_peer.ns - lateness(wait.rank, of_peer.rank, of_peer.step).ns;
            if (more <= 0) continue;
            led_on.push_back({of_peer.rank, of_peer.step, more});
            led_on_ns += more;
        }
        const double inherited = std::min(length, led_on_ns);
        for (const Lateness& more : led_on)
            add(wait.rank, more.rank, more.step, more.ns * inherited / led_on_ns);
        const double own = length - inherited;
        if (own > 0) {
            add(wait.rank, wait.peer, wait.step, own);
            // So late it is itself: who waits for it later, and who did not wait for it here, can tell.
            const double known = lateness(wait.peer, wait.peer, wait.step).ns;
            if (own > known) add(wait.peer, wait.peer, wait.step, own - known);
            forget_least(late_[static_cast<size_t>(wait.peer)]);
        }
        auto& longest = direct_[static_cast<size_t>(wait.peer)].try_emplace(wait.step, -1, 0.0).first->second;
        if (own > longest.second) longest = {wait.rank, own};
        forget_least(late_[static_cast<size_t>(wait.rank)]);
    }

    Lateness lateness(int rank, int by, int step) const {
        for (const Lateness& late : late_[static_cast<size_t>(rank)])
            if (late.rank == by && late.step == step) return late;
        return {by, step, 0};
    }

    void add(int rank, int by, int step, double ns) {
        if (rank != by) cost_ns_[static_cast<size_t>(by)][static_cast<size_t>(step)] += ns;
        auto& of_rank = late_[static_cast<size_t>(rank)];
        const auto at = std::find_if(of_rank.begin(), of_rank.end(), [&](const Lateness& late) {
            return late.rank == by && late.step == step;
        });
        if (at != of_rank.end())
            at->ns += ns;
        else
            of_rank.push_back({by, step, ns});
    }

    static void forget_least(std::vector<Lateness>& late) {
        if (late.size() <= kMostCauses) return;
        std::nth_element(late.begin(), late.begin() + kMostCauses, late.end(),
                         [](const Lateness& a, const Lateness& b) { return a.ns > b.ns; });
        late.resize(kMostCauses);
    }

    std::vector<Wait> waits_;
    std::vector<std::vector<Lateness>> late_;                    // [rank]
    std::vector<std::vector<double>> cost_ns_;                   // [rank][step]
    std::vector<std::map<int, std::pair<int, double>>> direct_;  // [rank], by step
    double wait_ns_ = 0;
};

/// Of each rank the step that is slowest against the median of the ranks, at the same FLOPs.
void find_slowest_steps(const Run& run, std::vector<RankStraggling>& ranks) {
    const Schedule& schedule = *run.schedule;
    const auto steps = static_cast<size_t>(schedule.steps);
    std::vector<int64_t> compute_ns(ranks.size() * steps);
    for (const Span& span : run.trace.spans)
        if (span.kind == SpanKind::compute && span.rank >= 0 && span.rank < schedule.ranks &&
            span.step >= 0 && span.step < schedule.steps)
            compute_ns[static_cast<size_t>(span.rank) * steps + static_cast<size_t>(span.step)] +=
                span.end_ns - span.begin_ns;
    for (size_t step = 0; step < steps; ++step) {
        std::vector<double> ns_per_flop;
        const auto flops_of = [&](size_t rank) { return schedule.rank_plans[rank].steps[step].flops; };
        for (size_t rank = 0; rank < ranks.size(); ++rank)
            if (flops_of(rank) > 0)
                ns_per_flop.push_back(static_cast<double>(compute_ns[rank * steps + step]) / flops_of(rank));
        if (ns_per_flop.empty()) continue;
        const auto middle = ns_per_flop.begin() + static_cast<std::ptrdiff_t>((ns_per_flop.size() - 1) / 2);
        std::nth_element(ns_per_flop.begin(), middle, ns_per_flop.end());
        for (size_t rank = 0; rank < ranks.size(); ++rank) {
            const double excess =
                (static_cast<double>(compute_ns[rank * steps + step]) - flops_of(rank) * *middle) * 1e-9;
            if (flops_of(rank) <= 0 || excess <= ranks[rank].slowest_excess_seconds) continue;
            ranks[rank].slowest_excess_seconds = excess;
            ranks[rank].slowest_step = static_cast<int>(step);
        }
    }
}

/// The number of steps in which some rank waited for another.
int count_last_steps(const Blame& blame, int steps, std::vector<RankStraggling>& ranks) {
    int waited = 0;
    for (int step = 0; step < steps; ++step) {
        RankStraggling* last = nullptr;
        double most = 0;
        bool alone = false;
        for (RankStraggling& rank : ranks) {
            const double cost = blame.cost_ns(rank.rank)[static_cast<size_t>(step)];
            if (cost < most || cost <= 0) continue;
            alone = cost > most;
            most = cost;
            last = &rank;
        }
        if (alone) ++last->last_steps;
        waited += most > 0 ? 1 : 0;
    }
    return waited;
}

std::vector<int> culprits_of(const std::vector<RankStraggling>& ranks, double wall_seconds) {
    std::vector<RankStraggling> order = ranks;
    std::stable_sort(order.begin(), order.end(), [](const RankStraggling& a, const RankStraggling& b) {
        return a.cost_seconds > b.cost_seconds;
    });
    std::vector<int> culprits;
    if (order.empty() || order.front().most_seconds < kShareThatMatters * wall_seconds) return culprits;
    for (const RankStraggling& rank : order)
        if (rank.cost_seconds >= order.front().cost_seconds / 2) culprits.push_back(rank.rank);
    if (culprits.size() * 2 > ranks.size()) culprits.clear();  // most cost alike: none stands out
    return culprits;
}

/// `steps`: in which some rank waited.
std::string sentence_of(const Stragglers& report, int steps) {
    if (report.ranks.size() < 2) return "One rank works: nobody waits for another.";
    if (report.wait_seconds <= 0) return "No rank waits for a late peer.";
    if (report.culprits.empty())
        return "No rank stands out: the waits for late peers, " + seconds_text(report.wait_seconds) +
               " over all ranks, lead back to none more than the spread between ranks.";
    const RankStraggling& worst = report.ranks[static_cast<size_t>(report.culprits.front())];
    const std::string rank = "rank " + std::to_string(worst.rank);
    std::string text = "R" + rank.substr(1) + " holds the others up: it is the last in " +
                       std::to_string(worst.last_steps) + " of " + std::to_string(steps) +
                       (steps == 1 ? " step" : " steps") + " and costs them " +
                       seconds_text(worst.cost_seconds) + " of waiting, most of it in step " +
                       std::to_string(worst.costliest_step);
    if (worst.waiter >= 0)
        text += ", where rank " + std::to_string(worst.waiter) + " waits " +
                seconds_text(worst.longest_wait_seconds) + " for it";
    text += ".";
    if (report.culprits.size() > 1) {
        text += report.culprits.size() == 2 ? " Rank " : " Ranks ";
        for (size_t i = 1; i < report.culprits.size(); ++i)
            text += (i > 1 ? ", " : "") + std::to_string(report.culprits[i]);
        text += report.culprits.size() == 2 ? " costs at least half as much."
                                            : " cost at least half as much each.";
    }
    return text;
}

}  // namespace

Stragglers stragglers(const Run& run) {
    Stragglers report;
    if (run.state != RunState::done || !run.schedule) return report;
    const Schedule& schedule = *run.schedule;
    const Blame blame(schedule, run.trace);
    report.wait_seconds = blame.wait_ns() * 1e-9;
    for (int i = 0; i < schedule.ranks; ++i) {
        RankStraggling rank;
        rank.rank = i;
        const std::vector<double>& cost = blame.cost_ns(i);
        for (const double ns : cost) rank.cost_seconds += ns * 1e-9;
        rank.most_seconds = blame.most_ns(i) * 1e-9;
        const auto costliest = std::max_element(cost.begin(), cost.end());
        if (costliest != cost.end() && *costliest > 0) {
            rank.costliest_step = static_cast<int>(costliest - cost.begin());
            const auto [waiter, ns] = blame.longest_wait(i, rank.costliest_step);
            rank.waiter = waiter;
            rank.longest_wait_seconds = ns * 1e-9;
        }
        report.ranks.push_back(rank);
    }
    const int steps = count_last_steps(blame, schedule.steps, report.ranks);
    find_slowest_steps(run, report.ranks);
    report.culprits = culprits_of(report.ranks, static_cast<double>(run.trace.wall_ns) * 1e-9);
    report.sentence = sentence_of(report, steps);
    return report;
}

}  // namespace ringscope
