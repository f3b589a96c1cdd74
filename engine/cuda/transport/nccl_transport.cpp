#include "engine/cuda/transport/nccl_transport.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "engine/host/clock.h"
#include "engine/host/nvtx.h"

namespace ringscope {

namespace {

/// Of a message in the first exchange.
constexpr int64_t kGreetingBytes = kBufferAlignment;
/// For the first exchange to end, connections and all.
constexpr double kFirstExchangeSeconds = 60;
constexpr std::chrono::microseconds kLookInterval{100};

/// Bytes of every owner's share when they are equal and lie in slot 0 in the order of ranks; else 0.
int64_t common_share_bytes(const Schedule& schedule) {
    if (schedule.strategy != Strategy::all_gather) return 0;
    std::vector<int64_t> bytes(static_cast<size_t>(schedule.ranks), 0);
    for (const Piece& piece : schedule.pieces_in(0, 0))
        bytes[static_cast<size_t>(piece.owner)] += piece.bytes;
    for (const int64_t share : bytes)
        if (share != bytes.front()) return 0;
    for (const Piece& piece : schedule.pieces_in(0, 0))
        if (piece.slot_offset / bytes.front() != piece.owner) return 0;
    return bytes.front();
}

}  // namespace

NcclTransport::NcclTransport(const TransportScene& scene)
    : DeviceTransport(scene), share_bytes_(common_share_bytes(scene.schedule)) {
    const auto ranks = static_cast<int64_t>(scene.ranks.size());
    for (int step = 0; step < scene.schedule.steps; ++step) {
        ready_.emplace_back();
        for (const auto& rank : scene.ranks) ready_.back().emplace_back(rank->device());
    }
    for (const auto& rank : scene.ranks) {
        arenas_.push_back(std::make_unique<DeviceArena>(rank->device(), "the NCCL transport"));
        greetings_.push_back(arenas_.back()->allocate(Purpose::workspace, (ranks + 1) * kGreetingBytes));
    }
}

void NcclTransport::connect(std::stop_token stop) {
    std::vector<int> devices;
    for (const auto& rank : scene_.ranks) devices.push_back(rank->device());
    communicators_.connect(devices, stop);
    communicators_.group([&] { put_greetings(); }, "the first exchange", kFirstExchangeSeconds, stop);
    if (share_bytes_ > 0)  // the slots hold nothing yet
        communicators_.group([&] { put_all_gather({}); }, "the first ncclAllGather", kFirstExchangeSeconds,
                             stop);
    wait_for_copy_streams(stop);
}

/// Between neighbours in any case, so that every rank, an only one too, has sent and received once.
void NcclTransport::put_greetings() const {
    const int ranks = scene_.schedule.ranks;
    std::set<std::pair<int, int>> pairs;
    for (int rank = 0; rank < ranks; ++rank) pairs.insert({rank, (rank + 1) % ranks});
    for (const Transfer& transfer : scene_.schedule.transfers) pairs.insert({transfer.from, transfer.to});
    for (const auto& [from, to] : pairs) {
        const auto* sent = greetings_[static_cast<size_t>(from)].as<std::byte>() + ranks * kGreetingBytes;
        auto* received = greetings_[static_cast<size_t>(to)].as<std::byte>() + from * kGreetingBytes;
        RINGSCOPE_NCCL(ncclSend(sent, kGreetingBytes, ncclInt8, to, communicators_.of(from),
                                rank_at(from).copy_stream()));
        RINGSCOPE_NCCL(ncclRecv(received, kGreetingBytes, ncclInt8, from, communicators_.of(to),
                                rank_at(to).copy_stream()));
    }
}

void NcclTransport::wait_for_copy_streams(std::stop_token stop) const {
    const int64_t begin_ns = steady_ns();
    for (const auto& rank : scene_.ranks)
        while (cudaStreamQuery(rank->copy_stream()) == cudaErrorNotReady) {
            if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "cancelled");
            check();
            if (static_cast<double>(steady_ns() - begin_ns) * 1e-9 > kFirstExchangeSeconds)
                throw Error(ErrorKind::run_failed,
                            "rank " + std::to_string(rank->rank()) + ": NCCL's first exchange did not end");
            std::this_thread::sleep_for(kLookInterval);
        }
    for (const auto& rank : scene_.ranks) rank->check_streams();
}

std::vector<int> NcclTransport::transfers_for(int step) const {
    std::vector<int> transfers;
    for (int rank = 0; rank < scene_.schedule.ranks; ++rank) {
        const auto& receives = step_of(rank, step).receives;
        transfers.insert(transfers.end(), receives.begin(), receives.end());
    }
    return transfers;
}

std::vector<std::vector<int>> NcclTransport::peers_in(const std::vector<int>& transfers) const {
    std::vector<std::vector<int>> peers(scene_.ranks.size());
    for (const int index : transfers) {
        const Transfer& transfer = transfer_at(index);
        peers[static_cast<size_t>(transfer.from)].push_back(transfer.to);
        peers[static_cast<size_t>(transfer.to)].push_back(transfer.from);
    }
    return peers;
}

void NcclTransport::enqueue(int step, std::stop_token stop) {
    const std::vector<int> transfers = transfers_for(step);
    if (transfers.empty()) return;
    const std::vector<std::vector<int>> peers = peers_in(transfers);
    await_everyone(step, transfers, peers);
    communicators_.group([&] { share_bytes_ > 0 ? put_all_gather(transfers) : put_exchange(transfers); },
                         "the hop for step " + std::to_string(step),
                         scene_.schedule.experiment.ring.timeout_seconds, stop);
    for (const int index : transfers) {
        const CudaRank& to = rank_at(transfer_at(index).to);
        const DeviceScope scope(to.device());
        times_of(index).done.record(to.copy_stream());
    }
}

/// Whether the injected fault is in what `rank` sends.
bool NcclTransport::faulty(const std::vector<int>& transfers, int rank, Fault::Kind kind) const {
    return std::any_of(transfers.begin(), transfers.end(), [&](int index) {
        return transfer_at(index).from == rank && has_fault(transfer_at(index), kind);
    });
}

/// All `ready` before any wait for one: a wait for an event that nobody has recorded yet waits for nothing.
void NcclTransport::await_everyone(int step, const std::vector<int>& transfers,
                                   const std::vector<std::vector<int>>& peers) {
    std::vector<Event>& ready = ready_[static_cast<size_t>(step)];
    for (size_t rank = 0; rank < peers.size(); ++rank) {
        if (peers[rank].empty()) continue;
        const CudaRank& one = *scene_.ranks[rank];
        const DeviceScope scope(one.device());
        hold_back_until_attended(one.rank(), Payload::kv, step, one.copy_stream());
        for (const int index : transfers)
            if (transfer_at(index).to == one.rank()) times_of(index).posted.record(one.copy_stream());
        if (faulty(transfers, one.rank(), Fault::Kind::delay))
            stall(one.rank(), scene_.fault.delay_seconds, one.copy_stream());
        ready[rank].record(one.copy_stream());
    }
    for (size_t rank = 0; rank < peers.size(); ++rank) {
        const CudaRank& one = *scene_.ranks[rank];
        const DeviceScope scope(one.device());
        for (const int peer : peers[rank]) ready[static_cast<size_t>(peer)].hold_back(one.copy_stream());
        for (const int index : transfers)
            if (transfer_at(index).to == one.rank()) times_of(index).begin.record(one.copy_stream());
        double slow_link_seconds = 0;
        for (const int index : transfers)
            if (transfer_at(index).from == one.rank())
                slow_link_seconds += least_seconds(scene_.fault, one.rank(), transfer_at(index).bytes);
        if (slow_link_seconds > 0) stall(one.rank(), slow_link_seconds, one.copy_stream());
    }
}

void NcclTransport::put_exchange(const std::vector<int>& transfers) const {
    for (const int index : transfers) {
        const Transfer& transfer = transfer_at(index);
        const NvtxRange range(NvtxKind::receive, {transfer.to, transfer.step, transfer.from, transfer.bytes});
        for_each_stretch(transfer, [&](std::byte* target, const std::byte* source, size_t bytes) {
            if (!has_fault(transfer, Fault::Kind::lose_transfer))
                RINGSCOPE_NCCL(ncclSend(source, bytes, ncclInt8, transfer.to,
                                        communicators_.of(transfer.from),
                                        rank_at(transfer.from).copy_stream()));
            RINGSCOPE_NCCL(ncclRecv(target, bytes, ncclInt8, transfer.from, communicators_.of(transfer.to),
                                    rank_at(transfer.to).copy_stream()));
        });
    }
}

void NcclTransport::put_all_gather(const std::vector<int>& transfers) const {
    for (int rank = 0; rank < scene_.schedule.ranks; ++rank) {
        if (faulty(transfers, rank, Fault::Kind::lose_transfer)) continue;
        const NvtxRange range(NvtxKind::receive, {rank, 0, -1, share_bytes_ * (scene_.schedule.ranks - 1)});
        std::byte* const slot = rank_at(rank).slot_of(Payload::kv, 0);
        RINGSCOPE_NCCL(ncclAllGather(slot + rank * share_bytes_, slot, static_cast<size_t>(share_bytes_),
                                     ncclInt8, communicators_.of(rank), rank_at(rank).copy_stream()));
    }
}

void NcclTransport::end(bool complete) noexcept {
    if (complete)
        communicators_.close();
    else
        communicators_.abort();
}

}  // namespace ringscope
