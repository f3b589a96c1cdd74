#include "engine/run/rank_memory.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace ringscope {

namespace {

/// Elements of Q that one fill task writes: about a millisecond.
constexpr int64_t kFillElements = int64_t{1} << 17;

/// Rows of one fill task at most: where each is a stretch of its own, a row costs a microsecond however short.
constexpr int64_t kFillRows = 1024;

/// Bytes of fresh pages that one task maps: some ten milliseconds.
constexpr int64_t kMapBytes = int64_t{32} << 20;

/// The smallest page of the machines there are: larger ones are written to more than once.
constexpr int64_t kPage = 4096;

/// Calls use(row, run) for the rank's rows in [begin, end), cut so that the tokens of `run` lie in rows row,
/// row + 1...
template <typename Use>
void for_each_run(const Placement& placement, int rank, int64_t begin, int64_t end, Use&& use) {
    const bool striped = placement.layout() == Layout::striped;
    const int64_t block = placement.stripe_block();
    for (int64_t row = begin; row < end;) {
        TokenRun run{placement.token_at(rank, row), 1, end - row};
        if (striped && block == 1)
            run.stride = placement.ranks();
        else if (striped)
            run.count = std::min(run.count, block - row % block);
        else if (placement.layout() == Layout::zigzag)
            for (const TokenInterval& interval : placement.intervals_of(rank))
                if (run.first >= interval.begin && run.first < interval.end)
                    run.count = std::min(run.count, interval.end - run.first);
        use(row, run);
        row += run.count;
    }
}

class RankOutput : public RunOutput {
  public:
    RankOutput(std::shared_ptr<const Schedule> schedule, std::vector<std::unique_ptr<RankMemory>> memory)
        : schedule_(std::move(schedule)), memory_(std::move(memory)) {}

    const float* o_row(int batch_index, int64_t token, int head) const override {
        const RankMemory& memory = owner_of(token);
        const Problem& problem = schedule_->problem;
        const int64_t row = batch_index * memory.rows + schedule_->placement.row_of(token);
        return memory.o.as<float>() + (row * problem.heads + head) * problem.head_dim;
    }
    float lse(int batch_index, int head, int64_t token) const override {
        const RankMemory& memory = owner_of(token);
        const int64_t vector = int64_t{batch_index} * schedule_->problem.heads + head;
        return memory.lse.as<float>()[vector * memory.rows + schedule_->placement.row_of(token)];
    }

  private:
    const RankMemory& owner_of(int64_t token) const {
        return *memory_[static_cast<size_t>(schedule_->placement.owner(token))];
    }
    std::shared_ptr<const Schedule> schedule_;
    std::vector<std::unique_ptr<RankMemory>> memory_;
};

}  // namespace

RankMemory::RankMemory(const Schedule& schedule, int rank, std::shared_ptr<BufferPool> pool)
    : rows(schedule.rank_plans[static_cast<size_t>(rank)].tokens),
      arena(std::move(pool)),
      slots(schedule.slots.size()) {
    const Problem& problem = schedule.problem;
    const int64_t vectors = rows * problem.batch * problem.heads;
    const int64_t own = rows * problem.batch * problem.kv_heads * problem.head_dim * bytes_of(problem.dtype);
    const auto f32 = static_cast<int64_t>(sizeof(float));
    q = arena.allocate(Purpose::query, vectors * problem.head_dim * bytes_of(problem.dtype));
    k = arena.allocate(Purpose::own_kv, own);
    v = arena.allocate(Purpose::own_kv, own);
    o = arena.allocate(Purpose::output, vectors * problem.head_dim * f32);
    lse = arena.allocate(Purpose::lse, vectors * f32);
    if (schedule.experiment.ring.accumulator == Accumulator::online_softmax)
        sum = arena.allocate(Purpose::workspace, vectors * f32);
}

void RankMemory::release_inputs() {
    for (Buffer* buffer : {&q, &k, &v, &sum}) buffer->reset();
    for (Buffer& slot : slots) slot.reset();
}

MapSlotsJob::MapSlotsJob(const Schedule& schedule, std::shared_ptr<BufferPool> pool)
    : arena_(std::move(pool)) {
    for (const RankPlan& plan : schedule.rank_plans)
        for (size_t slot = 0; slot < plan.slot_bytes.size(); ++slot)
            if (plan.slot_bytes[slot] > 0)
                slots_.push_back(arena_.allocate(schedule.layout_of(schedule.slots[slot].payload).purpose,
                                                 plan.slot_bytes[slot]));
    for (const Buffer& slot : slots_)
        for (int64_t at = 0; at < slot.bytes(); at += kMapBytes)
            parts_.push_back({slot.data() + at, std::min(kMapBytes, slot.bytes() - at)});
}

int64_t MapSlotsJob::tasks(int) const { return static_cast<int64_t>(parts_.size()); }

void MapSlotsJob::run(int, int64_t task, int) {
    const Part& part = parts_[static_cast<size_t>(task)];
    for (int64_t at = 0; at < part.bytes; at += kPage) part.data[at] = std::byte{0};
}

std::shared_ptr<const RunOutput> make_output(std::shared_ptr<const Schedule> schedule,
                                             std::vector<std::unique_ptr<RankMemory>> memory) {
    return std::make_shared<RankOutput>(std::move(schedule), std::move(memory));
}

FillJob::FillJob(const Schedule& schedule, const TensorSource& source,
                 std::vector<std::unique_ptr<RankMemory>>& memory)
    : schedule_(schedule), source_(source), memory_(memory) {
    const Problem& problem = schedule.problem;
    const int64_t rows =
        std::clamp<int64_t>(kFillElements / (int64_t{problem.heads} * problem.head_dim), 1, kFillRows);
    for (int rank = 0; rank < schedule.ranks; ++rank)
        for (int64_t row = 0; row < memory_[static_cast<size_t>(rank)]->rows; row += rows)
            parts_.push_back({rank, row, std::min(row + rows, memory_[static_cast<size_t>(rank)]->rows)});
}

int64_t FillJob::tasks(int) const { return static_cast<int64_t>(parts_.size()) * schedule_.problem.batch; }

void FillJob::run(int, int64_t task, int) {
    const Problem& problem = schedule_.problem;
    const Part& part = parts_[static_cast<size_t>(task / problem.batch)];
    const auto batch_index = static_cast<int>(task % problem.batch);
    const RankMemory& memory = *memory_[static_cast<size_t>(part.rank)];
    read(part, InputTensor::q, batch_index, problem.heads, memory.q.data());
    read(part, InputTensor::k, batch_index, problem.kv_heads, memory.k.data());
    read(part, InputTensor::v, batch_index, problem.kv_heads, memory.v.data());
    clear(part, batch_index);
}

void FillJob::read(const Part& part, InputTensor tensor, int batch_index, int heads, std::byte* base) const {
    const Problem& problem = schedule_.problem;
    const int64_t row_bytes = int64_t{heads} * problem.head_dim * bytes_of(problem.dtype);
    const int64_t rows = memory_[static_cast<size_t>(part.rank)]->rows;
    for_each_run(schedule_.placement, part.rank, part.row_begin, part.row_end,
                 [&](int64_t row, const TokenRun& run) {
                     source_.read(tensor, batch_index, run, base + (batch_index * rows + row) * row_bytes);
                 });
}

void FillJob::clear(const Part& part, int batch_index) const {
    const Problem& problem = schedule_.problem;
    const RankMemory& memory = *memory_[static_cast<size_t>(part.rank)];
    const int64_t row_floats = int64_t{problem.heads} * problem.head_dim;
    const int64_t rows = part.row_end - part.row_begin;
    std::fill_n(memory.o.as<float>() + (batch_index * memory.rows + part.row_begin) * row_floats,
                rows * row_floats, 0.0f);
    for (int head = 0; head < problem.heads; ++head) {
        const int64_t at = (int64_t{batch_index} * problem.heads + head) * memory.rows + part.row_begin;
        std::fill_n(memory.lse.as<float>() + at, rows, -std::numeric_limits<float>::infinity());
        if (memory.sum) std::fill_n(memory.sum.as<float>() + at, rows, 0.0f);
    }
}

}  // namespace ringscope
