#include "engine/cuda/transport/device_transport.h"

#include <cmath>

#include "engine/cuda/kernels/kernels.h"

namespace ringscope {

DeviceTransport::DeviceTransport(const TransportScene& scene)
    : scene_(scene), gather_(scene.schedule.strategy == Strategy::all_gather) {
    for (const Transfer& transfer : scene.schedule.transfers)
        times_.emplace_back(rank_at(transfer.to).device());
}

void DeviceTransport::hold_back_until_held(int rank, int step, cudaStream_t stream) const {
    if (step == 0) rank_at(rank).packed().end.hold_back(stream);
    for (const int index : step_of(rank, step).receives) times(index).done.hold_back(stream);
}

void DeviceTransport::hold_back_until_attended(int rank, Payload payload, int step,
                                               cudaStream_t stream) const {
    if (gather_) return;
    const int slots = scene_.schedule.slots_of(payload);
    if (step >= slots) rank_at(rank).attended(step - slots).end.hold_back(stream);
    if (!scene_.schedule.experiment.ring.overlap) rank_at(rank).attended(step - 1).end.hold_back(stream);
}

void DeviceTransport::for_each_stretch(
    const Transfer& transfer, const std::function<void(std::byte*, const std::byte*, size_t)>& use) const {
    std::byte* const target = rank_at(transfer.to).slot_of(transfer.payload, transfer.step);
    const std::byte* const source = rank_at(transfer.from).slot_of(transfer.payload, sent_in(transfer));
    const auto& sources = scene_.schedule.pieces_in(transfer.from, sent_in(transfer));
    const auto& targets = scene_.schedule.pieces_in(transfer.to, transfer.step);
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
        use(target + target_of(transfer.copies[first]), source + source_of(transfer.copies[first]),
            static_cast<size_t>(bytes));
        first = next;
    }
}

bool DeviceTransport::has_fault(const Transfer& transfer, Fault::Kind kind) const {
    const Fault& fault = scene_.fault;
    return fault.kind == kind && fault.rank == transfer.from && fault.step == sent_in(transfer);
}

void DeviceTransport::stall(int rank, double seconds, cudaStream_t stream) const {
    RINGSCOPE_CUDA(
        launch_stall(scene_.cancelled[static_cast<size_t>(rank)], std::llround(seconds * 1e9), stream));
}

}  // namespace ringscope
