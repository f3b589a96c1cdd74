// One rank's life: the ring loop. Runs on the rank's own thread, which mostly waits; workers do the
// attention.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/cpu/attend_job.h"
#include "engine/cpu/rank_transport.h"
#include "engine/host/worker_pool.h"
#include "engine/run/fault.h"

namespace ringscope {

class RankLoop {
  public:
    /// What the ranks of a run share.
    struct Shared {
        const AttendJob::Context& attend;
        RankTransport& transport;
        WorkerPool& pool;
        const Fault& fault;
    };
    RankLoop(const Shared& shared, RankMemory& memory, RankTrace& trace);

    /// Throws Error for what went wrong on this rank, Interrupted when the run was stopped.
    void run();

  private:
    struct Attention;
    static constexpr Payload kTravels = Payload::kv;  // in the forward pass

    void begin_step(int step);
    void gather();
    void share_own(int step);
    void exchange(int step);
    void attend_done(const JobTimes& times, int step, int owner);
    void normalise();
    Exchange of_step(int step) const { return {rank_, step, kTravels}; }
    const RankStep& plan_of(int step) const {
        return schedule_.rank_plans[static_cast<size_t>(rank_)].steps[static_cast<size_t>(step)];
    }
    std::byte* slot_for(int step);
    void release_slot_of(int step);
    void publish(int step, int during_step);
    void sample(int step);
    void throw_if_stopped() const;

    const Shared& shared_;
    const Schedule& schedule_;
    RankMemory& memory_;
    RankTrace& trace_;
    const int rank_;
    const bool ring_;
    const bool overlap_;
    std::vector<int> last_use_;  // by slot: the last step with pieces in it; -1 when there is none
};

}  // namespace ringscope
