#include "engine/analysis/waterfall.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "engine/base/number_text.h"
#include "engine/run/rank_account.h"

namespace ringscope {

namespace {

constexpr double kWorthNaming = 0.01;       // of the ideal: less than that is no cause to look for
constexpr double kRoundingSeconds = 1e-10;  // what sums of FLOPs leave of a difference that is none

using Stretch = std::pair<int64_t, int64_t>;  // ns

/// When others waited for each rank, ascending and disjoint.
std::vector<std::vector<Stretch>> waited_for(const Trace& trace, int ranks) {
    std::vector<std::vector<Stretch>> waits(static_cast<size_t>(ranks));
    for (const Span& span : trace.spans)
        if (time_class_of(span) == TimeClass::wait_peer && span.peer >= 0 && span.peer < ranks &&
            span.peer != span.rank)
            waits[static_cast<size_t>(span.peer)].emplace_back(span.begin_ns, span.end_ns);
    for (auto& of_rank : waits) {
        std::sort(of_rank.begin(), of_rank.end());
        std::vector<Stretch> joined;
        for (const Stretch& wait : of_rank) {
            if (joined.empty() || wait.first > joined.back().second)
                joined.push_back(wait);
            else
                joined.back().second = std::max(joined.back().second, wait.second);
        }
        of_rank = std::move(joined);
    }
    return waits;
}

int64_t covered_ns(const std::vector<Stretch>& stretches, int64_t begin_ns, int64_t end_ns) {
    int64_t covered = 0;
    auto at = std::partition_point(stretches.begin(), stretches.end(),
                                   [&](const Stretch& stretch) { return stretch.second <= begin_ns; });
    for (; at != stretches.end() && at->first < end_ns; ++at)
        covered += std::min(at->second, end_ns) - std::max(at->first, begin_ns);
    return covered;
}

bool is_of_a_hop(TimeClass of) {
    return of == TimeClass::transfer || of == TimeClass::wait_link || of == TimeClass::wait_peer;
}

/// Between two pieces of a rank's work: neither before the first nor after the last.
bool is_gap(const std::vector<AccountPiece>& account, size_t piece) {
    return account[piece].of == TimeClass::idle && piece > 0 && piece + 1 < account.size();
}

bool is_at_a_hop(const std::vector<AccountPiece>& account, size_t piece) {
    return is_gap(account, piece) &&
           (is_of_a_hop(account[piece - 1].of) || is_of_a_hop(account[piece + 1].of));
}

/// The median over the run.
int64_t usual_gap_ns(const std::vector<std::vector<AccountPiece>>& accounts) {
    std::vector<int64_t> gaps;
    for (const auto& account : accounts)
        for (size_t piece = 0; piece < account.size(); ++piece)
            if (is_gap(account, piece)) gaps.push_back(account[piece].length_ns());
    if (gaps.empty()) return 0;
    const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>((gaps.size() - 1) / 2);
    std::nth_element(gaps.begin(), middle, gaps.end());
    return *middle;
}

/// What the path's instants were spent on.
class PathAccount {
  public:
    PathAccount(const Schedule& schedule, const Trace& trace, const CriticalPath& path)
        : schedule_(schedule),
          waited_for_(waited_for(trace, schedule.ranks)),
          ns_(static_cast<size_t>(schedule.ranks)),
          compute_ns_(static_cast<size_t>(schedule.ranks)),
          flops_(static_cast<size_t>(schedule.ranks)) {
        for (const auto& spans : spans_by_rank(trace, schedule.ranks))
            accounts_.push_back(account_of(spans, trace.wall_ns));
        usual_gap_ns_ = usual_gap_ns(accounts_);
        for (const auto& account : accounts_) step_compute_ns_.push_back(compute_by_step(account));
        for (const ChainLink& link : path.links) add(link);
    }

    /// Of the causes but imbalance and slower rate.
    int64_t ns(int rank, WaterfallCause cause) const {
        return ns_[static_cast<size_t>(rank)][static_cast<size_t>(cause)];
    }
    /// Attention on the path, and the FLOPs that were done in it.
    double compute_seconds(int rank) const {
        return static_cast<double>(compute_ns_[static_cast<size_t>(rank)]) * 1e-9;
    }
    double flops(int rank) const { return flops_[static_cast<size_t>(rank)]; }

    /// The kernel's own: what the faster half of the ranks reaches.
    double flops_per_second() const {
        std::vector<double> rates;
        for (size_t rank = 0; rank < step_compute_ns_.size(); ++rank) {
            int64_t ns = 0;
            for (const int64_t step_ns : step_compute_ns_[rank]) ns += step_ns;
            const double flops = schedule_.rank_plans[rank].flops;
            if (ns > 0 && flops > 0) rates.push_back(flops / (static_cast<double>(ns) * 1e-9));
        }
        if (rates.empty()) return 0;
        std::sort(rates.begin(), rates.end());
        return rates[rates.size() / 2];
    }

  private:
    std::vector<int64_t> compute_by_step(const std::vector<AccountPiece>& account) const {
        std::vector<int64_t> ns(static_cast<size_t>(schedule_.steps));
        for (const AccountPiece& piece : account)
            if (piece.of == TimeClass::compute && piece.step >= 0 && piece.step < schedule_.steps)
                ns[static_cast<size_t>(piece.step)] += piece.length_ns();
        return ns;
    }

    void add(const ChainLink& link) {
        const auto rank = static_cast<size_t>(link.rank);
        const auto& account = accounts_[rank];
        auto piece = std::partition_point(account.begin(), account.end(),
                                          [&](const AccountPiece& p) { return p.end_ns <= link.begin_ns; });
        for (; piece != account.end() && piece->begin_ns < link.end_ns; ++piece) {
            const int64_t begin = std::max(piece->begin_ns, link.begin_ns);
            const int64_t end = std::min(piece->end_ns, link.end_ns);
            if (piece->of == TimeClass::compute)
                add_compute(rank, piece->step, end - begin);
            else if (piece->of == TimeClass::idle)
                add_idle(rank, static_cast<size_t>(piece - account.begin()), begin, end);
            else
                ns_[rank][static_cast<size_t>(cause_of(piece->of))] += end - begin;
        }
    }

    /// A step's FLOPs are spread evenly over its compute time.
    void add_compute(size_t rank, int step, int64_t length_ns) {
        compute_ns_[rank] += length_ns;
        if (step < 0 || step >= schedule_.steps) return;
        const auto at = static_cast<size_t>(step);
        const int64_t whole_ns = step_compute_ns_[rank][at];
        flops_[rank] += schedule_.rank_plans[rank].steps[at].flops * static_cast<double>(length_ns) /
                        static_cast<double>(whole_ns);
    }

    /// What others waited for, or is longer than such gaps usually are, is a rank that stood still.
    void add_idle(size_t rank, size_t piece, int64_t begin_ns, int64_t end_ns) {
        const int64_t length_ns = end_ns - begin_ns;
        int64_t late_ns = covered_ns(waited_for_[rank], begin_ns, end_ns);
        if (is_gap(accounts_[rank], piece)) late_ns = std::max(late_ns, length_ns - usual_gap_ns_);
        const auto rest =
            is_at_a_hop(accounts_[rank], piece) ? WaterfallCause::hop_overhead : WaterfallCause::idle;
        ns_[rank][static_cast<size_t>(WaterfallCause::late_peer)] += late_ns;
        ns_[rank][static_cast<size_t>(rest)] += length_ns - late_ns;
    }

    static WaterfallCause cause_of(TimeClass of) {
        switch (of) {
            case TimeClass::pack:
                return WaterfallCause::packing;
            case TimeClass::merge:
                return WaterfallCause::merging;
            case TimeClass::wait_core:
                return WaterfallCause::wait_core;
            case TimeClass::transfer:
                return WaterfallCause::exposed_transfer;
            case TimeClass::wait_peer:
                return WaterfallCause::late_peer;
            case TimeClass::wait_link:
                return WaterfallCause::hop_overhead;
            case TimeClass::compute:
            case TimeClass::idle:
                break;
        }
        return WaterfallCause::idle;
    }

    const Schedule& schedule_;
    std::vector<std::vector<AccountPiece>> accounts_;        // [rank]
    std::vector<std::vector<int64_t>> step_compute_ns_;      // [rank][step]
    std::vector<std::vector<Stretch>> waited_for_;           // [rank]
    std::vector<std::array<int64_t, kWaterfallCauses>> ns_;  // [rank][cause]
    std::vector<int64_t> compute_ns_;
    std::vector<double> flops_;
    int64_t usual_gap_ns_ = 0;
};

/// Seconds of the cause by rank; their sum is the bar, up to imbalance's mean.
std::vector<double> by_rank(const PathAccount& path, WaterfallCause cause, double rate, int ranks) {
    std::vector<double> seconds(static_cast<size_t>(ranks));
    for (int rank = 0; rank < ranks; ++rank) {
        double& of_rank = seconds[static_cast<size_t>(rank)];
        const double planned = rate > 0 ? path.flops(rank) / rate : 0;
        if (cause == WaterfallCause::imbalance)
            of_rank = planned;
        else if (cause == WaterfallCause::slower_rate)
            of_rank = path.compute_seconds(rank) - planned;
        else
            of_rank = static_cast<double>(path.ns(rank, cause)) * 1e-9;
    }
    return seconds;
}

int rank_with_most(const std::vector<double>& seconds) {
    const auto most = std::max_element(seconds.begin(), seconds.end());
    return *most > 0 ? static_cast<int>(most - seconds.begin()) : -1;
}

std::string subject_of(Strategy strategy) {
    if (strategy == Strategy::ring) return "The ring";
    return strategy == Strategy::all_gather ? "The all-gather" : "The run";
}

/// "that rank 3 has 1.31 times the mean work"
std::string reason(const WaterfallBar& bar, const Schedule& schedule, const PathAccount& path, double rate) {
    const std::string rank = "rank " + std::to_string(bar.rank);
    const double mean = schedule.flops / schedule.ranks;
    switch (bar.cause) {
        case WaterfallCause::imbalance: {
            double flops = 0;
            for (int r = 0; r < schedule.ranks; ++r) flops += path.flops(r);
            const double own = schedule.rank_plans[static_cast<size_t>(bar.rank)].flops;
            if (path.flops(bar.rank) >= 0.9 * flops && own > mean)
                return "that " + rank + " has " + ratio_text(own / mean) + " times the mean work";
            return "that the ranks with the most work in each step, which the others wait for, have " +
                   ratio_text(flops / mean) + " times the mean work together";
        }
        case WaterfallCause::slower_rate:
            if (rate <= 0) return "computing on " + rank;
            return "that " + rank + " computes at " +
                   ratio_text(path.flops(bar.rank) / rate / path.compute_seconds(bar.rank)) +
                   " times the kernel's rate";
        case WaterfallCause::packing:
            return "packing K/V, for the most part on " + rank;
        case WaterfallCause::merging:
            return "merging and normalising, for the most part on " + rank;
        case WaterfallCause::exposed_transfer:
            return "transfers that no work hides, for the most part to " + rank;
        case WaterfallCause::hop_overhead:
            return "the fixed cost of hops, for the most part on " + rank;
        case WaterfallCause::late_peer:
            return "that " + rank + " stood still while the run waited for it";
        case WaterfallCause::wait_core:
            return "waiting for a core, for the most part on " + rank;
        case WaterfallCause::idle:
            break;
    }
    return "time in which nothing was at work, such as starting and ending";
}

std::string sentence_of(const Waterfall& fall, const Schedule& schedule, const PathAccount& path) {
    if (fall.ideal_seconds <= 0)
        return "Nothing was computed: all of the " + seconds_text(fall.wall_seconds) + " is overhead.";
    const std::string head = subject_of(schedule.strategy) + " takes " +
                             ratio_text(fall.wall_seconds / fall.ideal_seconds) + " times its ideal";
    const auto most =
        std::max_element(fall.bars.begin(), fall.bars.end(),
                         [](const WaterfallBar& a, const WaterfallBar& b) { return a.seconds < b.seconds; });
    const double lost = fall.lost_seconds();
    if (most->rank < 0 || lost < kWorthNaming * fall.ideal_seconds ||
        most->seconds < kWorthNaming * fall.ideal_seconds)
        return head + ": no cause stands out.";
    const std::string share = most->seconds >= lost / 2 ? "most of that is " : "the largest part of that is ";
    const std::string amount = most->seconds <= lost
                                   ? seconds_text(most->seconds) + " of " + seconds_text(lost)
                                   : seconds_text(most->seconds) + ", of which other causes win back " +
                                         seconds_text(most->seconds - lost);
    return head + "; " + share + reason(*most, schedule, path, fall.flops_per_second) + " (" + amount + ").";
}

}  // namespace

const char* label_of(WaterfallCause cause) {
    static constexpr const char* labels[] = {
        "imbalance of the work", "slower rate", "packing",         "merging", "exposed transfer",
        "hop overhead",          "late peer",   "wait for a core", "idle"};
    return labels[static_cast<size_t>(cause)];
}

const char* explanation_of(WaterfallCause cause) {
    static constexpr const char* sentences[] = {
        "The ranks that the run waited for had more work than the mean, by the plan's FLOPs.",
        "The ranks that the run waited for took longer for the same FLOPs than the faster half of the ranks "
        "does.",
        "Kept K/V rows were packed, and nothing was computed meanwhile.",
        "Partial outputs were merged or normalised.",
        "Bytes were on the way, and no work hid them.",
        "Around a transfer, but no bytes moved: latency, waking up and bookkeeping.",
        "A rank stood still while others waited for it, or between two pieces of work for longer than is "
        "usual.",
        "A rank was ready to compute, and every core was busy with other ranks.",
        "Nothing was timed: before the first piece of work, between pieces, or after the last.",
    };
    return sentences[static_cast<size_t>(cause)];
}

std::optional<Waterfall> waterfall(const Run& run) {
    if (!run.schedule) return std::nullopt;
    return waterfall(run, critical_path(*run.schedule, run.trace));
}

std::optional<Waterfall> waterfall(const Run& run, const CriticalPath& chain) {
    if (run.state != RunState::done || !run.schedule || run.trace.wall_ns <= 0 || chain.links.empty())
        return std::nullopt;
    const Schedule& schedule = *run.schedule;
    const PathAccount path(schedule, run.trace, chain);
    Waterfall fall;
    fall.wall_seconds = static_cast<double>(run.trace.wall_ns) * 1e-9;
    fall.flops_per_second = path.flops_per_second();
    if (fall.flops_per_second > 0)
        fall.ideal_seconds = schedule.flops / schedule.ranks / fall.flops_per_second;
    for (int i = 0; i < kWaterfallCauses; ++i) {
        WaterfallBar bar{static_cast<WaterfallCause>(i), 0, -1};
        const auto seconds = by_rank(path, bar.cause, fall.flops_per_second, schedule.ranks);
        for (const double of_rank : seconds) bar.seconds += of_rank;
        if (bar.cause == WaterfallCause::imbalance) bar.seconds -= fall.ideal_seconds;
        if (std::abs(bar.seconds) < kRoundingSeconds) bar.seconds = 0;
        bar.rank = rank_with_most(seconds);
        fall.bars.push_back(bar);
    }
    fall.sentence = sentence_of(fall, schedule, path);
    return fall;
}

}  // namespace ringscope
