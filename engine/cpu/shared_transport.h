// Transfers between ranks of one process: the receiver copies out of the sender's slot into its own.
//
//   sender                                   receiver
//   publish(s): "what I send for use in      receive(s): posts, waits until a sender has published, copies,
//                step s lies here"                       marks the transfer as taken
//   wait_taken(s): until all copies of it
//                are made: the slot is free
//
// The copies are real (memcpy between the two ranks' arenas), made by the receiving rank's own thread beside
// the worker threads, so memory and traffic are what a ring over a wire has.
//
// A slow rank is not a lost one. A wait counts towards the time limit only while it is the root of what holds
// the ranks up: following who waits for whom from the peer on, either the peer waits for nobody and is not
// computing (it sleeps, or is gone), or the chain comes back to the waiting rank itself (the peer, too, waits
// in vain) and that rank waits for data. While the chain ends at a rank that computes, everybody is patient;
// ranks that hang on somebody else's wait leave the message to it. So the message names the transfer that is
// really missing.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <vector>

#include "engine/cpu/rank_trace.h"
#include "engine/cpu/run_control.h"
#include "engine/plan/schedule.h"

namespace ringscope {

/// Thread-safe; each rank calls from its own thread.
class SharedTransport {
  public:
    /// Both must outlive the transport. `timeout_seconds`: for one transfer.
    SharedTransport(const Schedule& schedule, const RunControl& control, double timeout_seconds);

    /// All that `rank` sends for use in `step` is in `slot` and stays there until wait_taken(rank, step).
    void publish(int rank, int step, const std::byte* slot);

    /// Brings all of the rank's transfers of `step` into `slot`, whichever is ready first; spans of kind
    /// `kind` go to the trace under `during_step`. Throws Interrupted, or Error(run_failed) at the time
    /// limit.
    void receive(int rank, int step, std::byte* slot, SpanKind kind, int during_step, RankTrace& trace);

    /// Until everything that `rank` published for `step` was copied away. Throws as receive does.
    void wait_taken(int rank, int step, int during_step, RankTrace& trace);

    /// Says that the rank does nothing but wait for its own attention: its peers are patient.
    void set_computing(int rank, bool computing);

    /// Returns after `seconds`. Throws Interrupted when the run is stopped meanwhile.
    void sleep(double seconds);

    /// Wakes everybody who waits; call after RunControl::stop().
    void interrupt();

    /// Parallel to Schedule::transfers. Call when no rank runs any more.
    std::vector<TransferTimes> times() const;

  private:
    struct Message {
        const std::byte* source = nullptr;  // the sender's slot, once published
        bool taken = false;
        TransferTimes times;
    };
    struct RankState {
        bool computing = false;
        bool receiving = false;  // what it waits for is data, not room
        int waits_for = -1;      // rank
    };

    void wait_until(std::unique_lock<std::mutex>& lock, int rank, int peer, bool receiving,
                    const std::function<bool()>& ready,
                    const std::function<Error(double waited_seconds)>& late);
    bool holds_up_the_rest(int rank) const;
    int await_any(int rank, const std::vector<int>& open, int during_step, RankTrace& trace);
    void copy(const Transfer& transfer, const std::byte* source, std::byte* slot) const;

    const Schedule& schedule_;
    const RunControl& control_;
    const double timeout_seconds_;
    mutable std::mutex mutex_;  // guards everything below; a ring has a few messages a step, so one is enough
    std::condition_variable changed_;
    std::vector<Message> messages_;
    std::vector<RankState> ranks_;
};

}  // namespace ringscope
