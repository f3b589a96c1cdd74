// Transfers by NCCL, one GPU per rank. All sends and receives of a hop, of all ranks, are one group: on each
// rank they become one kernel, which ends when all of them have.
//
//   copy stream of every rank that sends or receives for use in step s:
//     wait   the slot is free: attended(s - 2); without overlap: attended(s - 1)
//     event  ready; a receiver: posted
//     wait   ready of everyone it sends to or receives from
//     event  begin     NCCL's kernel     event  done
//
// So nobody's kernel occupies multiprocessors while it waits for a late rank. What a rank sends is in its
// slot by the order of its copy stream: packed there, or received by the hop before; and what a hop
// overwrites was sent by the hop before. Every `ready` waits for earlier steps alone, so nobody waits in a
// circle.
//
// all_gather is one ncclAllGather, in place, where all ranks own equally many bytes; else one group of sends
// and receives.
#pragma once

#include "engine/cuda/transport/device_transport.h"
#include "engine/cuda/transport/nccl_communicators.h"

namespace ringscope {

class NcclTransport final : public DeviceTransport {
  public:
    explicit NcclTransport(const TransportScene& scene);

    /// Makes the communicators, and a first exchange between all who will ever have one: NCCL connects two
    /// GPUs only then.
    void connect(std::stop_token stop) override;
    void enqueue(int step, std::stop_token stop) override;
    void check() const override { communicators_.check(); }
    void end(bool complete) noexcept override;

  private:
    std::vector<int> transfers_for(int step) const;
    /// By rank: whom it sends to or receives from; empty where it takes no part.
    std::vector<std::vector<int>> peers_in(const std::vector<int>& transfers) const;
    void await_everyone(int step, const std::vector<int>& transfers,
                        const std::vector<std::vector<int>>& peers);
    bool faulty(const std::vector<int>& transfers, int rank, Fault::Kind kind) const;
    void put_exchange(const std::vector<int>& transfers) const;
    void put_all_gather(const std::vector<int>& transfers) const;
    void put_greetings() const;
    void wait_for_copy_streams(std::stop_token stop) const;

    const int64_t share_bytes_;              // of every rank, for ncclAllGather; 0: sends and receives
    std::vector<std::vector<Event>> ready_;  // by step, rank
    std::vector<std::unique_ptr<DeviceArena>> arenas_;
    std::vector<DeviceBuffer> greetings_;  // by rank: what the first exchange receives, by sender, and sends
    NcclCommunicators communicators_;
};

}  // namespace ringscope
