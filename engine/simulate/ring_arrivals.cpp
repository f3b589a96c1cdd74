// The receiving side of RingLayout: transfers on their way.
#include <algorithm>

#include "engine/simulate/ring_layout.h"

namespace ringscope {

bool RingLayout::is_ready(int index) const {
    const auto at = static_cast<size_t>(index);
    if (hops_.empty() || hops_[at].after < 0) return messages_[at].published;
    return messages_[static_cast<size_t>(hops_[at].after)].taken;
}

/// Begins what can begin: one transfer after the other on a CPU, all that are ready elsewhere.
void RingLayout::begin_ready(int rank) {
    const Rank& state = rank_at(rank);
    for (const int index : plan_of(rank, state.receives_for).receives) {
        if (!machine_.receives_at_once && state.on_link + state.moving > 0) return;
        const Message& message = message_at(index);
        if (message.posted && !message.begun && is_ready(index)) begin_transfer(index);
    }
}

void RingLayout::begin_transfer(int index) {
    const Transfer& transfer = transfer_at(index);
    Rank& receiver = rank_at(transfer.to);
    message_at(index).begun = true;
    ++receiver.on_link;
    receiver.waits_for = index;
    double seconds = 0;
    if (fixed_seconds_ == nullptr) {
        const int from = hops_.empty() ? transfer.from : hops_[static_cast<size_t>(index)].from;
        seconds = machine_.message_seconds + network_.latency_seconds(from, transfer.to);
    }
    if (seconds <= 0) return bytes_begin(index);
    note_arriving(transfer.to);
    events_.add(now_ + seconds, Event::Kind::begin_transfer, index);
}

void RingLayout::bytes_begin(int index) {
    const Transfer& transfer = transfer_at(index);
    Rank& receiver = rank_at(transfer.to);
    --receiver.on_link;
    ++receiver.moving;
    note_arriving(transfer.to);
    times_of(index).begin_ns = ns(now_);
    if (fixed_seconds_ != nullptr)
        return events_.add(now_ + fixed_seconds(index), Event::Kind::arrive, index);
    const int from = hops_.empty() ? transfer.from : hops_[static_cast<size_t>(index)].from;
    const int flow =
        network_.start(network_.path(from, transfer.to), static_cast<double>(transfer.bytes), now_);
    const auto flows = static_cast<size_t>(flow) + 1;
    if (flow_version_.size() < flows) {
        flow_version_.resize(flows);
        transfer_of_flow_.resize(flows);
    }
    ++flow_version_[static_cast<size_t>(flow)];
    transfer_of_flow_[static_cast<size_t>(flow)] = index;
    message_at(index).flow = flow;
    message_at(index).copies = on_cpu_ && !network_.is_slowed(from);
    if (!message_at(index).copies) return;
    workers_of(transfer.to).begin_copy(now_);
    copies_[static_cast<size_t>(device_[static_cast<size_t>(transfer.to)])].push_back(flow);
    touch(transfer.to);
}

double RingLayout::fixed_seconds(int index) const {
    const Transfer& transfer = transfer_at(index);
    double seconds = (*fixed_seconds_)[static_cast<size_t>(index)];
    for (const SlowRank& slow : slow_ranks_)
        if (slow.rank == transfer.from && slow.bytes_per_second > 0)
            seconds = std::max(seconds, static_cast<double>(transfer.bytes) / slow.bytes_per_second);
    return seconds;
}

void RingLayout::arrived(int index) {
    const Transfer& transfer = transfer_at(index);
    Rank& receiver = rank_at(transfer.to);
    Message& message = message_at(index);
    if (message.flow >= 0) {
        ++flow_version_[static_cast<size_t>(message.flow)];
        network_.end(message.flow, now_);
        if (message.copies) {
            workers_of(transfer.to).end_copy(now_);
            std::erase(copies_[static_cast<size_t>(device_[static_cast<size_t>(transfer.to)])], message.flow);
            touch(transfer.to);
        }
    }
    message.taken = true;
    times_of(index).done_ns = ns(now_);
    --receiver.moving;
    --receiver.open;
    trace_arrival(index);
    note_arriving(transfer.to);
    tell_of(index);
    if (receiver.open > 0) return begin_ready(transfer.to);
    received(transfer.to);
}

/// The sender's slot is free of it, and who fetches it from the receiver may begin.
void RingLayout::tell_of(int index) {
    const Transfer& transfer = transfer_at(index);
    if (!relays_.empty())
        for (const int relayed : relays_[static_cast<size_t>(index)]) {
            times_of(relayed).peer_ready_ns = ns(now_);
            if (message_at(relayed).posted && !message_at(relayed).begun)
                begin_ready(transfer_at(relayed).to);
        }
    Rank& sender = rank_at(transfer.from);
    if (sender.at != At::sent_taken || plan_of(transfer.from, sender.step).sends[sender.next_sent] != index)
        return;
    wait_span(transfer.from, WaitCause::late_peer, index, transfer.to, sender.since);
    wait_taken(transfer.from);
}

void RingLayout::wait_span(int rank, WaitCause cause, int transfer, int peer, double since) {
    trace_of(rank).add_wait(cause, rank_at(rank).step, peer, transfer, ns(since), ns(now_));
}

/// Closes the wait that ends now, and begins the one that begins.
void RingLayout::note_arriving(int rank) {
    Rank& state = rank_at(rank);
    Arriving now = Arriving::late;
    if (state.open == 0)
        now = Arriving::no;
    else if (state.moving > 0)
        now = Arriving::moving;
    else if (state.on_link > 0)
        now = Arriving::on_link;
    if (now == state.arriving) return;
    const int peer = state.waits_for < 0 ? -1 : transfer_at(state.waits_for).from;
    if (state.arriving == Arriving::late)
        wait_span(rank, WaitCause::late_peer, state.waits_for, peer, state.arriving_since);
    if (state.arriving == Arriving::on_link)
        wait_span(rank, WaitCause::link, state.waits_for, peer, state.arriving_since);
    state.arriving = now;
    state.arriving_since = now_;
}

/// Whose share it is; -1 when it carries several.
int RingLayout::owner_of(int index) const {
    const Transfer& transfer = transfer_at(index);
    const auto& pieces = schedule_.pieces_in(transfer.to, transfer.step);
    const auto owner_at = [&](const PieceCopy& copy) {
        return pieces[static_cast<size_t>(copy.target_piece)].owner;
    };
    const int owner = owner_at(transfer.copies.front());
    for (const PieceCopy& copy : transfer.copies)
        if (owner_at(copy) != owner) return -1;
    return owner;
}

void RingLayout::trace_arrival(int index) {
    const Transfer& transfer = transfer_at(index);
    const int64_t begin_ns = times_of(index).begin_ns;
    const SpanKind kind = ring_ ? SpanKind::receive : SpanKind::collective;
    const auto add = [&](int rank, SpanKind of, int step, int peer) -> Span& {
        Span& span = trace_of(rank).add(of, step, begin_ns, ns(now_));
        span.peer = peer;
        span.transfer = index;
        span.pass = transfer.pass;
        span.payload = transfer.payload;
        span.bytes = transfer.bytes;
        return span;
    };
    add(transfer.to, kind, rank_at(transfer.to).step, transfer.from).owner = owner_of(index);
    add(transfer.from, SpanKind::send, std::max(0, transfer.step - 1), transfer.to);
}

}  // namespace ringscope
