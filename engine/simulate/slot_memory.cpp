#include "engine/simulate/slot_memory.h"

#include <algorithm>

namespace ringscope {

SlotMemory::SlotMemory(const Schedule& schedule, int rank)
    : schedule_(schedule),
      plan_(schedule.rank_plans[static_cast<size_t>(rank)]),
      rank_(rank),
      last_use_(schedule.slots.size(), -1),
      held_(schedule.slots.size(), false),
      live_(plan_.predicted) {
    for (const PayloadLayout& layout : schedule.payloads) live_[static_cast<size_t>(layout.purpose)] = 0;
    peak_ = live_;
    peak_total_ = total_bytes(live_);
    for (int step = 0; step < schedule.steps; ++step)
        for (const Piece& piece : schedule.pieces_in(rank, step))
            last_use_[static_cast<size_t>(schedule.slot_of(piece.payload, step))] = step;
    if (!schedule.memory_model.keeps_slots) return;
    for (size_t slot = 0; slot < held_.size(); ++slot) {
        held_[slot] = true;
        count(slot, 1);
    }
}

void SlotMemory::count(size_t slot, int64_t change) {
    const auto purpose = static_cast<size_t>(schedule_.layout_of(schedule_.slots[slot].payload).purpose);
    live_[purpose] += change * aligned_bytes(plan_.slot_bytes[slot]);
    peak_[purpose] = std::max(peak_[purpose], live_[purpose]);
    peak_total_ = std::max(peak_total_, total_bytes(live_));
}

void SlotMemory::hold(int step) {
    for (const Piece& piece : schedule_.pieces_in(rank_, step)) {
        const auto slot = static_cast<size_t>(schedule_.slot_of(piece.payload, step));
        if (held_[slot]) continue;
        held_[slot] = true;
        count(slot, 1);
    }
}

void SlotMemory::release(int step) {
    if (schedule_.memory_model.keeps_slots) return;
    for (const PayloadLayout& layout : schedule_.payloads) {
        const auto slot = static_cast<size_t>(schedule_.slot_of(layout.payload, step));
        if (!held_[slot] || last_use_[slot] > step) continue;
        held_[slot] = false;
        count(slot, -1);
    }
}

MemorySample SlotMemory::sample(int step, int64_t time_ns) const {
    return {rank_, step, time_ns, live_, peak_total_};
}

}  // namespace ringscope
