#include "engine/cuda/hardware_queues.h"

#include <algorithm>

namespace ringscope {

namespace {

/// Of 8 queues that take 1024 each: streams are not spread evenly.
constexpr int64_t kMostEntriesInLine = 2048;

/// Of one transfer, beside its copies: waits, three events.
constexpr int64_t kEntriesATransfer = 8;

/// That a step puts into the streams of all ranks, by the peer transport, which puts in most.
int64_t most_entries_a_step(const Schedule& schedule) {
    int64_t most = 1;
    for (size_t step = 0; step < static_cast<size_t>(schedule.steps); ++step) {
        int64_t entries = 0;
        for (const RankPlan& plan : schedule.rank_plans) {
            entries += 2 + schedule.phases;  // events, launches
            for (const int index : plan.steps[step].receives) {
                const Transfer& transfer = schedule.transfers[static_cast<size_t>(index)];
                entries += 1 + kEntriesATransfer + static_cast<int64_t>(transfer.copies.size());
            }
        }
        most = std::max(most, entries);
    }
    return most;
}

}  // namespace

int most_steps_in_line(const Schedule& schedule) {
    const int64_t steps = kMostEntriesInLine / most_entries_a_step(schedule);
    return static_cast<int>(std::clamp<int64_t>(steps, kFewestStepsInLine, kMostEntriesInLine));
}

}  // namespace ringscope
