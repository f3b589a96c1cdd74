// The times of a huge ring, step by step and rank by rank, by the rules of engine/cpu/rank_loop.cpp.
//
// What a rank waits for in exchange(s) lies in exchange(s - 1) of its neighbours (rank_loop.cpp says why it cannot
// deadlock), so no events are needed: with published(f, s) when rank f let its successors have what they use in step
// s, and taken(k, s) when they all have copied what rank k sent for step s,
//
//   exchange(k, s):  begins at max(its own begin, taken(k, s))
//     receives       from f at max(that, published(f, s + 1)) + message + latency, for bytes / rate
//     publishes      published(k, s + 2) when all have arrived
//   step(k, s) ends  at the later of its attention and its exchange (overlap; else one after the other)
//
// Held are a few numbers per rank; no spans. Ranks have a device each. Transfers of a step that share a link share its
// rate as step_links.h has it, which is all that may differ from the event engine (layout.h).
#pragma once

#include <functional>
#include <stop_token>
#include <vector>

#include "engine/base/stop_check.h"
#include "engine/run/metrics.h"
#include "engine/run/simulation.h"
#include "engine/simulate/jitter.h"
#include "engine/simulate/step_links.h"
#include "engine/simulate/streamed_costs.h"

namespace ringscope {

/// What rank's slots hold at most, and how its time went.
struct StreamedRank {
    RankMetrics metrics;  // but for memory
    int64_t slot_bytes[2] = {0, 0};
    int first_use[2] = {-1, -1};  // step; -1: never
    int last_use[2] = {-1, -1};
    double flops = 0;
};

struct StreamedTimes {
    double seconds = 0;
    std::vector<StreamedRank> ranks;
};

class Recurrence {
  public:
    /// All must outlive it. `ranks` at most devices.
    Recurrence(StreamedRing& ring, const Experiment& experiment, const MachineModel& machine,
               const std::vector<SlowRank>& slow_ranks);

    /// One trial. `step_done` after each step. Throws Error(cancelled).
    StreamedTimes run(const JitterFactors& jitter, const std::function<void()>& step_done,
                      const std::stop_token& stop);

  private:
    /// What the device does in a step: attends, then merges.
    struct DeviceWork {
        double submitted = 0;
        double begin = 0;
        double attended = 0;
        double ended = 0;
        double slowed = 1;         // its speed while its rank copies, over that otherwise
        double copy_speed = 1;     // meanwhile, over that of a thread with a core for itself
        double pack_on_wait = 0;   // seconds before it began that count as packing
        double pack_on_merge = 0;  // seconds of the merge that count as packing
    };
    struct Rank {
        double begin = 0;  // of the step
        double now = 0;    // of its own thread
        DeviceWork work;
        double published = 0;  // for the step after this one
        double publishes = 0;  // for that behind it
        double taken = 0;      // what it sent for this step
        double takes = 0;      // and for the next
        double factor = 1;
    };
    struct Incoming {
        int from = 0;
        int pair = 0;  // of StepLinks
        int until = 0;
    };
    struct Arrival {
        int from = 0;
        int pair = 0;
        int64_t bytes = 0;
    };

    Rank& at(int rank) { return ranks_[static_cast<size_t>(rank)]; }
    RankMetrics& metrics_of(int rank) { return times_.ranks[static_cast<size_t>(rank)].metrics; }

    void find_incoming();
    void set_active(int step);
    void reset();
    void gather();
    void begin_step(int rank, int step);
    void start_work(int rank, int step);
    void share_own(int rank);
    double delayed(int rank, int step, int during_step, double now) const;
    void read_arrivals(int step);
    void end_step(int rank, int step);
    void exchange(int rank, int step);
    void receive(int rank, const Arrival* first, const Arrival* last);
    void receive_one(int rank, const Arrival& arrival);
    void receive_together(int rank, const Arrival* first, const Arrival* last);
    void receive_in_turn(int rank, const Arrival* first, const Arrival* last);
    double copy(DeviceWork& work, double from, double seconds) const;
    static double exposed(const DeviceWork& work, double from, double to);
    void hold(int rank, int step, int64_t bytes);
    void finish(int rank);

    StreamedRing& ring_;
    StreamedCosts costs_;
    const MachineModel& machine_;
    const std::vector<SlowRank>& slow_ranks_;
    const bool passes_on_;  // the strategy is ring
    const bool overlap_;
    const double threads_;
    StepLinks links_;
    std::vector<Incoming> incoming_;      // by receiver, then sender
    std::vector<size_t> first_incoming_;  // by rank, and one more
    std::vector<int> active_until_;       // steps in which pairs end, ascending
    std::vector<Rank> ranks_;
    std::vector<StreamedReceive> receives_;
    std::vector<Arrival> arrivals_;      // of the step, by receiver
    std::vector<size_t> first_arrival_;  // by rank, and one more
    std::vector<double> edges_;
    const JitterFactors* jitter_ = nullptr;
    StopCheck check_;
    StreamedTimes times_;
};

}  // namespace ringscope
