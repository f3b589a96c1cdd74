#include "engine/simulate/ring_layout.h"

#include <algorithm>

#include "engine/base/error.h"

namespace ringscope {

namespace {

/// Jobs of a device by number: what its workers do for a rank, and what the rank's own thread does.
int work_job(int rank) { return 2 * rank; }
int thread_job(int rank) { return 2 * rank + 1; }

int worker_threads_of(const MachineModel& machine, const Schedule& schedule) {
    const int asked = schedule.experiment.backend.threads;
    return machine.device.kind == DeviceKind::cpu && asked > 0 ? asked : machine.device.workers;
}

/// The owner of all the keys that a step works on; -1 when there are several or none.
int owner_of_work(const RankStep& step) {
    int owner = -1;
    for (const Work& work : step.work) {
        if (owner >= 0 && owner != work.owner) return -1;
        owner = work.owner;
    }
    return owner;
}

}  // namespace

RingLayout::RingLayout(const Schedule& schedule, const WorkCosts& costs, const MachineModel& machine,
                       const std::vector<SlowRank>& slow_ranks, const TransferSeconds* fixed_seconds)
    : schedule_(schedule),
      costs_(costs),
      machine_(machine),
      slow_ranks_(slow_ranks),
      fixed_seconds_(fixed_seconds),
      ring_(schedule.strategy == Strategy::ring),
      overlap_(ring_ && schedule.experiment.ring.overlap),
      on_cpu_(machine.device.kind == DeviceKind::cpu),
      network_(machine, schedule.ranks, slow_ranks),
      device_version_(static_cast<size_t>(machine.devices())),
      copies_(static_cast<size_t>(machine.devices())),
      ranks_(static_cast<size_t>(schedule.ranks)),
      messages_(schedule.transfers.size()),
      times_(schedule.transfers.size()),
      traces_(static_cast<size_t>(schedule.ranks)) {
    devices_.assign(static_cast<size_t>(machine.devices()),
                    Workers(worker_threads_of(machine, schedule), machine.device.workers));
    for (int rank = 0; rank < schedule.ranks; ++rank) {
        device_.push_back(device_of(machine, rank, schedule.ranks));
        trace_of(rank).rank = rank;
        memory_.emplace_back(schedule, rank);
    }
    if (schedule.strategy != Strategy::all_gather) return;
    hops_ = gather_hops(schedule, fixed_seconds != nullptr ? GatherAlgorithm::direct : machine.gather);
    relays_.resize(hops_.size());
    for (size_t i = 0; i < hops_.size(); ++i)
        if (hops_[i].after >= 0) relays_[static_cast<size_t>(hops_[i].after)].push_back(static_cast<int>(i));
}

double RingLayout::factor(int rank) const {
    double factor = 1;
    for (const SlowRank& slow : slow_ranks_)
        if (slow.rank == rank) factor *= slow.factor;
    return factor;
}

int64_t RingLayout::ns(double seconds) const { return std::llround(seconds * 1e9); }

LaidOut RingLayout::run(const std::stop_token& stop) {
    if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "cancelled");
    for (int rank = 0; rank < schedule_.ranks; ++rank) begin(rank);
    settle();
    while (!events_.empty()) {
        now_ = events_.next().seconds;
        while (!events_.empty() && events_.next().seconds == now_) {
            constexpr int64_t kEventsBetweenLooks = 4096;
            if (++looked_ % kEventsBetweenLooks == 0 && stop.stop_requested())
                throw Error(ErrorKind::cancelled, "cancelled");
            dispatch(events_.take());
        }
        settle();
    }
    for (const Rank& rank : ranks_) RINGSCOPE_CHECK(rank.at == At::ended);
    return collect();
}

void RingLayout::dispatch(const Event& event) {
    switch (event.kind) {
        case Event::Kind::device: {
            const auto device = static_cast<size_t>(event.id);
            if (event.version != device_version_[device]) return;
            const std::vector<int> ended = devices_[device].take_ended(now_);
            touched_.push_back(event.id);
            for (const int job : ended) job % 2 == 1 ? packed(job / 2) : job_ended(job / 2);
            return;
        }
        case Event::Kind::submit:
            return submit_attention(event.id);
        case Event::Kind::begin_transfer:
            return bytes_begin(event.id);
        case Event::Kind::arrive:
            if (fixed_seconds_ != nullptr) return arrived(event.id);
            if (event.version == flow_version_[static_cast<size_t>(event.id)])
                arrived(transfer_of_flow_[static_cast<size_t>(event.id)]);
            return;
        case Event::Kind::wake:
            if (rank_at(event.id).at == At::packing) return packed(event.id);
            return publish_now(event.id);
    }
}

/// What everything that happened at this instant comes to: who works, and how fast.
void RingLayout::settle() {
    std::sort(touched_.begin(), touched_.end());
    touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
    for (const int index : touched_) {
        const auto device = static_cast<size_t>(index);
        if (!devices_[device].settle(now_)) continue;
        for (const Workers::Start& start : devices_[device].started())
            rank_at(start.job / 2).active_since = start.seconds;
        const double end = devices_[device].next_end();
        ++device_version_[device];
        if (std::isfinite(end)) events_.add(end, Event::Kind::device, index, device_version_[device]);
        for (const int flow : copies_[device]) network_.slow_down(flow, devices_[device].speed(), now_);
    }
    touched_.clear();
    for (const Network::Arrival& arrival : network_.settle(now_))
        events_.add(arrival.seconds, Event::Kind::arrive, arrival.flow,
                    ++flow_version_[static_cast<size_t>(arrival.flow)]);
}

// --- A rank's life ---

void RingLayout::begin(int rank) {
    if (schedule_.strategy == Strategy::all_gather) {
        if (schedule_.pieces_in(rank, 0).empty()) return begin_step(rank, 0);
        return share_own(rank);
    }
    begin_step(rank, 0);
}

void RingLayout::begin_step(int rank, int step) {
    Rank& state = rank_at(rank);
    state.step = step;
    trace_of(rank).pass = plan_of(rank, step).pass;
    sample(rank, step);
    if (overlap_) attend(rank);
    if (ring_ && step == 0) return share_own(rank);
    after_sharing(rank);
}

/// Its own keys and values, packed; on a GPU by the queue that also moves them.
void RingLayout::share_own(int rank) {
    Rank& state = rank_at(rank);
    state.at = At::packing;
    state.since = now_;
    const double seconds = costs_[static_cast<size_t>(rank)].pack_seconds * factor(rank);
    if (schedule_.pieces_in(rank, 0).empty()) return publish(rank, 1, 0);
    memory_[static_cast<size_t>(rank)].hold(0);
    if (!on_cpu_ || seconds <= 0) return events_.add(now_ + seconds, Event::Kind::wake, rank);
    workers_of(rank).submit_thread(thread_job(rank), seconds, now_);
    touch(rank);
}

void RingLayout::packed(int rank) {
    Span& span = trace_of(rank).add(SpanKind::pack, 0, ns(rank_at(rank).since), ns(now_));
    span.owner = rank;
    for (const Piece& piece : schedule_.pieces_in(rank, 0)) {
        if (piece.owner != rank) continue;
        span.payload = piece.payload;
        span.bytes += piece.bytes;
    }
    publish(rank, ring_ ? 1 : 0, 0);
}

void RingLayout::publish(int rank, int step, int during_step) {
    Rank& state = rank_at(rank);
    state.publishes = step;
    state.during_step = during_step;
    for (const SlowRank& slow : slow_ranks_)
        if (slow.rank == rank && slow.delay_step == during_step && step < schedule_.steps) {
            state.at = At::sleeping;
            return events_.add(now_ + slow.delay_seconds, Event::Kind::wake, rank);
        }
    publish_now(rank);
}

/// Lets successors have what it holds, and goes on with its life.
void RingLayout::publish_now(int rank) {
    const Rank& state = rank_at(rank);
    if (state.publishes < schedule_.steps)
        for (const int index : plan_of(rank, state.publishes).sends) {
            message_at(index).published = true;
            if (hops_.empty() || hops_[static_cast<size_t>(index)].after < 0)
                times_of(index).peer_ready_ns = ns(now_);
            if (message_at(index).posted && !message_at(index).begun) begin_ready(transfer_at(index).to);
        }
    if (!ring_) return receive(rank, 0);
    if (state.during_step == 0) return after_sharing(rank);
    finish_attention(rank);
}

void RingLayout::after_sharing(int rank) {
    if (overlap_) return exchange(rank);
    attend(rank);
    if (!rank_at(rank).attends) return exchange(rank);
    rank_at(rank).at = At::attending_first;
}

void RingLayout::exchange(int rank) {
    if (!ring_) return finish_attention(rank);
    rank_at(rank).next_sent = 0;
    wait_taken(rank);
}

void RingLayout::wait_taken(int rank) {
    Rank& state = rank_at(rank);
    const std::vector<int>& sends = plan_of(rank, state.step).sends;
    while (state.next_sent < sends.size() && message_at(sends[state.next_sent]).taken) ++state.next_sent;
    if (state.next_sent == sends.size()) return all_taken(rank);
    state.at = At::sent_taken;
    state.since = now_;
}

void RingLayout::all_taken(int rank) {
    if (!ring_) return begin_step(rank, 0);
    const int step = rank_at(rank).step;
    if (step > 0) memory_[static_cast<size_t>(rank)].release(step - 1);
    if (step + 1 >= schedule_.steps) return finish_attention(rank);
    if (schedule_.pieces_in(rank, step + 1).empty()) return publish(rank, step + 2, step + 1);
    memory_[static_cast<size_t>(rank)].hold(step + 1);
    receive(rank, step + 1);
}

void RingLayout::receive(int rank, int step) {
    Rank& state = rank_at(rank);
    const std::vector<int>& receives = plan_of(rank, step).receives;
    state.at = At::receiving;
    state.receives_for = step;
    state.open = static_cast<int>(receives.size());
    if (receives.empty()) return received(rank);
    for (const int index : receives) {
        message_at(index).posted = true;
        times_of(index).posted_ns = ns(now_);
    }
    state.waits_for = receives.front();
    note_arriving(rank);
    begin_ready(rank);
}

void RingLayout::received(int rank) {
    const int step = rank_at(rank).step;
    if (ring_) return publish(rank, step + 2, step + 1);
    rank_at(rank).next_sent = 0;
    wait_taken(rank);
}

void RingLayout::finish_attention(int rank) {
    if (!rank_at(rank).attends) return end_step(rank);
    rank_at(rank).at = At::attending;
}

void RingLayout::end_step(int rank) {
    const int step = rank_at(rank).step;
    sample(rank, step);
    if (step + 1 < schedule_.steps) return begin_step(rank, step + 1);
    normalise(rank);
}

void RingLayout::normalise(int rank) {
    Rank& state = rank_at(rank);
    const double seconds = costs_[static_cast<size_t>(rank)].normalise_seconds * factor(rank);
    if (seconds <= 0) return end(rank);
    state.at = At::normalising;
    state.submitted = now_;
    workers_of(rank).submit(work_job(rank), seconds, machine_.device.workers, now_);
    touch(rank);
}

void RingLayout::end(int rank) {
    rank_at(rank).at = At::ended;
    rank_at(rank).ended = now_;
}

// --- Work on the device ---

void RingLayout::attend(int rank) {
    Rank& state = rank_at(rank);
    const StepCost& cost = cost_of(rank, state.step);
    if (cost.attend_seconds <= 0) return;
    state.attends = true;
    state.merging = false;
    state.submitted = now_;
    const double seconds = machine_.device.step_seconds;
    if (seconds > 0) return events_.add(now_ + seconds, Event::Kind::submit, rank);
    submit_attention(rank);
}

void RingLayout::submit_attention(int rank) {
    const StepCost& cost = cost_of(rank, rank_at(rank).step);
    workers_of(rank).submit(work_job(rank), cost.attend_seconds * factor(rank), cost.pieces, now_);
    touch(rank);
}

void RingLayout::job_ended(int rank) {
    Rank& state = rank_at(rank);
    RankTrace& trace = trace_of(rank);
    const bool normalises = state.at == At::normalising;
    const int64_t begin_ns = ns(state.active_since);
    trace.add_wait(WaitCause::core, state.step, -1, -1, ns(state.submitted), begin_ns);
    if (normalises) {
        trace.add(SpanKind::merge, state.step, begin_ns, ns(now_));
        return end(rank);
    }
    const StepCost& cost = cost_of(rank, state.step);
    if (!state.merging) {
        trace.add(SpanKind::compute, state.step, begin_ns, ns(now_)).owner =
            owner_of_work(plan_of(rank, state.step));
        trace.core_seconds += cost.attend_seconds * factor(rank);
        if (cost.merge_seconds > 0) {
            state.merging = true;
            state.submitted = now_;
            workers_of(rank).submit(work_job(rank), cost.merge_seconds * factor(rank), cost.pieces, now_);
            return touch(rank);
        }
    } else {
        trace.add(SpanKind::merge, state.step, begin_ns, ns(now_));
    }
    state.attends = false;
    if (state.at == At::attending_first) return exchange(rank);
    if (state.at == At::attending) end_step(rank);
}

void RingLayout::sample(int rank, int step) {
    trace_of(rank).memory.push_back(memory_[static_cast<size_t>(rank)].sample(step, ns(now_)));
}

LaidOut RingLayout::collect() {
    LaidOut laid_out;
    Trace& trace = laid_out.trace;
    for (int rank = 0; rank < schedule_.ranks; ++rank) {
        RankTrace& from = trace_of(rank);
        trace.wall_ns = std::max(trace.wall_ns, ns(rank_at(rank).ended));
        trace.spans.insert(trace.spans.end(), from.spans.begin(), from.spans.end());
        trace.memory.insert(trace.memory.end(), from.memory.begin(), from.memory.end());
        const SlotMemory& memory = memory_[static_cast<size_t>(rank)];
        laid_out.counters.push_back({from.core_seconds, memory.peak(), memory.peak_total()});
    }
    std::stable_sort(trace.spans.begin(), trace.spans.end(), [](const Span& a, const Span& b) {
        return a.rank != b.rank ? a.rank < b.rank : a.begin_ns < b.begin_ns;
    });
    trace.transfers = std::move(times_);
    return laid_out;
}

}  // namespace ringscope
