// Transfers by cudaMemcpyPeerAsync: copy engines move the bytes, events keep the order, no processor is used
// and nobody can wait in a circle. Works between GPUs and between ranks that share one.
//
//   receiver's copy stream, for a transfer used in step s:
//     wait   the slot is free: attended(s - 2), and what was sent out of it has been copied
//     wait   without overlap: attended(s - 1) of both
//     event  posted
//     wait   the sender has its chunk of step s - 1
//     event  begin     copy, copy, ...     event  done
//
// Every event waited for was recorded by an earlier call, since calls come step by step and a step waits only
// for earlier ones. So the order of calls is an order in which the device can do everything.
#pragma once

#include "engine/cuda/transport/device_transport.h"

namespace ringscope {

class PeerTransport final : public DeviceTransport {
  public:
    explicit PeerTransport(const TransportScene& scene) : DeviceTransport(scene) {}
    void enqueue(int step, std::stop_token stop) override;

  private:
    void enqueue_transfer(int index);
    void hold_back_until_free(const Transfer& transfer, cudaStream_t stream) const;
    void copy(const Transfer& transfer, cudaStream_t stream) const;
};

}  // namespace ringscope
