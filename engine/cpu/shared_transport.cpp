// The shared-memory transport: the receiver copies out of the sender's slot into its own.
//
// The copies are real (memcpy between the two ranks' arenas), made by the receiving rank's own thread beside
// the worker threads, so memory and traffic are what a ring over a wire has.
//
// Each rank sleeps on a condition variable of its own, and is woken only by what it waits for: a publish to
// it while it waits for data, the end of the one copy that it waits for otherwise. With one condition
// variable for all, every message would wake every rank, and a ring of p has p times as many messages.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <string>

#include "engine/base/number_text.h"
#include "engine/cpu/cpu_transports.h"
#include "engine/host/nvtx.h"
#include "engine/run/wait_chain.h"

namespace ringscope {

namespace {

/// Copied between two looks at the stop flag: a few milliseconds.
constexpr int64_t kCopyBlock = int64_t{16} << 20;
constexpr double kLongestRest = 1e6;  // seconds: some thousands of them fit in nanoseconds

class SharedTransport final : public RankTransport {
  public:
    SharedTransport(const Schedule& schedule, const RunControl& control, double timeout_seconds,
                    const Fault& fault)
        : schedule_(schedule),
          control_(control),
          timeout_seconds_(timeout_seconds),
          fault_(fault),
          messages_(schedule.transfers.size()),
          ranks_(static_cast<size_t>(schedule.ranks)) {}

    void publish(const Exchange& sent, const std::byte* slot) override;
    void receive(const Exchange& received, std::byte* slot, SpanKind kind, int during_step,
                 RankTrace& trace) override;
    void wait_taken(const Exchange& sent, int during_step, RankTrace& trace) override;
    void set_working(int rank, bool working) override;
    void sleep(int rank, double seconds) override;
    void interrupt() override;
    std::vector<TransferTimes> times() const override;

  private:
    struct Message {
        const std::byte* source = nullptr;  // the sender's slot, once published
        bool lost = false;                  // on its way: published without a slot
        bool taken = false;
        TransferTimes times;
    };
    /// What a rank waits for, on its own stack; read by others under the lock.
    struct Wait {
        std::vector<int> open;  // transfers: one of them is to be published, or the only one to be taken
        WaitLink link;          // of the first
    };
    struct RankState {
        std::condition_variable woken;  // its own thread alone waits here
        bool working = false;
        std::atomic<bool> asleep = false;
        const Wait* wait = nullptr;
        int64_t slow_link_free_ns = 0;  // of what it sends
    };

    void wait_until_over(std::unique_lock<std::mutex>& lock, const Wait& wait);
    bool is_over(const Wait& wait) const;
    bool is_lost(const Wait& wait) const;
    WaitChain chain_from(const Wait& wait) const;
    bool holds_up_the_rest(const Wait& wait) const;
    Error late(const Wait& wait, double waited_seconds) const;
    int await_any(int rank, const std::vector<int>& open, int during_step, RankTrace& trace);
    void take(int index, int64_t begin_ns, int64_t done_ns);
    void copy(const Transfer& transfer, const std::byte* source, std::byte* slot) const;
    void rest_until(int rank, int64_t until_ns);
    void wait_for_slow_link(const Transfer& transfer, int64_t begin_ns);

    const RankStep& step_of(const Exchange& exchange) const {
        return schedule_.rank_plans[static_cast<size_t>(exchange.rank)]
            .steps[static_cast<size_t>(exchange.step)];
    }
    /// Those of the transfers that carry the payload.
    std::vector<int> of_payload(std::vector<int> transfers, Payload payload) const {
        std::erase_if(transfers, [&](int index) { return transfer_at(index).payload != payload; });
        return transfers;
    }
    const Transfer& transfer_at(int index) const { return schedule_.transfers[static_cast<size_t>(index)]; }
    Message& message_at(int index) { return messages_[static_cast<size_t>(index)]; }

    const Schedule& schedule_;
    const RunControl& control_;
    const double timeout_seconds_;
    const Fault fault_;
    mutable std::mutex mutex_;  // guards everything below but is never held during a copy
    std::vector<Message> messages_;
    std::vector<RankState> ranks_;
};

void SharedTransport::publish(const Exchange& sent, const std::byte* slot) {
    const std::vector<int> sends = of_payload(step_of(sent).sends, sent.payload);
    std::vector<RankState*> waiting;
    {
        const std::lock_guard lock(mutex_);
        const int64_t now_ns = steady_ns();
        for (const int index : sends) {
            Message& message = message_at(index);
            message.source = slot;
            message.lost = slot == nullptr;
            if (message.lost) continue;
            message.times.peer_ready_ns = now_ns;
            RankState& receiver = ranks_[static_cast<size_t>(transfer_at(index).to)];
            if (receiver.wait != nullptr && !receiver.wait->link.for_room) waiting.push_back(&receiver);
        }
    }
    for (RankState* receiver : waiting) receiver->woken.notify_one();
}

/// With the lock held. Throws Error at the time limit, Interrupted when the run is stopped.
void SharedTransport::wait_until_over(std::unique_lock<std::mutex>& lock, const Wait& wait) {
    const auto limit_ns = static_cast<int64_t>(timeout_seconds_ * 1e9);
    const auto slice = std::chrono::nanoseconds(std::clamp<int64_t>(limit_ns / 8, 1'000'000, 50'000'000));
    RankState& state = ranks_[static_cast<size_t>(wait.link.rank)];
    state.wait = &wait;
    struct End {
        RankState& state;
        ~End() { state.wait = nullptr; }  // the lock is held again, whatever ends the wait
    } const end{state};
    const int64_t begin_ns = steady_ns();
    int64_t counted_ns = 0;  // of the limit: between two looks that both found this wait to blame
    int64_t looked_ns = begin_ns;
    bool to_blame = false;
    while (!control_.stopped()) {
        const bool woken = state.woken.wait_for(lock, slice) == std::cv_status::no_timeout;
        if (is_over(wait)) return;
        if (woken) continue;  // who is to blame is asked only when nothing happens
        const int64_t now_ns = steady_ns();
        const bool was_to_blame = to_blame;
        to_blame = holds_up_the_rest(wait);
        counted_ns = was_to_blame && to_blame ? counted_ns + now_ns - looked_ns : 0;
        looked_ns = now_ns;
        if (counted_ns >= limit_ns) throw late(wait, static_cast<double>(now_ns - begin_ns) * 1e-9);
    }
    throw Interrupted{};
}

bool SharedTransport::is_over(const Wait& wait) const {
    return std::any_of(wait.open.begin(), wait.open.end(), [&](int index) {
        const Message& message = messages_[static_cast<size_t>(index)];
        return wait.link.for_room ? message.taken : message.source != nullptr;
    });
}

bool SharedTransport::is_lost(const Wait& wait) const {
    return !wait.link.for_room && std::any_of(wait.open.begin(), wait.open.end(), [&](int index) {
        return messages_[static_cast<size_t>(index)].lost;
    });
}

WaitChain SharedTransport::chain_from(const Wait& wait) const {
    WaitChain chain;
    for (const Wait* at = &wait;;) {
        chain.links.push_back(at->link);
        const RankState& peer = ranks_[static_cast<size_t>(at->link.peer)];
        if (is_lost(*at))
            chain.end = WaitEnd::lost;
        else if (peer.asleep)
            chain.end = WaitEnd::asleep;
        else if (peer.wait == nullptr)
            chain.end = peer.working ? WaitEnd::working : WaitEnd::gone;
        else if (is_over(*peer.wait))
            chain.end = WaitEnd::working;  // it was woken and has not run since
        else if (std::any_of(chain.links.begin(), chain.links.end(),
                             [&](const WaitLink& link) { return link.rank == at->link.peer; }))
            chain.end = WaitEnd::circle;
        else {
            at = peer.wait;
            continue;
        }
        return chain;
    }
}

/// Whether the wait is the one to blame; see rank_transport.h.
bool SharedTransport::holds_up_the_rest(const Wait& wait) const {
    const WaitChain chain = chain_from(wait);
    if (chain.end == WaitEnd::circle) return chain.links.back().peer == wait.link.rank && !wait.link.for_room;
    return chain.end != WaitEnd::working && chain.links.size() == 1;
}

Error SharedTransport::late(const Wait& wait, double waited_seconds) const {
    const WaitLink& link = wait.link;
    return Error(ErrorKind::run_failed,
                 "rank " + std::to_string(link.rank) + " waited " + seconds_text(waited_seconds) +
                     " for rank " + std::to_string(link.peer) + (link.for_room ? " to take its chunk" : "") +
                     " in step " + std::to_string(link.step) + "; ring.timeout_seconds is " +
                     exact_text(timeout_seconds_) + ": " + text_of(chain_from(wait)));
}

int SharedTransport::await_any(int rank, const std::vector<int>& open, int during_step, RankTrace& trace) {
    std::unique_lock lock(mutex_);
    const auto published = [&] {
        const auto at = std::find_if(open.begin(), open.end(),
                                     [&](int index) { return message_at(index).source != nullptr; });
        return at == open.end() ? -1 : *at;
    };
    const int64_t begin_ns = steady_ns();
    if (const int found = published(); found >= 0) return found;
    const Transfer& first = transfer_at(open.front());
    const NvtxRange range(NvtxKind::wait, {rank, during_step, first.from, 0});
    wait_until_over(lock, {open, {rank, during_step, first.from, first.payload, false}});
    const int found = published();
    const int from = transfer_at(found).from;
    const int64_t ready_ns = message_at(found).times.peer_ready_ns;
    trace.add_wait(WaitCause::late_peer, during_step, from, found, begin_ns, ready_ns);
    trace.add_wait(WaitCause::link, during_step, from, found, std::max(begin_ns, ready_ns), steady_ns());
    return found;
}

void SharedTransport::receive(const Exchange& received, std::byte* slot, SpanKind kind, int during_step,
                              RankTrace& trace) {
    const int rank = received.rank;
    std::vector<int> open = of_payload(step_of(received).receives, received.payload);
    {
        const std::lock_guard lock(mutex_);
        const int64_t now_ns = steady_ns();
        for (const int index : open) message_at(index).times.posted_ns = now_ns;
    }
    while (!open.empty()) {
        const int index = await_any(rank, open, during_step, trace);
        std::erase(open, index);
        const Transfer& transfer = transfer_at(index);
        const NvtxRange range(NvtxKind::receive, {rank, during_step, transfer.from, transfer.bytes});
        const int64_t begin_ns = steady_ns();
        const int64_t cpu_ns = thread_cpu_ns();
        copy(transfer, message_at(index).source, slot);
        trace.work_in(during_step).copy_ns += thread_cpu_ns() - cpu_ns;
        wait_for_slow_link(transfer, begin_ns);
        const int64_t done_ns = steady_ns();
        take(index, begin_ns, done_ns);
        Span& span = trace.add(kind, during_step, begin_ns, done_ns);
        span.peer = transfer.from;
        span.transfer = index;
        span.payload = transfer.payload;
        span.bytes = transfer.bytes;
        const auto& pieces = schedule_.pieces_in(rank, received.step);
        span.owner = pieces[static_cast<size_t>(transfer.copies.front().target_piece)].owner;
        for (const PieceCopy& piece : transfer.copies)
            if (pieces[static_cast<size_t>(piece.target_piece)].owner != span.owner) span.owner = -1;
    }
}

/// The copy is made: the sender's slot is free of it.
void SharedTransport::take(int index, int64_t begin_ns, int64_t done_ns) {
    const Transfer& transfer = transfer_at(index);
    RankState& sender = ranks_[static_cast<size_t>(transfer.from)];
    bool waiting = false;
    {
        const std::lock_guard lock(mutex_);
        Message& message = message_at(index);
        message.times.begin_ns = begin_ns;
        message.times.done_ns = done_ns;
        message.taken = true;
        waiting = sender.wait != nullptr && sender.wait->link.for_room && is_over(*sender.wait);
    }
    if (waiting) sender.woken.notify_one();
}

/// Neighbouring pieces that stay neighbours are one memcpy.
void SharedTransport::copy(const Transfer& transfer, const std::byte* source, std::byte* slot) const {
    const int made_in = schedule_.strategy == Strategy::all_gather ? 0 : transfer.step - 1;
    const auto& from = schedule_.pieces_in(transfer.from, made_in);
    const auto& to = schedule_.pieces_in(transfer.to, transfer.step);
    for (size_t i = 0; i < transfer.copies.size();) {
        const int64_t source_at = from[static_cast<size_t>(transfer.copies[i].source_piece)].slot_offset;
        const int64_t target_at = to[static_cast<size_t>(transfer.copies[i].target_piece)].slot_offset;
        int64_t bytes = 0;
        for (; i < transfer.copies.size(); ++i) {
            const Piece& read = from[static_cast<size_t>(transfer.copies[i].source_piece)];
            const Piece& written = to[static_cast<size_t>(transfer.copies[i].target_piece)];
            RINGSCOPE_CHECK(read.bytes == written.bytes);
            if (read.slot_offset != source_at + bytes || written.slot_offset != target_at + bytes) break;
            bytes += written.bytes;
        }
        for (int64_t done = 0; done < bytes; done += kCopyBlock) {
            if (control_.stopped()) throw Interrupted{};
            std::memcpy(slot + target_at + done, source + source_at + done,
                        static_cast<size_t>(std::min(kCopyBlock, bytes - done)));
        }
    }
}

void SharedTransport::wait_taken(const Exchange& sent, int during_step, RankTrace& trace) {
    const int rank = sent.rank;
    std::unique_lock lock(mutex_);
    for (const int index : of_payload(step_of(sent).sends, sent.payload)) {
        const Message& message = message_at(index);
        if (message.taken) continue;
        const int64_t begin_ns = steady_ns();
        const int peer = transfer_at(index).to;
        wait_until_over(lock, {{index}, {rank, during_step, peer, sent.payload, true}});
        trace.add_wait(WaitCause::late_peer, during_step, peer, index, begin_ns, steady_ns());
    }
}

void SharedTransport::set_working(int rank, bool working) {
    const std::lock_guard lock(mutex_);
    ranks_[static_cast<size_t>(rank)].working = working;
}

/// Ends early when the run is stopped.
void SharedTransport::rest_until(int rank, int64_t until_ns) {
    std::unique_lock lock(mutex_);
    ranks_[static_cast<size_t>(rank)].woken.wait_for(lock, std::chrono::nanoseconds(until_ns - steady_ns()),
                                                     [this] { return control_.stopped(); });
}

/// What a rank sends goes over its slow link one transfer after the other. The receiver counts as at work: bytes that
/// move slowly are not lost.
void SharedTransport::wait_for_slow_link(const Transfer& transfer, int64_t begin_ns) {
    const double seconds = least_seconds(fault_, transfer.from, transfer.bytes);
    if (seconds <= 0) return;
    const auto link_ns = static_cast<int64_t>(std::min(seconds, kLongestRest) * 1e9);
    int64_t until_ns = 0;
    {
        const std::lock_guard lock(mutex_);
        int64_t& free_ns = ranks_[static_cast<size_t>(transfer.from)].slow_link_free_ns;
        free_ns = until_ns = std::max(begin_ns, free_ns) + link_ns;
    }
    rest_until(transfer.to, until_ns);
    if (control_.stopped()) throw Interrupted{};
}

void SharedTransport::sleep(int rank, double seconds) {
    std::atomic<bool>& asleep = ranks_[static_cast<size_t>(rank)].asleep;
    asleep = true;
    rest_until(rank, steady_ns() + static_cast<int64_t>(std::min(seconds, kLongestRest) * 1e9));
    asleep = false;
    if (control_.stopped()) throw Interrupted{};
}

void SharedTransport::interrupt() {
    // Taken and let go, so that nobody is between looking at the flag and falling asleep.
    { const std::lock_guard lock(mutex_); }
    for (RankState& rank : ranks_) rank.woken.notify_one();
}

std::vector<TransferTimes> SharedTransport::times() const {
    const std::lock_guard lock(mutex_);
    std::vector<TransferTimes> times;
    for (const Message& message : messages_) times.push_back(message.times);
    return times;
}

}  // namespace

std::unique_ptr<RankTransport> make_shared_transport(const Schedule& schedule, const RunControl& control,
                                                     double timeout_seconds, const Fault& fault) {
    return std::make_unique<SharedTransport>(schedule, control, timeout_seconds, fault);
}

}  // namespace ringscope
