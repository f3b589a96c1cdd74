#include "engine/cpu/rank_loop.h"

#include <string>

#include "engine/cpu/pack.h"
#include "engine/host/nvtx.h"

namespace ringscope {

/// A step's attention on its way through the worker pool.
struct RankLoop::Attention {
    Attention(RankLoop& of, int in_step)
        : loop(of), step(in_step), job(of.shared_.attend, of.rank_, in_step, of.memory_) {}

    void start() { submission.emplace(loop.shared_.pool, job); }
    void finish() {
        if (!submission) return;
        const NvtxRange range(NvtxKind::compute, {loop.rank_, step, job.owner(), 0});
        loop.attend_done(submission->wait(), step, job.owner());
        submission.reset();
        loop.throw_if_stopped();
    }

    RankLoop& loop;
    int step;
    AttendJob job;
    std::optional<WorkerPool::Submission> submission;  // after the job: ends before it goes
};

RankLoop::RankLoop(const Shared& shared, RankMemory& memory, RankTrace& trace)
    : shared_(shared),
      schedule_(shared.attend.schedule),
      memory_(memory),
      trace_(trace),
      rank_(trace.rank),
      ring_(schedule_.strategy == Strategy::ring),
      overlap_(ring_ && schedule_.experiment.ring.overlap),
      last_use_(schedule_.slots.size(), -1) {
    trace_.work_times.resize(static_cast<size_t>(schedule_.steps));
    for (int step = 0; step < schedule_.steps; ++step)
        for (const Piece& piece : schedule_.pieces_in(rank_, step))
            last_use_[static_cast<size_t>(schedule_.slot_of(piece.payload, step))] = step;
}

// Why this cannot deadlock. What a rank waits for in exchange(s) is (a) that its successors have copied what
// it sent for step s, and (b) that its predecessors have published what they hold in step s. Both follow once
// every rank has ended exchange(s - 1), since attention waits for nobody: (a) is the successors' exchange(s -
// 1) itself, (b) is published at its end. Step 0's share is published without waiting. By induction every
// exchange ends.
void RankLoop::run() {
    if (schedule_.strategy == Strategy::all_gather) gather();
    for (int step = 0; step < schedule_.steps; ++step) {
        const NvtxRange range(NvtxKind::step, {rank_, step, -1, 0});
        begin_step(step);
        Attention attention(*this, step);
        if (overlap_) attention.start();  // workers attend while this thread moves chunks
        if (ring_ && step == 0) share_own(step);
        if (!overlap_) {
            attention.start();
            attention.finish();
        }
        if (ring_) exchange(step);
        attention.finish();
        sample(step);
    }
    if (memory_.sum) normalise();
    for (Buffer& slot : memory_.slots) slot.reset();
}

/// All owners' shares into slot 0 before step 0; the slot is read to the end of the run.
void RankLoop::gather() {
    if (schedule_.pieces_in(rank_, 0).empty()) return;
    share_own(0);
    shared_.transport.receive(of_step(0), slot_for(0), SpanKind::collective, 0, trace_);
    shared_.transport.wait_taken(of_step(0), 0, trace_);
}

/// Packs the rank's own keys and values into the slot of step 0 and lets the others have them.
void RankLoop::share_own(int step) {
    if (!schedule_.pieces_in(rank_, 0).empty()) {
        const NvtxRange range(NvtxKind::pack, {rank_, step, rank_, 0});
        const int64_t begin_ns = steady_ns();
        const int64_t cpu_ns = thread_cpu_ns();
        const int64_t bytes = pack_own_share(schedule_, rank_, memory_, slot_for(0), shared_.attend.control);
        trace_.work_in(step).pack_ns += thread_cpu_ns() - cpu_ns;
        Span& span = trace_.add(SpanKind::pack, step, begin_ns, steady_ns());
        span.owner = rank_;
        span.payload = kTravels;
        span.bytes = bytes;
    }
    publish(ring_ ? step + 1 : step, step);
}

/// Brings in the chunk of the next step and passes it on. The slot it goes to held the chunk of the step
/// before: its attention has ended, and wait_taken says that the successors have it.
void RankLoop::exchange(int step) {
    shared_.transport.wait_taken(of_step(step), step, trace_);
    if (step > 0) release_slot_of(step - 1);
    if (step + 1 >= schedule_.steps) return;
    if (!schedule_.pieces_in(rank_, step + 1).empty())
        shared_.transport.receive(of_step(step + 1), slot_for(step + 1), SpanKind::receive, step, trace_);
    publish(step + 2, step + 1);
}

/// Lets successors have, for use in `step`, what this rank holds in `during_step`.
void RankLoop::publish(int step, int during_step) {
    if (step >= schedule_.steps) return;
    int64_t bytes = 0;
    for (const int index : plan_of(step).sends)
        bytes += schedule_.transfers[static_cast<size_t>(index)].bytes;
    const NvtxRange range(NvtxKind::send, {rank_, during_step, -1, bytes});
    const Fault& fault = shared_.fault;
    if (fault.rank == rank_ && fault.step == during_step) {
        if (fault.kind == Fault::Kind::delay) shared_.transport.sleep(rank_, fault.delay_seconds);
        if (fault.kind == Fault::Kind::lose_transfer)
            return shared_.transport.publish(of_step(step), nullptr);
    }
    const auto slot = static_cast<size_t>(schedule_.slot_of(kTravels, during_step));
    shared_.transport.publish(of_step(step), memory_.slots[slot].data());
}

void RankLoop::begin_step(int step) {
    throw_if_stopped();
    trace_.pass = plan_of(step).pass;
    sample(step);
    const Fault& fault = shared_.fault;
    if (fault.kind == Fault::Kind::throw_error && fault.rank == rank_ && fault.step == step)
        throw Error(ErrorKind::run_failed, "rank " + std::to_string(rank_) + " failed in step " +
                                               std::to_string(step) + ": injected error");
}

/// The slot of a step, allocated at its first use.
std::byte* RankLoop::slot_for(int step) {
    const auto index = static_cast<size_t>(schedule_.slot_of(kTravels, step));
    Buffer& slot = memory_.slots[index];
    if (!slot)
        slot = memory_.arena.allocate(schedule_.layout_of(kTravels).purpose,
                                      schedule_.rank_plans[static_cast<size_t>(rank_)].slot_bytes[index]);
    return slot.data();
}

void RankLoop::release_slot_of(int step) {
    const auto slot = static_cast<size_t>(schedule_.slot_of(kTravels, step));
    if (last_use_[slot] <= step) memory_.slots[slot].reset();
}

/// Stretches without a worker are waits for a core.
void RankLoop::attend_done(const JobTimes& times, int step, int owner) {
    int64_t since_ns = times.submitted_ns;
    for (const JobTimes::Interval& active : times.active) {
        trace_.add_wait(WaitCause::core, step, -1, -1, since_ns, active.begin_ns);
        trace_.add(SpanKind::compute, step, active.begin_ns, active.end_ns).owner = owner;
        since_ns = active.end_ns;
    }
    trace_.add_wait(WaitCause::core, step, -1, -1, since_ns, times.done_ns);
    trace_.core_seconds += static_cast<double>(times.core_ns) * 1e-9;
    trace_.work_in(step).attend_ns += times.cpu_ns;
}

void RankLoop::normalise() {
    const NvtxRange range(NvtxKind::merge, {rank_, schedule_.steps - 1, -1, 0});
    NormaliseJob job(schedule_.problem, memory_);
    WorkerPool::Submission submission(shared_.pool, job);
    const JobTimes& times = submission.wait();
    throw_if_stopped();
    trace_.work_in(schedule_.steps - 1).merge_ns += times.cpu_ns;
    int64_t since_ns = times.submitted_ns;
    for (const JobTimes::Interval& active : times.active) {
        trace_.add_wait(WaitCause::core, schedule_.steps - 1, -1, -1, since_ns, active.begin_ns);
        trace_.add(SpanKind::merge, schedule_.steps - 1, active.begin_ns, active.end_ns);
        since_ns = active.end_ns;
    }
}

void RankLoop::sample(int step) {
    trace_.memory.push_back({rank_, step, steady_ns(), memory_.arena.live(), memory_.arena.peak_bytes()});
}

void RankLoop::throw_if_stopped() const {
    if (shared_.attend.control.stopped()) throw Interrupted{};
}

}  // namespace ringscope
