// The buffers of one rank, and how they are filled before the run.
//
//   q, o      (b, rows, h, d)         o in F32
//   k, v      (b, rows, kv_heads, d)  one buffer each
//   lse, sum  (b, h, rows)            F32; sum only for online_softmax
//   slots     packed pieces, as schedule.h lays them out; they come and go during the run
//
// Rows are the rank's tokens in ascending order.
#pragma once

#include <memory>
#include <vector>

#include "engine/host/arena.h"
#include "engine/host/worker_pool.h"
#include "engine/run/run.h"
#include "engine/run/tensor_source.h"

namespace ringscope {

struct RankMemory {
    /// Allocates everything but the slots. Throws std::bad_alloc.
    RankMemory(const Schedule& schedule, int rank, std::shared_ptr<BufferPool> pool);

    int64_t rows = 0;
    Arena arena;  // before the buffers: outlives them
    Buffer q, k, v, o, lse, sum;
    std::vector<Buffer> slots;  // parallel to Schedule::slots

    /// The rank's own part of a tensor that travels.
    const Buffer& own(KvTensor tensor) const { return tensor == KvTensor::k ? k : v; }

    /// What is not the answer goes back to the pool.
    void release_inputs();
};

/// Writes to every page of the blocks that the ranks' slots will come from, and gives them back to the pool
/// when it goes: what the system takes to map fresh pages is then no part of packing and receiving. All slots
/// of a run live at once, so this takes no memory that the run would not.
class MapSlotsJob : public PoolJob {
  public:
    /// Throws std::bad_alloc.
    MapSlotsJob(const Schedule& schedule, std::shared_ptr<BufferPool> pool);
    int64_t tasks(int phase) const override;
    void run(int phase, int64_t task, int worker) override;

  private:
    struct Part {
        std::byte* data = nullptr;
        int64_t bytes = 0;
    };
    Arena arena_;  // before the buffers: outlives them
    std::vector<Buffer> slots_;
    std::vector<Part> parts_;  // of the slots: one per task
};

/// The answer, left where the ranks' memory holds it. `memory` is by rank.
std::shared_ptr<const RunOutput> make_output(std::shared_ptr<const Schedule> schedule,
                                             std::vector<std::unique_ptr<RankMemory>> memory);

/// Fills Q, K and V of all ranks from `source` and sets the running state to "no key seen" (o = 0, lse =
/// -inf, sum = 0). Any number of workers; values depend on the source alone.
class FillJob : public PoolJob {
  public:
    FillJob(const Schedule& schedule, const TensorSource& source,
            std::vector<std::unique_ptr<RankMemory>>& memory);
    int64_t tasks(int phase) const override;
    void run(int phase, int64_t task, int worker) override;

  private:
    struct Part {
        int rank = 0;
        int64_t row_begin = 0;
        int64_t row_end = 0;
    };
    void read(const Part& part, InputTensor tensor, int batch_index, int heads, std::byte* base) const;
    void clear(const Part& part, int batch_index) const;

    const Schedule& schedule_;
    const TensorSource& source_;
    std::vector<std::unique_ptr<RankMemory>>& memory_;
    std::vector<Part> parts_;
};

}  // namespace ringscope
