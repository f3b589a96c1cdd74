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

#include <memory>
#include <vector>

#include "engine/cuda/cuda_rank.h"
#include "engine/executor.h"

namespace ringscope::cuda {

class PeerTransport {
  public:
    struct Times {
        explicit Times(int device) : posted(device), begin(device), done(device) {}
        Event posted, begin, done;
    };

    /// `cancelled` is, for each rank, its device's flag. All must outlive the transport.
    PeerTransport(const Schedule& schedule, const std::vector<std::unique_ptr<CudaRank>>& ranks,
                  const std::vector<const int32_t*>& cancelled, const Fault& fault);

    /// Puts all transfers for use in `step` into the receivers' copy streams. Steps in order; before
    /// attend(step).
    void enqueue(int step);
    /// Makes `stream` wait until everything that `rank` holds in `step` is in its slot.
    void hold_back_until_held(int rank, int step, cudaStream_t stream) const;
    /// Parallel to Schedule::transfers.
    const Times& times(int transfer) const { return times_[static_cast<size_t>(transfer)]; }

  private:
    void enqueue(int index, const Transfer& transfer);
    void hold_back_until_free(const Transfer& transfer, cudaStream_t stream) const;
    void copy(const Transfer& transfer, cudaStream_t stream) const;
    const RankStep& step_of(int rank, int step) const {
        return schedule_.rank_plans[static_cast<size_t>(rank)].steps[static_cast<size_t>(step)];
    }

    const Schedule& schedule_;
    const std::vector<std::unique_ptr<CudaRank>>& ranks_;
    const std::vector<const int32_t*>& cancelled_;
    const Fault& fault_;
    const bool gather_;
    std::vector<Times> times_;
};

}  // namespace ringscope::cuda
