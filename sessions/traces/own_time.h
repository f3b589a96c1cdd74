// What each slice of a lane did itself: its time without the slices that ran inside it.
//
//     outer   |=====================|          own: 0-3, 9-12
//     inner      |========|                    own: 3-5, 7-9
//     kernel       |==|                        own: 5-7
//
// A moment belongs to the slice that began last and still runs, so that no moment of a lane counts twice, also
// where slices cross. Asynchronous slices that run beside each other share their time in the same way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sessions/traces/imported_trace.h"

namespace ringscope {

/// Calls `visit(slice, begin_ns, end_ns, stack)` for each piece of own time, ascending and never empty. `slice`
/// indexes ImportedLane::slices, which lie by begin; `stack` holds the slices begun before it, outermost first,
/// it being the last; some of them may have ended where slices cross. Linear in the slices.
template <typename Visit>
void visit_own_time(const ImportedLane& lane, Visit&& visit) {
    std::vector<size_t> stack;
    int64_t now = INT64_MIN;
    const auto advance = [&](int64_t until) {
        while (!stack.empty() && now < until) {
            const int64_t end = lane.slices[stack.back()].end_ns;
            if (end > now) {
                const int64_t next = end < until ? end : until;
                visit(stack.back(), now, next, stack);
                now = next;
            }
            if (end <= now) stack.pop_back();
        }
        now = until;
    };
    for (size_t i = 0; i < lane.slices.size(); ++i) {
        advance(lane.slices[i].begin_ns);
        while (!stack.empty() && lane.slices[stack.back()].end_ns <= now) stack.pop_back();
        stack.push_back(i);
    }
    advance(INT64_MAX);
}

}  // namespace ringscope
