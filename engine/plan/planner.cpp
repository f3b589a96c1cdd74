// Makes schedules. Reading order: resolve the ring, local work (step 0), sub-rings, what travels, who works
// on it.
#include <algorithm>
#include <numeric>
#include <optional>
#include <tuple>

#include "engine/base/error.h"
#include "engine/base/stop_check.h"
#include "engine/plan/plan_size.h"
#include "engine/plan/resolved_ring.h"
#include "engine/plan/schedule.h"
#include "engine/plan/segment_counts.h"
#include "engine/plan/sub_rings.h"

namespace ringscope {

namespace {

/// Where pieces that travel together lie: the share of owner `owner` (an index into those who share) in step
/// `step`, as an index into the pieces of the one rank that holds it then, or of every rank (all_gather).
class HeldPieces {
  public:
    HeldPieces(int owners, int steps)
        : steps_(steps), index_(static_cast<size_t>(owners) * static_cast<size_t>(steps), -1) {}

    int& at(int owner, int step) {
        return index_[static_cast<size_t>(owner) * static_cast<size_t>(steps_) + static_cast<size_t>(step)];
    }

  private:
    int steps_;
    std::vector<int> index_;
};

class Planner {
  public:
    Planner(const Experiment& experiment, std::stop_token stop) : check_(std::move(stop)) {
        schedule_.experiment = experiment;
    }

    Schedule make() {
        resolve_ring();
        plan_local_work();
        if (schedule_.strategy != Strategy::single) plan_ring();
        total();
        return std::move(schedule_);
    }

  private:
    void resolve_ring() {
        const Experiment& e = schedule_.experiment;
        ResolvedRing ring = resolve_ring_of(e);
        schedule_.problem = std::move(ring.problem);
        schedule_.strategy = ring.strategy;
        schedule_.ranks = ring.placement.ranks();
        schedule_.placement = ring.placement;
        schedule_.streams = std::move(ring.streams);
        schedule_.stream_of_pattern = std::move(ring.stream_of_pattern);
        schedule_.phases = e.problem.mixing == Mixing::longnet ? schedule_.problem.groups : 1;
        schedule_.rank_plans.resize(static_cast<size_t>(schedule_.ranks));
        prune_ = ring.prune;
        if (schedule_.strategy != Strategy::single) {
            const int64_t element = bytes_of(schedule_.problem.dtype);
            schedule_.payloads = {
                {Payload::kv, Purpose::travelling_kv, {{KvTensor::k, element}, {KvTensor::v, element}}}};
            schedule_.slots.assign(schedule_.strategy == Strategy::all_gather ? 1 : 2, {Payload::kv});
        }
        for (int rank = 0; rank < schedule_.ranks; ++rank) {
            plan_of(rank).tokens = schedule_.placement.tokens_of(rank);
            plan_of(rank).steps.resize(1);
        }
    }

    RankPlan& plan_of(int rank) { return schedule_.rank_plans[static_cast<size_t>(rank)]; }

    RankStep& step_of(int rank, int step) {
        auto& steps = plan_of(rank).steps;
        if (steps.size() <= static_cast<size_t>(step)) steps.resize(static_cast<size_t>(step) + 1);
        return steps[static_cast<size_t>(step)];
    }

    const Pattern& pattern(int index) const { return schedule_.problem.patterns[static_cast<size_t>(index)]; }

    /// Step 0: every rank attends to its own keys, whatever else it will receive.
    void plan_local_work() {
        for (int rank = 0; rank < schedule_.ranks; ++rank)
            for (int p = 0; p < static_cast<int>(schedule_.problem.patterns.size()); ++p)
                for (const SegmentRange& range :
                     segments_touching(schedule_.placement, pattern(p).segment_length, rank))
                    add_work(rank, 0,
                             {p, rank, range,
                              pair_matrix(schedule_.problem, pattern(p), schedule_.placement, range, {rank},
                                          check_)[0],
                              -1});
    }

    void add_work(int rank, int step, const Work& work) {
        if (work.pairs > 0) step_of(rank, step).work.push_back(work);
    }

    void plan_ring() {
        std::vector<SubRing> shared;
        for (int stream = 0; stream < static_cast<int>(schedule_.streams.size()); ++stream)
            for (SubRing& ring :
                 make_sub_rings(schedule_.problem, schedule_.placement, stream_at(stream), stream, check_))
                shared.push_back(std::move(ring));
        if (schedule_.strategy == Strategy::all_gather) {
            std::vector<HeldPieces> held = gather_pieces();
            for (const SubRing& ring : shared) add_ring_work(ring, held[static_cast<size_t>(ring.stream)]);
        } else if (prune_) {
            for (const SubRing& ring : shared) {
                std::vector<int> hops;
                for (int j = 0; j < ring.size(); ++j) {
                    check_(ring.size());
                    hops.push_back(ring.hops_needed(j));
                }
                HeldPieces held = circulate(ring.stream, ring.segments, ring.members, hops);
                add_ring_work(ring, held);
            }
        } else {
            std::vector<int> everyone(static_cast<size_t>(schedule_.ranks));
            std::iota(everyone.begin(), everyone.end(), 0);
            const std::vector<int> all_hops(everyone.size(), schedule_.ranks - 1);
            std::vector<HeldPieces> held;
            for (int stream = 0; stream < static_cast<int>(schedule_.streams.size()); ++stream)
                held.push_back(circulate(stream, whole(stream_at(stream)), everyone, all_hops));
            for (const SubRing& ring : shared) add_ring_work(ring, held[static_cast<size_t>(ring.stream)]);
        }
        finish_transfers();
    }

    const Stream& stream_at(int stream) const { return schedule_.streams[static_cast<size_t>(stream)]; }

    SegmentRange whole(const Stream& stream) const {
        return {0, (schedule_.problem.seq_len + stream.segment_length - 1) / stream.segment_length};
    }

    /// The owner's share of some segments of a stream, packed.
    Piece make_piece(int stream_index, SegmentRange segments, int owner) {
        const Stream& stream = stream_at(stream_index);
        const Placement& placement = schedule_.placement;
        Piece piece{Payload::kv, stream_index, owner, segments, 0, 0, 0};
        if (stream.dilated) {
            piece.rows = kept_rows(placement, stream.segment_length, stream.dilation_rate, stream.offset,
                                   segments, owner, check_);
        } else {
            const int64_t end = std::min(placement.seq_len(), segments.end() * stream.segment_length);
            piece.rows = placement.rows_before(owner, end) -
                         placement.rows_before(owner, segments.first * stream.segment_length);
        }
        piece.bytes = piece_head_bytes(schedule_, piece) * schedule_.problem.batch *
                      static_cast<int64_t>(stream.kv_heads.size());
        return piece;
    }

    /// Puts the piece behind the others of its payload in that step's slot; its index.
    int append_piece(int rank, int step, Piece piece) {
        check_(8);  // it allocates
        auto& pieces = step_of(rank, step).pieces;
        const auto last = std::find_if(pieces.rbegin(), pieces.rend(),
                                       [&](const Piece& other) { return other.payload == piece.payload; });
        piece.slot_offset = last == pieces.rend() ? 0 : last->slot_offset + last->bytes;
        pieces.push_back(piece);
        return static_cast<int>(pieces.size()) - 1;
    }

    /// One piece of one transfer, before they are put together.
    struct Copy {
        int step;
        int to;
        int from;
        Payload payload;
        PieceCopy pieces;
        int64_t bytes;
    };

    /// Every rank's slot holds the packed shares of all owners, its own too, in the order of ranks.
    std::vector<HeldPieces> gather_pieces() {
        std::vector<std::vector<Piece>> shares(static_cast<size_t>(schedule_.ranks));
        for (int owner = 0; owner < schedule_.ranks; ++owner)
            for (int stream = 0; stream < static_cast<int>(schedule_.streams.size()); ++stream) {
                const Piece piece = make_piece(stream, whole(stream_at(stream)), owner);
                if (piece.rows > 0) shares[static_cast<size_t>(owner)].push_back(piece);
            }
        std::vector<HeldPieces> held(schedule_.streams.size(), HeldPieces(schedule_.ranks, 1));
        for (int rank = 0; rank < schedule_.ranks; ++rank)
            for (int owner = 0; owner < schedule_.ranks; ++owner)
                for (const Piece& piece : shares[static_cast<size_t>(owner)]) {
                    const int index = append_piece(rank, 0, piece);
                    held[static_cast<size_t>(piece.stream)].at(owner, 0) = index;
                    if (owner != rank)
                        copies_.push_back({0, rank, owner, piece.payload, {index, index}, piece.bytes});
                }
        return held;
    }

    /// Shares of the members travel from neighbour to neighbour: in step s the member at index i holds that
    /// of index i - s, which came from index i - 1. Two slots are enough, since nothing is held for longer
    /// than one step.
    HeldPieces circulate(int stream, SegmentRange segments, const std::vector<int>& members,
                         const std::vector<int>& hops) {
        const int size = static_cast<int>(members.size());
        HeldPieces held(size, size);
        for (int j = 0; j < size; ++j) {
            const int owner = members[static_cast<size_t>(j)];
            const Piece piece = make_piece(stream, segments, owner);
            if (piece.rows == 0 || hops[static_cast<size_t>(j)] == 0) continue;
            int before = append_piece(owner, 0, piece);
            for (int step = 1; step <= hops[static_cast<size_t>(j)]; ++step) {
                const int to = members[static_cast<size_t>((j + step) % size)];
                const int from = members[static_cast<size_t>((j + step - 1) % size)];
                const int index = append_piece(to, step, piece);
                held.at(j, step) = index;
                copies_.push_back({step, to, from, piece.payload, {before, index}, piece.bytes});
                before = index;
            }
        }
        return held;
    }

    /// Members work on each other's keys: in ring order of the sub-ring with prune, else of all ranks.
    void add_ring_work(const SubRing& ring, HeldPieces& held) {
        const Stream& stream = stream_at(ring.stream);
        for (int i = 0; i < ring.size(); ++i) {
            for (int j = 0; j < ring.size(); ++j) {
                check_(1);
                if (i == j || !ring.needs(i, j)) continue;
                const int rank = ring.members[static_cast<size_t>(i)];
                const int owner = ring.members[static_cast<size_t>(j)];
                const int step = prune_ ? (i - j + ring.size()) % ring.size()
                                        : (rank - owner + schedule_.ranks) % schedule_.ranks;
                const int piece =
                    held.at(prune_ ? j : owner, schedule_.strategy == Strategy::all_gather ? 0 : step);
                RINGSCOPE_CHECK(piece >= 0);
                for (size_t reader = 0; reader < stream.patterns.size(); ++reader) {
                    const int p = stream.patterns[reader];
                    check_(8);
                    add_work(
                        rank, step,
                        {p, owner, reader_segments(ring, pattern(p)), ring.pairs_at(reader, i, j), piece});
                }
            }
        }
    }

    /// The sub-ring's token interval in segments of one of its readers.
    SegmentRange reader_segments(const SubRing& ring, const Pattern& reader) const {
        const int64_t length = stream_at(ring.stream).segment_length;
        const int64_t begin = ring.segments.first * length;
        const int64_t end = std::min(schedule_.problem.seq_len, ring.segments.end() * length);
        const int64_t first = begin / reader.segment_length;
        return {first, (end - 1) / reader.segment_length + 1 - first};
    }

    /// One transfer per pair of ranks, step and payload, whatever streams it carries.
    void finish_transfers() {
        const auto message = [](const Copy& copy) {
            return std::tuple(copy.step, copy.to, copy.from, copy.payload);
        };
        std::stable_sort(copies_.begin(), copies_.end(), [&](const Copy& a, const Copy& b) {
            check_(1);
            return message(a) < message(b);
        });
        auto& transfers = schedule_.transfers;
        for (size_t i = 0; i < copies_.size(); ++i) {
            const Copy& copy = copies_[i];
            check_(8);
            if (i == 0 || message(copies_[i - 1]) != message(copy)) {
                const int index = static_cast<int>(transfers.size());
                step_of(copy.to, copy.step).receives.push_back(index);
                step_of(copy.from, copy.step).sends.push_back(index);
                transfers.push_back(
                    {copy.step, copy.from, copy.to, 0, step_of(copy.to, copy.step).pass, copy.payload, {}});
            }
            transfers.back().bytes += copy.bytes;
            transfers.back().copies.push_back(copy.pieces);
            plan_of(copy.to).received_bytes += copy.bytes;
            plan_of(copy.from).sent_bytes += copy.bytes;
            schedule_.bytes_on_wire += copy.bytes;
        }
    }

    void total() {
        size_t steps = 1;
        for (const RankPlan& plan : schedule_.rank_plans) steps = std::max(steps, plan.steps.size());
        schedule_.steps = static_cast<int>(steps);
        for (int rank = 0; rank < schedule_.ranks; ++rank) {
            plan_of(rank).steps.resize(steps);
            total_rank(plan_of(rank));
        }
        for (const Pattern& p : schedule_.problem.patterns)
            schedule_.pairs_allowed +=
                schedule_.problem.allowed_pairs(p) * static_cast<int64_t>(p.heads.size());
        schedule_.flops = schedule_.problem.flops();
        schedule_.dense_flops = schedule_.problem.dense_flops();
    }

    void total_rank(RankPlan& plan) {
        const Problem& problem = schedule_.problem;
        plan.slot_bytes.assign(schedule_.slots.size(), 0);
        for (size_t s = 0; s < plan.steps.size(); ++s) {
            RankStep& step = plan.steps[s];
            check_(8 + static_cast<int64_t>(step.work.size() + step.pieces.size()));
            int64_t pairs = 0;
            for (const Work& work : step.work)
                pairs += work.pairs * static_cast<int64_t>(pattern(work.pattern).heads.size());
            step.flops = 4.0 * problem.head_dim * problem.batch * static_cast<double>(pairs);
            plan.flops += step.flops;
            schedule_.pairs_planned += pairs;
            for (const Piece& piece : step.pieces) {
                int64_t& slot = plan.slot_bytes[slot_index(piece.payload, s)];
                slot = std::max(slot, piece.slot_offset + piece.bytes);
            }
        }
        plan.predicted = own_bytes(schedule_.experiment, plan.tokens);
        for (const PayloadLayout& layout : schedule_.payloads)
            plan.predicted[static_cast<size_t>(layout.purpose)] += travelling_bytes(plan, layout.payload);
    }

    size_t slot_index(Payload payload, size_t step) const {
        return static_cast<size_t>(schedule_.slot_of(payload, static_cast<int>(step)));
    }

    /// The most that a rank holds at once in the payload's slots. A slot is held from the exchange of the
    /// step before its first use, when it is received into, until that of the step after its last, when the
    /// successors have copied it; that exchange gives it back before it receives.
    int64_t travelling_bytes(const RankPlan& plan, Payload payload) const {
        const size_t steps = plan.steps.size();
        struct Use {
            size_t first;  // step
            size_t last;
        };
        std::vector<std::optional<Use>> uses(schedule_.slots.size());
        for (size_t step = 0; step < steps; ++step)
            for (const Piece& piece : plan.steps[step].pieces) {
                if (piece.payload != payload) continue;
                auto& use = uses[slot_index(payload, step)];
                use = Use{use ? use->first : step, step};
            }
        int64_t most = 0;
        for (size_t next = 0; next <= steps; ++next) {  // the exchange that receives for this step
            int64_t held = 0;
            for (size_t slot = 0; slot < uses.size(); ++slot)
                if (uses[slot] && uses[slot]->first <= next && next <= uses[slot]->last + 1)
                    held += aligned_bytes(plan.slot_bytes[slot]);
            most = std::max(most, held);
        }
        return most;
    }

    Schedule schedule_;
    bool prune_ = false;
    StopCheck check_;
    std::vector<Copy> copies_;
};

/// What ranks of this executor hold in addition to, or instead of, what ranks on the CPU hold.
void predict_memory(Schedule& schedule) {
    const MemoryModel& model = schedule.memory_model;
    for (int rank = 0; rank < schedule.ranks; ++rank) {
        RankPlan& plan = schedule.rank_plans[static_cast<size_t>(rank)];
        const auto predicted = [&](Purpose purpose) -> int64_t& {
            return plan.predicted[static_cast<size_t>(purpose)];
        };
        if (model.keeps_slots) {
            for (const PayloadLayout& layout : schedule.payloads) predicted(layout.purpose) = 0;
            for (size_t slot = 0; slot < schedule.slots.size(); ++slot)
                predicted(schedule.layout_of(schedule.slots[slot].payload).purpose) +=
                    aligned_bytes(plan.slot_bytes[slot]);
        }
        if (model.workspace_bytes != nullptr)
            predicted(Purpose::workspace) += model.workspace_bytes(schedule, rank);
    }
}

}  // namespace

Schedule plan(const Experiment& experiment, const MemoryModel& model, std::stop_token stop) {
    require_plannable(experiment, plan_size(experiment));
    Schedule schedule = Planner(experiment, std::move(stop)).make();
    schedule.memory_model = model;
    predict_memory(schedule);
    return schedule;
}

}  // namespace ringscope
