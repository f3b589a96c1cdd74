#include "engine/plan/plan_size.h"

#include <algorithm>
#include <numeric>

#include "engine/base/error.h"
#include "engine/base/number_text.h"
#include "engine/plan/resolved_ring.h"
#include "engine/plan/segment_counts.h"
#include "engine/plan/sub_rings.h"

namespace ringscope {

namespace {

/// How often `part` fits into `whole`, rounded down.
double whole_parts(int64_t whole, int64_t part) {
    const int64_t parts = whole / part;
    return static_cast<double>(parts);
}

/// Segments and ranks that are looked at one by one before bounds stand in for them: a millisecond or two.
constexpr int64_t kMostLooks = int64_t{1} << 17;

int64_t saturated(double count) {
    return count < static_cast<double>(PlanSize::kUncountable) ? static_cast<int64_t>(count)
                                                               : PlanSize::kUncountable;
}

/// What a sub-ring costs. Ranks that own none of its kept tokens send nothing and may not take part at all.
struct RingCounts {
    double members = 0;
    double pieces = 0;  // with prune: shares, and their hops
    double pairs = 0;   // (member, owner of keys that it may see)
};

/// Sums are doubles: no experiment makes them overflow.
class Counter {
  public:
    explicit Counter(const Experiment& experiment)
        : resolved_(resolve_ring_of(experiment)),
          placement_(resolved_.placement),
          ranks_(placement_.ranks()),
          striped_(placement_.layout() == Layout::striped),
          period_(placement_.stripe_block() * placement_.ranks()) {}

    PlanSize count() {
        for (const Pattern& pattern : resolved_.problem.patterns) count_local(pattern);
        for (const Stream& stream : resolved_.streams) count_stream(stream);
        return total();
    }

  private:
    // Of one segment and one rank.

    struct Runs {
        double runs = 1;   // of kept tokens
        double looks = 1;  // at blocks or tokens, to find them; see Placement::append_runs
    };
    Runs runs_in(int64_t length, int64_t rate) const {
        if (!striped_) {
            const double runs = placement_.layout() == Layout::zigzag ? 2 : 1;
            return {runs, runs};
        }
        const double kept = whole_parts(length, rate) + 1;
        const double blocks = whole_parts(length, period_) + 2;
        const int64_t common = std::gcd(rate, period_);
        const double residues = whole_parts(placement_.stripe_block(), common) + 1;
        const int64_t reach = rate / common;
        if (residues >= blocks || reach > length / period_)
            return {std::min(blocks, kept), std::min(blocks, kept)};
        const double tokens = whole_parts(period_, common);  // kept in one common period
        return {std::min(residues, kept), residues + std::min(static_cast<double>(reach), tokens)};
    }
    /// Comparisons for the pairs of two ranks in one segment.
    double pair_cost(int64_t length, int64_t rate) const {
        const double keys = runs_in(length, rate).runs;
        const bool all = resolved_.problem.queries == Queries::all;
        const double queries = all ? runs_in(length, 1).runs : keys;
        return resolved_.problem.causal ? queries * keys : queries + keys;
    }
    double look_cost(int64_t length, int64_t rate) const {
        const bool all = resolved_.problem.queries == Queries::all;
        return runs_in(length, rate).looks + (all ? runs_in(length, 1).looks : 0);
    }
    /// Ranks with a token in a segment, at most.
    double present_in(int64_t length) const {
        double most = ranks_;
        if (striped_) {
            most = whole_parts(length, placement_.stripe_block()) + 2;
        } else {
            const bool zigzag = placement_.layout() == Layout::zigzag;
            const int64_t slice = placement_.seq_len() / (zigzag ? 2 * int64_t{ranks_} : ranks_);
            if (slice > 0) most = whole_parts(length, slice) + 2;
        }
        return std::min<double>(ranks_, most);
    }
    double segments_of(int64_t length) const {
        return whole_parts(placement_.seq_len() + length - 1, length);
    }
    /// Segments that are visited one by one for all that count alike, of a whole sequence.
    double kinds_of(int64_t length) const {
        if (!striped_) return placement_.layout() == Layout::zigzag ? 6 : 3;
        const double kinds = whole_parts(period_, std::gcd(period_, length));
        return std::min(kinds, segments_of(length)) + 1;
    }

    /// Step 0: every rank's own keys.
    void count_local(const Pattern& pattern) {
        const int64_t w = pattern.segment_length, r = pattern.dilation_rate;
        work_ += ranks_ * (placement_.layout() == Layout::zigzag ? 2.0 : 1.0);
        const double present = striped_ ? present_in(w) : ranks_;
        comparisons_ += kinds_of(w) * (ranks_ + present * (look_cost(w, r) + pair_cost(w, r)));
    }

    void count_stream(const Stream& stream) {
        const double readers = static_cast<double>(stream.patterns.size());
        RingCounts sum;
        const auto add = [&](const RingCounts& ring, double times) {
            comparisons_ += times * 8 * (1 + ring.members);  // lists are made
            if (ring.members < 2) return;
            longest_ring_ = std::max(longest_ring_, ring.members);
            rings_ += times;
            sum.pieces += times * ring.pieces;
            work_ += times * readers * ring.pairs;
            matrix_ += times * readers * ring.members * ring.members;
            comparisons_ += times * cost_of(stream, ring);
        };
        for_rings(stream, add);
        const double rows_cost =
            kinds_of(stream.segment_length) * runs_in(stream.segment_length, stream.dilation_rate).looks;
        if (resolved_.prune) {
            pieces_ += sum.pieces;
            return;
        }
        const double owners = std::min<double>(
            ranks_, stream.dilated ? segments_of(stream.segment_length) *
                                         (whole_parts(stream.segment_length, stream.dilation_rate) + 1)
                                   : static_cast<double>(placement_.seq_len()));
        pieces_ += owners * ranks_;
        comparisons_ += ranks_ * rows_cost;
        longest_ring_ = std::max<double>(longest_ring_, resolved_.strategy == Strategy::ring ? ranks_ : 1);
    }

    /// Comparisons for the pair matrices of a sub-ring and the rows of its shares.
    double cost_of(const Stream& stream, const RingCounts& ring) const {
        double cost = 0;
        const bool many = striped_ && stream.segment_length >= period_;  // segments in one sub-ring
        for (const int reader : stream.patterns) {
            const Pattern& pattern = resolved_.problem.patterns[static_cast<size_t>(reader)];
            const int64_t w = pattern.segment_length;
            const double per_segment = whole_parts(stream.segment_length, w);
            double visits = std::min(per_segment, 4 * ring.members) + 1;
            if (many) visits = kinds_of(w);
            if (striped_ && !many) visits = std::min(per_segment, kinds_of(w)) + 1;
            const double present = std::min(ring.members, present_in(w));
            cost += visits * (ring.members + present * look_cost(w, pattern.dilation_rate) +
                              present * present * pair_cost(w, pattern.dilation_rate));
            cost += ring.members * ring.members;  // who needs whom
        }
        const double visits = many ? kinds_of(stream.segment_length) : 1;
        return cost + ring.members * visits * runs_in(stream.segment_length, stream.dilation_rate).looks;
    }

    /// Calls add(RingCounts, times) for the stream's sub-rings: one by one, one of each kind, or for a bound of all.
    template <typename Add>
    void for_rings(const Stream& stream, const Add& add) {
        const int64_t w = stream.segment_length;
        const bool each_alone = striped_ && w < period_;
        const double kinds = striped_ ? (each_alone ? kinds_of(w) : 2) : 2.0 * ranks_;
        const double looks = kinds * (1 + present_in(w)) + (striped_ ? 0 : 4.0 * ranks_);
        if (looks > static_cast<double>(looks_left_)) return add_bound(stream, add);
        looks_left_ -= static_cast<int64_t>(looks);
        if (!each_alone) {
            for_shared_segments(placement_, w, [&](SegmentRange range) { add(ring_of(stream, range), 1); });
            return;
        }
        std::vector<int> everyone(static_cast<size_t>(ranks_));
        std::iota(everyone.begin(), everyone.end(), 0);
        const SegmentRange all{0, (placement_.seq_len() + w - 1) / w};
        for_segment_kinds(placement_, w, all, everyone, [&](int64_t segment, int64_t times) {
            add(ring_of(stream, {segment, 1}), static_cast<double>(times));
        });
    }

    template <typename Add>
    void add_bound(const Stream& stream, const Add& add) {
        const int64_t w = stream.segment_length;
        const double cuts = placement_.layout() == Layout::zigzag ? 2.0 * ranks_ - 1 : ranks_ - 1.0;
        double rings = std::min(segments_of(w), cuts);
        if (striped_) rings = w < period_ ? segments_of(w) : 2;
        const double members = present_in(w);
        add(RingCounts{members, members * members, members * members}, rings);
    }

    RingCounts ring_of(const Stream& stream, SegmentRange segments) {
        const int64_t begin = segments.first * stream.segment_length;
        const int64_t end = std::min(placement_.seq_len(), begin + stream.segment_length);
        const std::vector<int> owners = owners_in(placement_, begin, end);
        std::vector<bool> sends(owners.size(), true);
        // The segments of a range count alike for what every rank owns, not for what it keeps.
        const bool looks =
            stream.dilated && stream.dilation_rate > 1 && segments.count == 1 && can_look(stream);
        if (looks) {
            std::vector<TokenRun> runs;
            for (size_t i = 0; i < owners.size(); ++i) {
                runs.clear();
                placement_.append_runs(owners[i], begin, end, stream.offset, stream.dilation_rate, runs);
                sends[i] = !runs.empty();
            }
        }
        return ring_of(sends);
    }

    bool can_look(const Stream& stream) {
        const double cost = runs_in(stream.segment_length, stream.dilation_rate).looks;
        return cost <= 64;  // else to look takes longer than the bound is worth
    }

    /// `sends` by member in ring order: whether it owns kept tokens.
    RingCounts ring_of(const std::vector<bool>& sends) const {
        const bool all = resolved_.problem.queries == Queries::all;
        const auto senders = static_cast<double>(std::count(sends.begin(), sends.end(), true));
        RingCounts ring;
        ring.members = all ? static_cast<double>(sends.size()) : senders;
        if (senders == 0) ring.members = 0;
        ring.pieces = senders * ring.members;
        ring.pairs = senders * ring.members;
        if (!resolved_.problem.causal || placement_.layout() != Layout::contiguous) return ring;
        // Ring order is token order: only members behind the owner see its keys.
        ring.pieces = 0;
        double behind = 0;  // members from here to the end
        for (size_t i = sends.size(); i-- > 0;) {
            if (!all && !sends[i]) continue;
            ++behind;
            if (sends[i]) ring.pieces += behind;
        }
        ring.pairs = ring.pieces;
        return ring;
    }

    PlanSize total() const {
        // All-gather sends in step 0 alone, and works on a share of another rank in each.
        const double steps = resolved_.strategy == Strategy::single       ? 1.0
                             : resolved_.strategy == Strategy::all_gather ? ranks_
                                                                          : std::max(1.0, longest_ring_);
        const double rank_steps = ranks_ * steps;
        const double pairs_of_ranks = static_cast<double>(ranks_) * (ranks_ - 1.0);
        const double messages = resolved_.strategy == Strategy::all_gather ? pairs_of_ranks
                                : resolved_.prune                          ? pairs_of_ranks * (steps - 1)
                                                                           : ranks_ * (steps - 1);
        const double transfers = std::min(pieces_, messages);
        PlanSize size;
        size.pieces = saturated(pieces_);
        size.transfers = saturated(transfers);
        size.work = saturated(work_);
        size.rank_steps = saturated(rank_steps);
        size.comparisons = saturated(comparisons_);
        // Vectors grow by doubling, and every list of a step is an allocation of its own. A piece is also a copy
        // on its way into a transfer: 48 bytes in a list that may have doubled.
        constexpr double kAllocation = 16, kCopy = 1.5 * 48;
        size.bytes = saturated(rank_steps * sizeof(RankStep) +
                               pieces_ * (sizeof(Piece) * 1.5 + kAllocation + kCopy + sizeof(PieceCopy)) +
                               transfers * (sizeof(Transfer) * 1.5 + 5 * kAllocation) +
                               work_ * (sizeof(Work) * 1.5 + kAllocation) + matrix_ * sizeof(int64_t) +
                               rings_ * (sizeof(SubRing) + 8 * kAllocation));
        return size;
    }

    const ResolvedRing resolved_;
    const Placement& placement_;
    const int ranks_;
    const bool striped_;
    const int64_t period_;  // of the stripes
    int64_t looks_left_ = kMostLooks;
    double pieces_ = 0;
    double work_ = 0;
    double comparisons_ = 0;
    double rings_ = 0;
    double matrix_ = 0;  // pairs of members, times readers
    double longest_ring_ = 1;
};

}  // namespace

PlanSize plan_size(const Experiment& experiment) {
    require_valid(experiment);
    return Counter(experiment).count();
}

bool is_plannable(const PlanSize& size) {
    return size.pieces <= kMaxPlanPieces && size.work <= kMaxPlanWork &&
           size.comparisons <= kMaxPlanComparisons;
}

void require_plannable(const Experiment& experiment, const PlanSize& size) {
    const auto refuse = [&](int64_t count, const char* what, int64_t most) {
        const RingSpec& ring = experiment.ring;
        std::string settings = std::to_string(resolved_ranks(ring)) + " ranks (ring.ranks), the " +
                               name_of(ring.layout) + " layout";
        throw Error(ErrorKind::bad_input,
                    "problem.seq_len " + std::to_string(experiment.problem.seq_len) + " with " + settings +
                        " and these head groups takes a plan of " +
                        short_count_text(static_cast<double>(count)) + " " + what + ", at most " +
                        short_count_text(static_cast<double>(most)) +
                        " can be planned; fewer ranks, longer segments" +
                        (ring.layout == Layout::striped ? ", a longer ring.stripe_block" : "") +
                        (ring.prune ? "" : ", ring.prune") + " or a shorter sequence help");
    };
    if (size.pieces > kMaxPlanPieces) refuse(size.pieces, "pieces to send", kMaxPlanPieces);
    if (size.work > kMaxPlanWork) refuse(size.work, "blocks of work", kMaxPlanWork);
    if (size.comparisons > kMaxPlanComparisons)
        refuse(size.comparisons, "comparisons of token runs", kMaxPlanComparisons);
}

}  // namespace ringscope
