// One ring step of one rank, cut into tasks for the worker pool.
//
// A task is (work, batch entry, head, some segments, query tile). All of it follows from the task's number:
//
//     number - first task of the work = ((batch * heads + head) * chunks + chunk) * tiles + tiles - 1 - tile
//
// Segments with many query rows have several tiles and a chunk is one segment; a chunk of small segments
// holds many, so that a task is worth its overhead. Work with the longest tasks comes first, and of a segment
// the last tile, which under a causal edge sees the most keys. Tasks of a phase write disjoint rows: no
// locks, and the same bits for any number of workers.
#pragma once

#include <vector>

#include "engine/cpu/kernels/attention_kernel.h"
#include "engine/host/arena.h"
#include "engine/run/progress.h"
#include "engine/run/rank_memory.h"
#include "engine/run/run_control.h"

namespace ringscope {

/// What one worker needs while it runs a task: the pool's, not a rank's.
struct WorkerScratch {
    Buffer kernel;
    std::vector<RowRun> queries;  // of a segment
    std::vector<RowRun> tile;
    std::vector<RowRun> keys;  // of a segment
    std::vector<RowRun> block;
};

class AttendJob : public PoolJob {
  public:
    struct Context {
        const Schedule& schedule;
        const CpuKernel& kernel;
        const RunControl& control;
        std::vector<WorkerScratch>& scratch;  // by worker
        Progress* progress = nullptr;
    };
    /// Whatever lies in memory.slots must be complete before a worker can see it.
    AttendJob(const Context& context, int rank, int step, const RankMemory& memory);

    int phases() const override { return context_.schedule.phases; }
    int64_t tasks(int phase) const override;
    void run(int phase, int64_t task, int worker) override;
    /// The rank that owns the keys; -1 when several do, or there are none.
    int owner() const;

  private:
    struct Share {  // one Work and its tasks
        const Work* work = nullptr;
        const Pattern* pattern = nullptr;
        const Piece* piece = nullptr;  // null: the rank's own K/V
        int64_t segments_per_chunk = 1;
        int64_t chunks = 0;
        int64_t tile_rows = 0;
        int64_t tiles = 1;  // of a segment
        int64_t tasks = 0;
        int64_t first_task = 0;
        double flops_per_task = 0;
    };
    Share share_of(const Work& work) const;
    void run_chunk(const Share& share, int64_t chunk, int64_t tile, AttentionTask& task,
                   WorkerScratch& scratch) const;
    void run_tile(AttentionTask& task, WorkerScratch& scratch) const;
    void point_at(const Share& share, int batch_index, int head, AttentionTask& task) const;

    Context context_;
    int rank_;
    int step_;
    const RankMemory& memory_;
    std::vector<std::vector<Share>> phases_;
};

/// online_softmax: turns sums into the answer at the end, o / sum and lse = max + ln(sum).
class NormaliseJob : public PoolJob {
  public:
    NormaliseJob(const Problem& problem, const RankMemory& memory) : problem_(problem), memory_(memory) {}
    int64_t tasks(int phase) const override;
    void run(int phase, int64_t task, int worker) override;

  private:
    const Problem& problem_;
    const RankMemory& memory_;
};

}  // namespace ringscope
