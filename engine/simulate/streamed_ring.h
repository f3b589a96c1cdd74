// The schedule of a huge ring, read step by step instead of stored: what plan() would say of one rank in one step,
// and what that work costs on a machine.
//
// Held is what grows with ranks x sub-rings: members, the size of each share, how far it travels. What a rank does in
// a step follows from its places in its sub-rings:
//
//   in step s the member at index i works on the share of the member at index i - s, which comes from index i - 1
#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "engine/experiment/machine_model.h"
#include "engine/plan/resolved_ring.h"
#include "engine/simulate/reader_costs.h"

namespace ringscope {

/// As Work of a schedule, with what it costs. `pairs` and `rows` are of one head and batch entry, `seconds` of all.
struct StreamedWork {
    int ring = -1;  // in the order of the planner's sub-rings; -1: the rank's own keys
    int pattern = 0;
    int owner = 0;
    int64_t count = 1;     // of Works that a schedule would have: segments that lie alike
    int64_t segments = 0;  // of the pattern, in each of them
    PairCost cost;
};

/// As Transfer of a schedule.
struct StreamedReceive {
    int from = 0;
    int64_t bytes = 0;
};

class StreamedRing {
  public:
    /// The experiment is valid and the machine has a rate for its dtype; both outlive the ring. Throws
    /// Error(bad_input) where not even the sub-rings can be held, Error(cancelled).
    StreamedRing(const Experiment& experiment, const MachineModel& machine, const std::stop_token& stop);

    int ranks() const { return resolved_.placement.ranks(); }
    int steps() const { return steps_; }
    Strategy strategy() const { return resolved_.strategy; }
    const Problem& problem() const { return resolved_.problem; }
    int64_t tokens_of(int rank) const { return resolved_.placement.tokens_of(rank); }
    /// What a rank packs and lets travel; of all_gather what it shares with everybody.
    int64_t own_bytes(int rank) const { return own_bytes_[static_cast<size_t>(rank)]; }
    bool packs(int rank) const { return packs_[static_cast<size_t>(rank)]; }

    /// Work of a rank in a step, appended to `works`, that of large sub-rings first. A few ten nanoseconds per sub-ring.
    void read_work(int rank, int step, std::vector<StreamedWork>& works);
    /// ring, step 1 and later: what arrives for use in the step, by sender, appended.
    void read_receives(int rank, int step, std::vector<StreamedReceive>& receives) const;

    /// Pairs of ranks that something travels between, at the latest in step `until` - 1. ring.
    struct Neighbours {
        int from = 0;
        int to = 0;
        int until = 0;
    };
    std::vector<Neighbours> neighbours() const;

    /// Looks at a pair of ranks and a pattern that reading all steps takes.
    double looks() const;

  private:
    struct Ring {
        int stream = 0;
        int64_t count = 1;  // of sub-rings that lie alike
        SegmentRange segments;
        std::vector<int> members;
        std::vector<int> hops;       // by member: of its share
        std::vector<int64_t> bytes;  // by member: its share, of all these sub-rings
        std::vector<ReaderCosts> readers;
        int size() const { return static_cast<int>(members.size()); }
        int index_of(int rank) const;  // -1: no member
    };
    /// A rank's place in a sub-ring.
    struct Seat {
        int ring = 0;
        int index = 0;
    };

    void make_rings(int stream);
    void add_ring(int stream, SegmentRange segments, int64_t count);
    bool takes_part(const Ring& ring, int index);
    void drop_bystanders(Ring& ring);
    void set_hops(Ring& ring);
    bool needs(const Ring& ring, int query_index, int key_index) const;
    int64_t share_bytes(int stream, SegmentRange segments, int owner);
    void share_whole_streams();
    void seat_members();
    void count_steps();
    void read_local_work(int rank, std::vector<StreamedWork>& works);
    void read_pair(const Ring& ring, int query_index, int key_index, std::vector<StreamedWork>& works);
    int64_t reader_segments(const Ring& ring, const Pattern& reader) const;
    const Stream& stream_at(int stream) const { return resolved_.streams[static_cast<size_t>(stream)]; }
    const Pattern& pattern_at(int pattern) const {
        return resolved_.problem.patterns[static_cast<size_t>(pattern)];
    }
    const Ring& ring_at(int ring) const { return rings_[static_cast<size_t>(ring)]; }

    const ResolvedRing resolved_;
    const AttentionRates rates_;
    BlockCosts blocks_;
    StopCheck check_;
    int steps_ = 1;
    std::vector<Ring> rings_;
    std::vector<Seat> seats_;         // by rank, rings with the most members first
    std::vector<size_t> first_seat_;  // by rank, and one more
    std::vector<int64_t> own_bytes_;  // by rank
    std::vector<bool> packs_;         // by rank: something of its own lies in its slot in step 0
};

}  // namespace ringscope
