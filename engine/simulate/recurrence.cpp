#include "engine/simulate/recurrence.h"

#include <algorithm>
#include <cmath>

#include "engine/base/error.h"
#include "engine/simulate/gather_rounds.h"
#include "engine/simulate/workers.h"

namespace ringscope {

namespace {

double worker_threads(const Experiment& experiment, const MachineModel& machine) {
    const int asked = experiment.backend.threads;
    return machine.device.kind == DeviceKind::cpu && asked > 0 ? asked : machine.device.workers;
}

/// How much of [from, to) lies in [begin, end).
double overlap(double from, double to, double begin, double end) {
    return std::max(0.0, std::min(to, end) - std::max(from, begin));
}

}  // namespace

Recurrence::Recurrence(StreamedRing& ring, const Experiment& experiment, const MachineModel& machine,
                       const std::vector<SlowRank>& slow_ranks)
    : ring_(ring),
      costs_(ring, experiment, machine),
      machine_(machine),
      slow_ranks_(slow_ranks),
      passes_on_(ring.strategy() == Strategy::ring),
      overlap_(passes_on_ && experiment.ring.overlap),
      threads_(worker_threads(experiment, machine)),
      links_(machine, ring.ranks(), slow_ranks) {
    if (passes_on_) find_incoming();
}

void Recurrence::find_incoming() {
    std::vector<StreamedRing::Neighbours> pairs = ring_.neighbours();
    std::stable_sort(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) {
        return a.to != b.to ? a.to < b.to : a.from < b.from;
    });
    first_incoming_.assign(static_cast<size_t>(ring_.ranks()) + 1, 0);
    for (const StreamedRing::Neighbours& pair : pairs) {
        incoming_.push_back({pair.from, links_.add_pair(pair.from, pair.to), pair.until});
        ++first_incoming_[static_cast<size_t>(pair.to) + 1];
        active_until_.push_back(pair.until);
    }
    for (size_t i = 1; i < first_incoming_.size(); ++i) first_incoming_[i] += first_incoming_[i - 1];
    std::sort(active_until_.begin(), active_until_.end());
    active_until_.erase(std::unique(active_until_.begin(), active_until_.end()), active_until_.end());
}

StreamedTimes Recurrence::run(const JitterFactors& jitter, const std::function<void()>& step_done,
                              const std::stop_token& stop) {
    jitter_ = &jitter;
    check_ = StopCheck(stop);
    reset();
    if (ring_.strategy() == Strategy::all_gather) gather();
    for (int step = 0; step < ring_.steps(); ++step) {
        for (int rank = 0; rank < ring_.ranks(); ++rank) begin_step(rank, step);
        if (passes_on_) read_arrivals(step + 1);
        for (int rank = 0; rank < ring_.ranks(); ++rank) end_step(rank, step);
        for (Rank& rank : ranks_) {
            rank.published = rank.publishes;
            rank.taken = rank.takes;
            rank.takes = 0;
        }
        step_done();
    }
    for (int rank = 0; rank < ring_.ranks(); ++rank) finish(rank);
    for (StreamedRank& rank : times_.ranks) {
        rank.metrics.idle_seconds = 0;
        rank.metrics.idle_seconds = std::max(0.0, times_.seconds - rank.metrics.wall_seconds());
    }
    return std::move(times_);
}

void Recurrence::reset() {
    const auto ranks = static_cast<size_t>(ring_.ranks());
    costs_.restart();
    times_ = {};
    times_.ranks.resize(ranks);
    ranks_.assign(ranks, {});
    for (int rank = 0; rank < ring_.ranks(); ++rank) {
        metrics_of(rank).rank = rank;
        for (const SlowRank& slow : slow_ranks_)
            if (slow.rank == rank) at(rank).factor *= slow.factor;
        if (ring_.strategy() != Strategy::single) hold(rank, 0, ring_.own_bytes(rank));
    }
}

// --- A rank's step ---

void Recurrence::begin_step(int rank, int step) {
    check_(2);
    Rank& state = at(rank);
    state.now = state.begin;
    state.work = {};
    state.work.submitted = state.work.begin = state.work.attended = state.work.ended = state.now;
    if (overlap_) start_work(rank, step);
    if (passes_on_ && step == 0) share_own(rank);
    if (overlap_) return;
    start_work(rank, step);
    state.now = state.work.ended;
}

void Recurrence::start_work(int rank, int step) {
    Rank& state = at(rank);
    const StepCost cost = costs_.step(rank, step);
    StreamedRank& total = times_.ranks[static_cast<size_t>(rank)];
    total.flops += 4.0 * ring_.problem().head_dim * costs_.pairs();
    DeviceWork& work = state.work;
    work.submitted = work.begin = work.attended = work.ended = state.now;
    if (cost.attend_seconds <= 0) return;
    const double attend = cost.attend_seconds * jitter_->attend(rank, step) * state.factor;
    const double merge =
        cost.merge_seconds > 0 ? cost.merge_seconds * jitter_->merge(rank, step) * state.factor : 0;
    const double workers = std::min(threads_, std::ceil(cost.pieces));
    const double cores = machine_.device.workers;
    const double alone = std::min(1.0, cores / workers);
    const auto duration = [&](double seconds) {
        return (seconds + tail_seconds(seconds, cost.pieces, workers)) / (workers * alone);
    };
    work.begin = state.now + machine_.device.step_seconds;
    work.attended = work.begin + duration(attend);
    work.ended = work.attended + duration(merge);
    total.metrics.core_seconds += attend;
    if (machine_.device.kind != DeviceKind::cpu) return;
    work.copy_speed = std::min(1.0, cores / (workers + 1));
    work.slowed = work.copy_speed / alone;
}

void Recurrence::share_own(int rank) {
    Rank& state = at(rank);
    if (ring_.packs(rank)) {
        const double seconds = costs_.pack_seconds(rank) * jitter_->pack(rank) * state.factor;
        const double end = copy(state.work, state.now, seconds);
        DeviceWork& work = state.work;
        metrics_of(rank).pack_seconds += end - state.now - overlap(state.now, end, work.begin, work.attended);
        work.pack_on_merge = overlap(state.now, end, work.attended, work.ended);
        work.pack_on_wait = overlap(state.now, end, work.submitted, work.begin);
        state.now = end;
    }
    state.now = delayed(rank, passes_on_ ? 1 : 0, 0, state.now);
    state.published = state.now;
}

/// A rank that is told to stops before it shares what it holds.
double Recurrence::delayed(int rank, int step, int during_step, double now) const {
    for (const SlowRank& slow : slow_ranks_)
        if (slow.rank == rank && slow.delay_step == during_step && step < ring_.steps())
            return now + slow.delay_seconds;
    return now;
}

void Recurrence::set_active(int step) {
    std::vector<int> active;
    for (const Incoming& incoming : incoming_)
        if (incoming.until > step) active.push_back(incoming.pair);
    links_.set_active(active);
}

/// Everything that arrives for use in `step`.
void Recurrence::read_arrivals(int step) {
    arrivals_.clear();
    first_arrival_.assign(1, 0);
    links_.clear();
    if (step == 1 || std::binary_search(active_until_.begin(), active_until_.end(), step)) set_active(step);
    for (int rank = 0; rank < ring_.ranks(); ++rank) {
        receives_.clear();
        if (step < ring_.steps()) ring_.read_receives(rank, step, receives_);
        const Incoming* incoming = incoming_.data() + first_incoming_[static_cast<size_t>(rank)];
        int64_t bytes = 0;
        for (const StreamedReceive& receive : receives_) {
            while (incoming->from != receive.from) ++incoming;
            arrivals_.push_back({receive.from, incoming->pair, receive.bytes});
            links_.add(incoming->pair, receive.bytes);
            metrics_of(receive.from).sent_bytes += receive.bytes;
            bytes += receive.bytes;
        }
        first_arrival_.push_back(arrivals_.size());
        metrics_of(rank).received_bytes += bytes;
        hold(rank, step, bytes);
    }
    links_.share_out();
}

void Recurrence::hold(int rank, int step, int64_t bytes) {
    if (bytes == 0) return;
    StreamedRank& total = times_.ranks[static_cast<size_t>(rank)];
    const int slot = step % 2;
    total.slot_bytes[slot] = std::max(total.slot_bytes[slot], bytes);
    if (total.first_use[slot] < 0) total.first_use[slot] = step;
    total.last_use[slot] = step;
}

void Recurrence::end_step(int rank, int step) {
    check_(2);
    Rank& state = at(rank);
    if (passes_on_) exchange(rank, step);
    const DeviceWork& work = state.work;
    RankMetrics& metrics = metrics_of(rank);
    metrics.wait_core_seconds += work.begin - work.submitted - work.pack_on_wait;
    metrics.compute_seconds += work.attended - work.begin;
    metrics.merge_seconds += work.ended - work.attended - work.pack_on_merge;
    state.begin = std::max(state.now, work.ended);
}

void Recurrence::exchange(int rank, int step) {
    Rank& state = at(rank);
    if (state.taken > state.now) {
        metrics_of(rank).wait_peer_seconds += exposed(state.work, state.now, state.taken);
        state.now = state.taken;
    }
    if (step + 1 >= ring_.steps()) return;
    const auto of_rank = static_cast<size_t>(rank);
    receive(rank, arrivals_.data() + first_arrival_[of_rank], arrivals_.data() + first_arrival_[of_rank + 1]);
    state.now = delayed(rank, step + 2, step + 1, state.now);
    state.publishes = state.now;
}

// --- What arrives ---

void Recurrence::receive(int rank, const Arrival* first, const Arrival* last) {
    if (first == last) return;
    if (last - first == 1) return receive_one(rank, *first);
    if (machine_.receives_at_once) return receive_together(rank, first, last);
    receive_in_turn(rank, first, last);
}

void Recurrence::receive_one(int rank, const Arrival& arrival) {
    Rank& state = at(rank);
    RankMetrics& metrics = metrics_of(rank);
    Rank& sender = at(arrival.from);
    const double start = std::max(state.now, sender.published);
    const double bytes_begin = start + links_.delay_seconds(arrival.pair);
    const double moving = links_.seconds(arrival.pair, arrival.bytes);
    const bool rests = links_.is_slowed(arrival.from);  // its thread, for the link
    const double end = rests ? bytes_begin + moving : copy(state.work, bytes_begin, moving);
    metrics.wait_peer_seconds += exposed(state.work, state.now, start);
    metrics.wait_link_seconds += exposed(state.work, start, bytes_begin);
    metrics.exposed_transfer_seconds += exposed(state.work, bytes_begin, end);
    metrics.transfer_seconds += end - bytes_begin;
    sender.takes = std::max(sender.takes, end);
    state.now = end;
}

/// One begins when another has ended: the first that is ready, in the order of senders.
void Recurrence::receive_in_turn(int rank, const Arrival* first, const Arrival* last) {
    std::vector<Arrival> open(first, last);
    while (!open.empty()) {
        size_t next = 0;
        double earliest = at(open[0].from).published;
        for (size_t i = 0; i < open.size(); ++i) {
            const double published = at(open[i].from).published;
            if (published <= at(rank).now) {
                next = i;
                break;
            }
            if (published < earliest) {
                earliest = published;
                next = i;
            }
        }
        receive_one(rank, open[next]);
        open.erase(open.begin() + static_cast<int64_t>(next));
    }
}

/// All that are ready move at once. Waits are those of a time in which nothing moves.
void Recurrence::receive_together(int rank, const Arrival* first, const Arrival* last) {
    struct Times {
        double start = 0;
        double bytes_begin = 0;
        double end = 0;
    };
    Rank& state = at(rank);
    RankMetrics& metrics = metrics_of(rank);
    std::vector<Times> times;
    edges_.assign(1, state.now);
    for (const Arrival* arrival = first; arrival != last; ++arrival) {
        Rank& sender = at(arrival->from);
        Times one;
        one.start = std::max(state.now, sender.published);
        one.bytes_begin = one.start + links_.delay_seconds(arrival->pair);
        one.end = one.bytes_begin + links_.seconds(arrival->pair, arrival->bytes);
        sender.takes = std::max(sender.takes, one.end);
        times.push_back(one);
        edges_.insert(edges_.end(), {one.start, one.bytes_begin, one.end});
    }
    std::sort(edges_.begin(), edges_.end());
    for (size_t i = 0; i + 1 < edges_.size(); ++i) {
        const double from = edges_[i], to = edges_[i + 1];
        bool moving = false, on_link = false;
        for (const Times& one : times) {
            moving = moving || (one.bytes_begin <= from && to <= one.end);
            on_link = on_link || (one.start <= from && to <= one.bytes_begin);
        }
        double& account = moving    ? metrics.exposed_transfer_seconds
                          : on_link ? metrics.wait_link_seconds
                                    : metrics.wait_peer_seconds;
        account += exposed(state.work, from, to);
        if (moving) metrics.transfer_seconds += to - from;
    }
    state.now = edges_.back();
}

/// The time in which the device has no work.
double Recurrence::exposed(const DeviceWork& work, double from, double to) {
    return to - from - overlap(from, to, work.submitted, work.ended);
}

/// A thread of the rank copies for `seconds` from `from` on, of a core that it may have to share with the device's
/// workers; when it has ended. On a GPU nothing is shared.
double Recurrence::copy(DeviceWork& work, double from, double seconds) const {
    if (work.copy_speed >= 1 || from >= work.ended || from + seconds <= work.begin) return from + seconds;
    if (from < work.begin) {
        seconds -= work.begin - from;
        from = work.begin;
    }
    const double together = std::min(seconds / work.copy_speed, (work.ended - from) / work.slowed);
    const auto slow_down = [&](double& end) {
        if (end <= from) return;
        const double slow = (end - from) / work.slowed;
        end = slow <= together ? from + slow : end + together * (1 - work.slowed);
    };
    slow_down(work.attended);
    slow_down(work.ended);
    return from + seconds + together * (1 - work.copy_speed);
}

// --- Before and after the steps ---

/// Every rank packs, shares, and brings in all other shares before step 0.
void Recurrence::gather() {
    bool any = false;
    int64_t all_bytes = 0;
    std::vector<double> published;
    std::vector<int64_t> bytes;
    for (int rank = 0; rank < ring_.ranks(); ++rank) {
        any = any || ring_.packs(rank);
        bytes.push_back(ring_.own_bytes(rank));
        all_bytes += bytes.back();
    }
    if (!any) return;
    for (int rank = 0; rank < ring_.ranks(); ++rank) {
        at(rank).work = {};
        share_own(rank);
        published.push_back(at(rank).published);
    }
    const std::vector<GatherTimes> times = gather_times(machine_, slow_ranks_, published, bytes, check_);
    for (int rank = 0; rank < ring_.ranks(); ++rank) {
        const GatherTimes& gathered = times[static_cast<size_t>(rank)];
        RankMetrics& metrics = metrics_of(rank);
        const int64_t own = bytes[static_cast<size_t>(rank)];
        metrics.sent_bytes = own * (ring_.ranks() - 1);
        metrics.received_bytes = all_bytes - own;
        const double until = std::max(gathered.received, gathered.taken);
        metrics.wait_peer_seconds += gathered.late_seconds + (until - gathered.received);
        metrics.wait_link_seconds += gathered.link_seconds;
        metrics.exposed_transfer_seconds += gathered.moving_seconds;
        metrics.transfer_seconds += gathered.moving_seconds;
        at(rank).begin = until;
        hold(rank, 0, all_bytes);
    }
}

void Recurrence::finish(int rank) {
    Rank& state = at(rank);
    const double cores = machine_.device.workers;
    const double workers = std::min(threads_, cores);
    const double work = costs_.normalise_seconds(rank) * jitter_->normalise(rank) * state.factor;
    const double seconds = (work + tail_seconds(work, cores, workers)) / workers;
    metrics_of(rank).merge_seconds += seconds;
    times_.seconds = std::max(times_.seconds, state.begin + seconds);
}

}  // namespace ringscope
