// How chunks get from one CPU rank's slot into another's: the seam between the ring loop and what moves its
// bytes.
//
//   sender                                   receiver
//   publish(s): "what I send for use in      receive(s): posts, waits until a sender has published, copies,
//                step s lies here"                       marks the transfer as taken
//   wait_taken(s): until all copies of it
//                are made: the slot is free
//
// A transport is one file and one line in cpu_transports.cpp. What every one of them promises:
//
//   publish never waits, and receive and wait_taken wait for nothing but what rank_loop.cpp's proof counts
//   on: a publish, and the end of a receive.
//
//   A slow rank is not a lost one, and neither is one without a core. A wait counts towards the time limit only
//   while nothing that some rank still does could end it, and it is the root of what holds the ranks up. That is
//   when the transfer is lost (sent, and nothing came), when the peer is not at work (it sleeps, has ended, or
//   never began), or when following who waits for whom from the peer on comes back to the waiting rank itself,
//   and that rank waits for data. While the chain ends at a rank that is at work, whether or not it gets a core,
//   everybody is patient; a rank whose wait is over and that has not run since is at work. Ranks that hang on
//   somebody else's wait leave the message to it. So the message names the transfer that is really missing, and
//   the chain (wait_chain.h).
#pragma once

#include <cstddef>
#include <vector>

#include "engine/run/rank_trace.h"

namespace ringscope {

/// One rank's side of an exchange: all transfers of a payload that it sends, or receives, for use in a step.
struct Exchange {
    int rank = 0;
    int step = 0;
    Payload payload = Payload::kv;
};

/// Thread-safe; each rank calls from its own thread.
class RankTransport {
  public:
    virtual ~RankTransport() = default;

    /// All that the rank sends lies in `slot` and stays there until wait_taken(sent). Null: it is sent, and lost
    /// on its way, as a fault wants it.
    virtual void publish(const Exchange& sent, const std::byte* slot) = 0;

    /// Brings all that the rank receives into `slot`, whichever is ready first; spans of kind `kind` go to
    /// the trace under `during_step`. Throws Interrupted, or Error(run_failed) at the time limit.
    virtual void receive(const Exchange& received, std::byte* slot, SpanKind kind, int during_step,
                         RankTrace& trace) = 0;

    /// Until everything that was published as `sent` is copied away. Throws as receive does.
    virtual void wait_taken(const Exchange& sent, int during_step, RankTrace& trace) = 0;

    /// Says that the rank has work of its own to do whenever it does not wait here: its peers are patient. So
    /// from before its thread starts until that ends.
    virtual void set_working(int rank, bool working) = 0;

    /// Returns after `seconds`, in which the rank does not count as at work. Throws Interrupted when the run is
    /// stopped meanwhile.
    virtual void sleep(int rank, double seconds) = 0;

    /// Wakes everybody who waits; call after RunControl::stop().
    virtual void interrupt() = 0;

    /// Parallel to Schedule::transfers. Call when no rank runs any more.
    virtual std::vector<TransferTimes> times() const = 0;
};

}  // namespace ringscope
