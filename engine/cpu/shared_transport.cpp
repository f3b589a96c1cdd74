// The shared-memory transport: the receiver copies out of the sender's slot into its own.
//
// The copies are real (memcpy between the two ranks' arenas), made by the receiving rank's own thread beside
// the worker threads, so memory and traffic are what a ring over a wire has.
//
// Each rank sleeps on a condition variable of its own, and is woken only by what it waits for: a publish to
// it while it waits for data, the end of the one copy that it waits for otherwise. With one condition
// variable for all, every message would wake every rank, and a ring of p has p times as many messages.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <functional>
#include <mutex>
#include <string>

#include "engine/base/number_text.h"
#include "engine/cpu/cpu_transports.h"
#include "engine/host/nvtx.h"

namespace ringscope {

namespace {

/// Copied between two looks at the stop flag: a few milliseconds.
constexpr int64_t kCopyBlock = int64_t{16} << 20;

class SharedTransport final : public RankTransport {
  public:
    SharedTransport(const Schedule& schedule, const RunControl& control, double timeout_seconds)
        : schedule_(schedule),
          control_(control),
          timeout_seconds_(timeout_seconds),
          messages_(schedule.transfers.size()),
          ranks_(static_cast<size_t>(schedule.ranks)) {}

    void publish(const Exchange& sent, const std::byte* slot) override;
    void receive(const Exchange& received, std::byte* slot, SpanKind kind, int during_step,
                 RankTrace& trace) override;
    void wait_taken(const Exchange& sent, int during_step, RankTrace& trace) override;
    void set_computing(int rank, bool computing) override;
    void sleep(int rank, double seconds) override;
    void interrupt() override;
    std::vector<TransferTimes> times() const override;

  private:
    struct Message {
        const std::byte* source = nullptr;  // the sender's slot, once published
        bool taken = false;
        TransferTimes times;
    };
    enum class Wait { none, data, room };
    struct RankState {
        std::condition_variable woken;  // its own thread alone waits here
        bool computing = false;
        Wait wait = Wait::none;
        int waits_for = -1;  // rank, while it waits
    };

    void wait_until(std::unique_lock<std::mutex>& lock, int rank, int peer, Wait wait,
                    const std::function<bool()>& ready,
                    const std::function<Error(double waited_seconds)>& late);
    bool holds_up_the_rest(int rank) const;
    int await_any(int rank, const std::vector<int>& open, int during_step, RankTrace& trace);
    void take(int index, int64_t begin_ns, int64_t done_ns);
    void copy(const Transfer& transfer, const std::byte* source, std::byte* slot) const;

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
            message.times.peer_ready_ns = now_ns;
            RankState& receiver = ranks_[static_cast<size_t>(transfer_at(index).to)];
            if (receiver.wait == Wait::data) waiting.push_back(&receiver);
        }
    }
    for (RankState* receiver : waiting) receiver->woken.notify_one();
}

/// With the lock held. `ready` is looked at under the lock.
void SharedTransport::wait_until(std::unique_lock<std::mutex>& lock, int rank, int peer, Wait wait,
                                 const std::function<bool()>& ready,
                                 const std::function<Error(double)>& late) {
    const auto limit_ns = static_cast<int64_t>(timeout_seconds_ * 1e9);
    const auto slice = std::chrono::nanoseconds(std::clamp<int64_t>(limit_ns / 8, 1'000'000, 50'000'000));
    RankState& state = ranks_[static_cast<size_t>(rank)];
    state.wait = wait;
    state.waits_for = peer;
    const int64_t begin_ns = steady_ns();
    int64_t counted_ns = 0;  // of the limit: between two looks that both found this wait to blame
    int64_t looked_ns = begin_ns;
    bool to_blame = holds_up_the_rest(rank);
    while (!ready()) {
        if (control_.stopped()) throw Interrupted{};
        state.woken.wait_for(lock, slice);
        const int64_t now_ns = steady_ns();
        const bool was_to_blame = to_blame;
        to_blame = holds_up_the_rest(rank);
        counted_ns = was_to_blame && to_blame ? counted_ns + now_ns - looked_ns : 0;
        looked_ns = now_ns;
        if (counted_ns >= limit_ns && !ready()) throw late(static_cast<double>(now_ns - begin_ns) * 1e-9);
    }
    state.wait = Wait::none;
}

/// Whether the rank's wait is the one to blame; see rank_transport.h.
bool SharedTransport::holds_up_the_rest(int rank) const {
    const RankState& state = ranks_[static_cast<size_t>(rank)];
    int at = state.waits_for;
    for (int hops = 0; hops < schedule_.ranks; ++hops) {
        const RankState& peer = ranks_[static_cast<size_t>(at)];
        if (peer.wait == Wait::none) return hops == 0 && !peer.computing;
        at = peer.waits_for;
        if (at == rank) return state.wait == Wait::data;
    }
    return false;
}

int SharedTransport::await_any(int rank, const std::vector<int>& open, int during_step, RankTrace& trace) {
    std::unique_lock lock(mutex_);
    int found = -1;
    const auto ready = [&] {
        for (const int index : open)
            if (message_at(index).source != nullptr) {
                found = index;
                return true;
            }
        return false;
    };
    const int64_t begin_ns = steady_ns();
    if (ready()) return found;
    const int peer = transfer_at(open.front()).from;
    const NvtxRange range(NvtxKind::wait, {rank, during_step, peer, 0});
    wait_until(lock, rank, peer, Wait::data, ready, [&](double waited) {
        return Error(ErrorKind::run_failed, "rank " + std::to_string(rank) + " waited " +
                                                seconds_text(waited) + " for rank " + std::to_string(peer) +
                                                " in step " + std::to_string(during_step));
    });
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
        copy(transfer, message_at(index).source, slot);
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
        waiting = sender.wait == Wait::room && sender.waits_for == transfer.to;
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
        wait_until(
            lock, rank, peer, Wait::room, [&] { return message.taken; },
            [&](double waited) {
                return Error(ErrorKind::run_failed, "rank " + std::to_string(rank) + " waited " +
                                                        seconds_text(waited) + " for rank " +
                                                        std::to_string(peer) + " to take its chunk in step " +
                                                        std::to_string(during_step));
            });
        trace.add_wait(WaitCause::late_peer, during_step, peer, index, begin_ns, steady_ns());
    }
}

void SharedTransport::set_computing(int rank, bool computing) {
    const std::lock_guard lock(mutex_);
    ranks_[static_cast<size_t>(rank)].computing = computing;
}

void SharedTransport::sleep(int rank, double seconds) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    std::unique_lock lock(mutex_);
    ranks_[static_cast<size_t>(rank)].woken.wait_until(lock, until, [this] { return control_.stopped(); });
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
                                                     double timeout_seconds) {
    return std::make_unique<SharedTransport>(schedule, control, timeout_seconds);
}

}  // namespace ringscope
