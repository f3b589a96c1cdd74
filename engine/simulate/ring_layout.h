// The event engine behind layout.h: every rank lives as engine/cpu/rank_loop.cpp has it, in simulated time.
//
//                 +-- attends ------------------------------+        (overlap: beside the exchange)
//   begin step ---+                                         +--- end step
//                 +-- shares its own (step 0), exchanges ---+
//
//   exchange(s):  waits until what it sent for step s is taken
//                 receives for step s + 1
//                 passes on for step s + 2
#pragma once

#include <cmath>
#include <stop_token>
#include <vector>

#include "engine/run/rank_trace.h"
#include "engine/run/simulation.h"
#include "engine/simulate/event_queue.h"
#include "engine/simulate/gather_plan.h"
#include "engine/simulate/laid_out.h"
#include "engine/simulate/network.h"
#include "engine/simulate/slot_memory.h"
#include "engine/simulate/work_costs.h"
#include "engine/simulate/workers.h"

namespace ringscope {

class RingLayout {
  public:
    /// `fixed_seconds` by transfer stand for the links where it is not null. All must outlive the layout.
    RingLayout(const Schedule& schedule, const WorkCosts& costs, const MachineModel& machine,
               const std::vector<SlowRank>& slow_ranks, const TransferSeconds* fixed_seconds);

    /// Once. Throws Error(cancelled) on a stop request.
    LaidOut run(const std::stop_token& stop);

  private:
    /// What a rank's own thread does, or waits for.
    enum class At {
        packing,
        sleeping,
        attending_first,
        sent_taken,
        receiving,
        attending,
        normalising,
        ended
    };
    /// What a rank that receives waits for at an instant.
    enum class Arriving { no, late, on_link, moving };

    struct Rank {
        At at = At::packing;
        int step = 0;
        bool attends = false;
        bool merging = false;     // the job on the device is the merge behind the attention
        double submitted = 0;     // the job on the device
        double active_since = 0;  // and when its first worker came
        double since = 0;         // it packs, or waits for a send to be taken
        size_t next_sent = 0;     // of the step's sends: the first that may not be taken
        int open = 0;             // receives that have not arrived
        int on_link = 0;          // receives that have begun, and whose first byte is on its way
        int moving = 0;           // receives whose bytes move
        Arriving arriving = Arriving::no;
        double arriving_since = 0;
        int waits_for = -1;    // a transfer: the last that the wait was about
        int receives_for = 0;  // step
        int publishes = -1;    // step of what it shares when its sleep ends
        int during_step = 0;   // and the step in which it came by that
        double ended = 0;
    };
    struct Message {
        bool published = false;
        bool posted = false;
        bool begun = false;
        bool taken = false;
        int flow = -1;
        bool copies = false;  // a thread is busy with it, and does not wait for a slow link
    };

    const RankStep& plan_of(int rank, int step) const {
        return schedule_.rank_plans[static_cast<size_t>(rank)].steps[static_cast<size_t>(step)];
    }
    const StepCost& cost_of(int rank, int step) const {
        return costs_[static_cast<size_t>(rank)].steps[static_cast<size_t>(step)];
    }
    const Transfer& transfer_at(int index) const { return schedule_.transfers[static_cast<size_t>(index)]; }
    Rank& rank_at(int rank) { return ranks_[static_cast<size_t>(rank)]; }
    Message& message_at(int index) { return messages_[static_cast<size_t>(index)]; }
    TransferTimes& times_of(int index) { return times_[static_cast<size_t>(index)]; }
    RankTrace& trace_of(int rank) { return traces_[static_cast<size_t>(rank)]; }
    Workers& workers_of(int rank) {
        return devices_[static_cast<size_t>(device_[static_cast<size_t>(rank)])];
    }
    void touch(int rank) { touched_.push_back(device_[static_cast<size_t>(rank)]); }
    double factor(int rank) const;
    int64_t ns(double seconds) const;
    void wait_span(int rank, WaitCause cause, int transfer, int peer, double since);

    // A rank's life, in order.
    void begin(int rank);
    void share_own(int rank);
    void packed(int rank);
    void begin_step(int rank, int step);
    void after_sharing(int rank);
    void exchange(int rank);
    void wait_taken(int rank);
    void all_taken(int rank);
    void receive(int rank, int step);
    void received(int rank);
    void finish_attention(int rank);
    void end_step(int rank);
    void normalise(int rank);
    void end(int rank);

    void attend(int rank);
    void submit_attention(int rank);
    void job_started(int rank, double seconds);
    void job_ended(int rank);
    void publish(int rank, int step, int during_step);
    void publish_now(int rank);

    bool is_ready(int index) const;
    void begin_ready(int rank);
    void begin_transfer(int index);
    void bytes_begin(int index);
    double fixed_seconds(int index) const;
    void arrived(int index);
    void note_arriving(int rank);
    void trace_arrival(int index);
    void tell_of(int index);
    int owner_of(int index) const;

    void dispatch(const Event& event);
    void settle();
    void sample(int rank, int step);
    LaidOut collect();

    const Schedule& schedule_;
    const WorkCosts& costs_;
    const MachineModel& machine_;
    const std::vector<SlowRank>& slow_ranks_;
    const TransferSeconds* const fixed_seconds_;
    const bool ring_;
    const bool overlap_;
    const bool on_cpu_;
    double now_ = 0;
    int64_t looked_ = 0;  // events taken
    EventQueue events_;
    Network network_;
    std::vector<GatherHop> hops_;           // all_gather: by transfer
    std::vector<std::vector<int>> relays_;  // all_gather: transfers that wait for one
    std::vector<int> device_;               // by rank
    std::vector<Workers> devices_;
    std::vector<int64_t> device_version_;
    std::vector<int> touched_;              // devices whose jobs changed since settle()
    std::vector<std::vector<int>> copies_;  // by device: flows of ranks that copy on it
    std::vector<int> transfer_of_flow_;
    std::vector<int64_t> flow_version_;
    std::vector<Rank> ranks_;
    std::vector<Message> messages_;
    std::vector<TransferTimes> times_;
    std::vector<RankTrace> traces_;
    std::vector<SlotMemory> memory_;
};

}  // namespace ringscope
