#include "engine/cuda/peer_transport.h"

#include <cmath>

#include "engine/nvtx.h"

namespace ringscope::cuda {

PeerTransport::PeerTransport(const Schedule& schedule, const std::vector<std::unique_ptr<CudaRank>>& ranks,
                             const std::vector<const int32_t*>& cancelled, const Fault& fault)
    : schedule_(schedule),
      ranks_(ranks),
      cancelled_(cancelled),
      fault_(fault),
      gather_(schedule.strategy == Strategy::all_gather) {
    for (const Transfer& transfer : schedule.transfers)
        times_.emplace_back(ranks[static_cast<size_t>(transfer.to)]->device());
}

void PeerTransport::enqueue(int step) {
    for (size_t rank = 0; rank < ranks_.size(); ++rank)
        for (const int index : step_of(static_cast<int>(rank), step).receives)
            enqueue(index, schedule_.transfers[static_cast<size_t>(index)]);
}

void PeerTransport::enqueue(int index, const Transfer& transfer) {
    const NvtxRange range(NvtxKind::receive, {transfer.to, transfer.step, transfer.from, transfer.bytes});
    const CudaRank& to = *ranks_[static_cast<size_t>(transfer.to)];
    const cudaStream_t stream = to.copy_stream();
    const DeviceScope scope(to.device());
    Times& times = times_[static_cast<size_t>(index)];
    const int sent_in = gather_ ? 0 : transfer.step - 1;
    const bool faulty = fault_.rank == transfer.from && fault_.step == sent_in;
    const int32_t* cancelled = cancelled_[static_cast<size_t>(transfer.to)];
    hold_back_until_free(transfer, stream);
    times.posted.record(stream);
    if (gather_)
        ranks_[static_cast<size_t>(transfer.from)]->packed().end.hold_back(
            stream);  // each owner sends its own share
    else
        hold_back_until_held(transfer.from, sent_in, stream);
    if (faulty && fault_.kind == Fault::Kind::delay)
        RINGSCOPE_CUDA(launch_stall(cancelled, std::llround(fault_.delay_seconds * 1e9), stream));
    times.begin.record(stream);
    if (faulty && fault_.kind == Fault::Kind::lose_transfer)
        RINGSCOPE_CUDA(launch_stall(cancelled, -1, stream));
    else
        copy(transfer, stream);
    times.done.record(stream);
}

void PeerTransport::hold_back_until_free(const Transfer& transfer, cudaStream_t stream) const {
    if (gather_) return;
    const CudaRank& to = *ranks_[static_cast<size_t>(transfer.to)];
    const int step = transfer.step;
    if (step >= 2) {
        to.attended(step - 2).end.hold_back(stream);
        for (const int sent : step_of(transfer.to, step - 1).sends)
            times_[static_cast<size_t>(sent)].done.hold_back(stream);
    }
    if (schedule_.experiment.ring.overlap) return;
    to.attended(step - 1).end.hold_back(stream);
    ranks_[static_cast<size_t>(transfer.from)]->attended(step - 1).end.hold_back(stream);
}

void PeerTransport::hold_back_until_held(int rank, int step, cudaStream_t stream) const {
    if (step == 0) ranks_[static_cast<size_t>(rank)]->packed().end.hold_back(stream);
    for (const int index : step_of(rank, step).receives)
        times_[static_cast<size_t>(index)].done.hold_back(stream);
}

/// Pieces that lie side by side in both slots go as one copy.
void PeerTransport::copy(const Transfer& transfer, cudaStream_t stream) const {
    const CudaRank& from = *ranks_[static_cast<size_t>(transfer.from)];
    const CudaRank& to = *ranks_[static_cast<size_t>(transfer.to)];
    const int source_step = gather_ ? 0 : transfer.step - 1;
    const auto& sources = schedule_.pieces_in(transfer.from, source_step);
    const auto& targets = schedule_.pieces_in(transfer.to, transfer.step);
    const auto source_of = [&](const PieceCopy& c) {
        return sources[static_cast<size_t>(c.source_piece)].slot_offset;
    };
    const auto target_of = [&](const PieceCopy& c) {
        return targets[static_cast<size_t>(c.target_piece)].slot_offset;
    };
    for (size_t first = 0; first < transfer.copies.size();) {
        int64_t bytes = 0;
        size_t next = first;
        for (; next < transfer.copies.size(); ++next) {
            const PieceCopy& piece = transfer.copies[next];
            if (source_of(piece) != source_of(transfer.copies[first]) + bytes ||
                target_of(piece) != target_of(transfer.copies[first]) + bytes)
                break;
            bytes += sources[static_cast<size_t>(piece.source_piece)].bytes;
        }
        RINGSCOPE_CUDA(cudaMemcpyPeerAsync(to.slot_of(transfer.step) + target_of(transfer.copies[first]),
                                           to.device(),
                                           from.slot_of(source_step) + source_of(transfer.copies[first]),
                                           from.device(), static_cast<size_t>(bytes), stream));
        first = next;
    }
}

}  // namespace ringscope::cuda
