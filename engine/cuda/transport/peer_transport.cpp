#include "engine/cuda/transport/peer_transport.h"

#include "engine/cuda/kernels/kernels.h"
#include "engine/host/nvtx.h"

namespace ringscope {

namespace {

/// A lost transfer takes longer than its time limit, by whatever clock that is read.
constexpr double kLostTimeouts = 1.5;

}  // namespace

void PeerTransport::enqueue(int step, std::stop_token) {
    for (int rank = 0; rank < scene_.schedule.ranks; ++rank)
        for (const int index : step_of(rank, step).receives) enqueue_transfer(index);
}

void PeerTransport::enqueue_transfer(int index) {
    const Transfer& transfer = transfer_at(index);
    const NvtxRange range(NvtxKind::receive, {transfer.to, transfer.step, transfer.from, transfer.bytes});
    const CudaRank& to = rank_at(transfer.to);
    const cudaStream_t stream = to.copy_stream();
    const DeviceScope scope(to.device());
    Times& times = times_of(index);
    hold_back_until_free(transfer, stream);
    times.posted.record(stream);
    if (gather_)
        rank_at(transfer.from).packed().end.hold_back(stream);  // each owner sends its own share
    else
        hold_back_until_held(transfer.from, sent_in(transfer), stream);
    if (has_fault(transfer, Fault::Kind::delay)) stall(transfer.to, scene_.fault.delay_seconds, stream);
    times.begin.record(stream);
    if (has_fault(transfer, Fault::Kind::lose_transfer))
        stall(transfer.to, kLostTimeouts * scene_.schedule.experiment.ring.timeout_seconds, stream);
    else
        copy(transfer, stream);
    // To several peers at once each copy is held up by itself.
    if (const double seconds = least_seconds(scene_.fault, transfer.from, transfer.bytes); seconds > 0)
        stall(transfer.to, seconds, stream);
    times.done.record(stream);
}

void PeerTransport::hold_back_until_free(const Transfer& transfer, cudaStream_t stream) const {
    hold_back_until_attended(transfer.to, transfer.payload, transfer.step, stream);
    if (gather_) return;
    const int slots = scene_.schedule.slots_of(transfer.payload);
    if (transfer.step >= slots)
        for (const int sent : step_of(transfer.to, transfer.step - slots + 1).sends)
            if (transfer_at(sent).payload == transfer.payload) times(sent).done.hold_back(stream);
    if (!scene_.schedule.experiment.ring.overlap)
        rank_at(transfer.from).attended(transfer.step - 1).end.hold_back(stream);
}

void PeerTransport::copy(const Transfer& transfer, cudaStream_t stream) const {
    const int from = rank_at(transfer.from).device();
    const int to = rank_at(transfer.to).device();
    for_each_stretch(transfer, [&](std::byte* target, const std::byte* source, size_t bytes) {
        RINGSCOPE_CUDA(cudaMemcpyPeerAsync(target, to, source, from, bytes, stream));
    });
}

}  // namespace ringscope
