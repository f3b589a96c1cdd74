// How chunks get from one rank's slot into another's: the seam between the ring and what moves its bytes.
//
//   backend.transport   ranks            what moves the bytes                     "auto"
//   peer                several per GPU  copy engines, by cudaMemcpyPeerAsync     always: it serves every
//                                                                                 number of ranks and GPUs
//   nccl                one per GPU      NCCL's kernels, on the multiprocessors   never: not yet measured to
//                                                                                 be faster anywhere
//
// A new transport is one file and one line in device_transports.cpp.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/cuda/cuda_rank.h"
#include "engine/cuda/transport/topology.h"
#include "engine/run/engine_option.h"
#include "engine/run/fault.h"

namespace ringscope {

/// What a transport works on. All of it outlives the transport.
struct TransportScene {
    const Schedule& schedule;
    const std::vector<std::unique_ptr<CudaRank>>& ranks;
    const std::vector<const int32_t*>& cancelled;  // by rank: its device's flag
    const Fault& fault;
};

/// Used by one thread.
class DeviceTransport {
  public:
    /// One transfer on its receiver's copy stream: the slot is free, both sides are ready, the bytes are
    /// there.
    struct Times {
        explicit Times(int device) : posted(device), begin(device), done(device) {}
        Event posted, begin, done;
    };

    virtual ~DeviceTransport() = default;
    DeviceTransport(const DeviceTransport&) = delete;
    DeviceTransport& operator=(const DeviceTransport&) = delete;

    /// Before the clock starts, slots allocated: connects the ranks. What lies in the slots is lost. Throws
    /// Error.
    virtual void connect(std::stop_token) {}
    /// Puts all transfers for use in `step` into the copy streams. Steps in order; before attend(step).
    virtual void enqueue(int step, std::stop_token stop) = 0;
    /// Throws what went wrong meanwhile and does not show in the streams.
    virtual void check() const {}
    /// The last call of a run. `complete`: all streams have ended; else what is under way is given up, so
    /// that they can.
    virtual void end(bool complete) noexcept { static_cast<void>(complete); }

    /// Makes `stream` wait until everything that `rank` holds in `step` is in its slot.
    void hold_back_until_held(int rank, int step, cudaStream_t stream) const;
    /// Parallel to Schedule::transfers.
    const Times& times(int transfer) const { return times_[static_cast<size_t>(transfer)]; }

  protected:
    explicit DeviceTransport(const TransportScene& scene);

    /// The payload's slot for `step` is no longer read by the rank's attention; without overlap, its
    /// attention of the step before has ended, too.
    void hold_back_until_attended(int rank, Payload payload, int step, cudaStream_t stream) const;
    /// Pieces of a transfer that lie side by side in both slots, as one: target, source, bytes.
    void for_each_stretch(const Transfer& transfer,
                          const std::function<void(std::byte*, const std::byte*, size_t)>& use) const;
    /// The step whose slot the sender sends out of.
    int sent_in(const Transfer& transfer) const { return gather_ ? 0 : transfer.step - 1; }
    bool has_fault(const Transfer& transfer, Fault::Kind kind) const;
    /// Holds a stream of `rank` up so long, or until the run is being abandoned.
    void stall(int rank, double seconds, cudaStream_t stream) const;

    const CudaRank& rank_at(int rank) const { return *scene_.ranks[static_cast<size_t>(rank)]; }
    const Transfer& transfer_at(int index) const {
        return scene_.schedule.transfers[static_cast<size_t>(index)];
    }
    Times& times_of(int transfer) { return times_[static_cast<size_t>(transfer)]; }
    const RankStep& step_of(int rank, int step) const {
        return scene_.schedule.rank_plans[static_cast<size_t>(rank)].steps[static_cast<size_t>(step)];
    }

    const TransportScene scene_;
    const bool gather_;

  private:
    std::vector<Times> times_;
};

/// One entry in the list of transports.
struct TransportEntry {
    const char* name;  // as backend.transport takes it
    std::string (*description)();
    const char* not_built;   // why this build lacks it; "" when it is there
    bool one_rank_per_gpu;   // cannot join ranks that share one
    bool allocates_outside;  // a library of its own memory, beside the pool
    /// Null where it was not built.
    std::unique_ptr<DeviceTransport> (*make)(const TransportScene&);
};

/// The first is what "auto" stands for.
std::span<const TransportEntry> device_transports();

/// `asked` as in backend.transport. Throws Error(bad_input) for one that this build lacks or that cannot join
/// so many ranks on so many GPUs.
const TransportEntry& choose_transport(const std::string& asked, int ranks, int gpus);

/// What this build has and whether it can be used here.
std::vector<EngineOption> transport_options();

}  // namespace ringscope
