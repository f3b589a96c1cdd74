// One rank on one GPU: its buffers, its two streams, and what it launches.
//
//   compute stream   attend(0)      attend(1)      ...   normalise
//   copy stream      pack  receive(1)  receive(2)  ...            (peer_transport.h)
//
// Nothing here waits for the device but the constructor, upload() and download().
#pragma once

#include <memory>
#include <vector>

#include "engine/cuda/device_arena.h"
#include "engine/cuda/rank_attention.h"
#include "engine/run/rank_memory.h"

namespace ringscope {

/// When a piece of work began and ended on the device.
struct TimedWork {
    explicit TimedWork(int device) : begin(device), end(device) {}
    Event begin, end;
};

class CudaRank {
  public:
    /// Makes the work lists and allocates everything. `attention` is of the same device and, like
    /// `cancelled`, which is device memory, outlives the rank. Throws Error.
    CudaRank(const Schedule& schedule, int rank, int device, DeviceAttention& attention,
             const int32_t* cancelled);

    /// As RankAttention's.
    int prepare(std::stop_token stop) { return attention_->prepare(stop); }
    /// Q, K and V from the host; the running state to "no key seen". Throws Error, cancelled for a stop
    /// request.
    void upload(const RankMemory& host, std::stop_token stop);
    /// The answer to the host. Throws as upload().
    void download(RankMemory& host, std::stop_token stop) const;

    void pack();
    /// Everything the rank computes in a step, in phases; whoever calls has put the waits into
    /// compute_stream().
    void attend(int step);
    /// Ends online softmax: o and lse as the answer has them.
    void normalise();

    int rank() const { return rank_; }
    int device() const { return device_; }
    const DeviceArena& arena() const { return arena_; }
    cudaStream_t compute_stream() const { return compute_; }
    cudaStream_t copy_stream() const { return copy_; }
    /// Null where the payload does not travel.
    std::byte* slot_of(Payload payload, int step) const;
    /// False where the rank has nothing to do in that step; its events happen all the same.
    bool works_in(int step) const { return attention_->works_in(step); }
    const TimedWork& attended(int step) const { return attended_[static_cast<size_t>(step)]; }
    const TimedWork& packed() const { return packed_; }
    const TimedWork& normalised() const { return normalised_; }
    bool packs() const { return pack_items_ > 0; }
    /// Throws what went wrong on the rank's streams, if anything did.
    void check_streams() const;

  private:
    const Schedule& schedule_;
    const int rank_;
    const int device_;
    const int32_t* cancelled_;
    const int64_t rows_;
    DeviceArena arena_;  // before the buffers: outlives them
    DeviceBuffer q_, k_, v_, o_, lse_, sum_;
    std::vector<DeviceBuffer> slots_;  // parallel to Schedule::slots
    DeviceBuffer pack_items_list_, pack_runs_;
    int64_t pack_items_ = 0;
    std::unique_ptr<RankAttention> attention_;
    CudaStream compute_;
    CudaStream copy_;
    std::vector<TimedWork> attended_;  // by step
    TimedWork packed_;
    TimedWork normalised_;
};

}  // namespace ringscope
