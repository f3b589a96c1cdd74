#include "sessions/traces/imported_extent.h"

#include <algorithm>
#include <string>

#include "engine/base/number_text.h"
#include "sessions/plain_text.h"

namespace ringscope {

namespace {

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kThirtyDays = int64_t{30} * 24 * 3600 * kSecond;
constexpr int64_t kFar = 60 * kSecond;  // less is a pause, not another age

/// Calls visit(begin, end, name) for every slice, instant (a name and no length) and counter value (name -1).
template <typename Visit>
void visit_events(const ImportedTrace& trace, Visit visit) {
    for (const ImportedLane& lane : trace.lanes) {
        for (const ImportedSlice& slice : lane.slices) visit(slice.begin_ns, slice.end_ns, slice.name);
        for (const ImportedInstant& instant : lane.instants)
            visit(instant.time_ns, instant.time_ns, instant.name);
    }
    for (const ImportedCounter& counter : trace.counters)
        for (const ImportedCounter::Point& point : counter.points) visit(point.time_ns, point.time_ns, -1);
}

std::string years_text(int64_t ns) {
    constexpr int64_t kDay = int64_t{24} * 3600 * kSecond;
    if (ns < 2 * kDay) return nanoseconds_text(ns);
    const int64_t days = ns / kDay;
    return days < 730 ? count_text(days) + " days" : count_text(days / 365) + " years";
}

/// The events between begin and end: how they lie left and right of the middle.
struct Halves {
    int64_t left = 0, right = 0;                            // how many
    int64_t left_end = INT64_MIN, right_begin = INT64_MAX;  // of what lies there
};

Halves halves_of(const ImportedTrace& trace, int64_t begin, int64_t end) {
    Halves halves;
    const int64_t middle = begin + (end - begin) / 2;
    visit_events(trace, [&](int64_t at, int64_t, int32_t) {
        if (at < begin || at > end) return;
        if (at <= middle) {
            ++halves.left;
            halves.left_end = std::max(halves.left_end, at);
        } else {
            ++halves.right;
            halves.right_begin = std::min(halves.right_begin, at);
        }
    });
    return halves;
}

bool is_few(int64_t few, int64_t many) { return few > 0 && many >= 2 && (few == 1 || few * 4 <= many); }

}  // namespace

void remove_impossible_slices(ImportedTrace& trace, std::vector<std::vector<int32_t>>& tree_of,
                              const StringPool& strings, ImportNotes& notes) {
    int64_t first = INT64_MAX, last = INT64_MIN, slices = 0, long_ones = 0;
    visit_events(trace, [&](int64_t begin, int64_t end, int32_t) {
        first = std::min(first, begin);
        last = std::max(last, begin);
        ++slices;
        long_ones += end - begin > kThirtyDays;
    });
    if (long_ones == 0) return;
    const int64_t extent = last - first;
    const bool few = long_ones * 10 <= slices || (long_ones == 1 && slices >= 3);
    const auto is_impossible = [&](const ImportedSlice& slice) {
        const int64_t length = slice.end_ns - slice.begin_ns;
        return length > kImpossibleNs || (few && length > kThirtyDays && length / 1000 > extent);
    };
    for (size_t lane = 0; lane < trace.lanes.size(); ++lane) {
        std::vector<ImportedSlice>& all = trace.lanes[lane].slices;
        std::vector<int32_t>& trees = tree_of[lane];
        size_t kept = 0;
        for (size_t i = 0; i < all.size(); ++i) {
            if (is_impossible(all[i])) {
                notes.add("slices with an impossible duration, left out", [&] {
                    return "\"" + cut_text(strings[all[i].name], 64) + "\" of " +
                           years_text(all[i].end_ns - all[i].begin_ns);
                });
                continue;
            }
            if (!trees.empty()) trees[kept] = trees[i];
            all[kept++] = all[i];
        }
        all.resize(kept);
        if (!trees.empty()) trees.resize(kept);
    }
}

/// What parts few from many is a gap over the middle that leaves almost nothing to both sides. Looked for again in the
/// part with the many: others may lie on its other side.
void find_dense_part(ImportedTrace& trace, const StringPool& strings, ImportNotes& notes) {
    int64_t begin = 0, end = trace.length_ns;
    constexpr int kMostRounds = 8;
    for (int round = 0; round < kMostRounds && end - begin > kFar; ++round) {
        const Halves halves = halves_of(trace, begin, end);
        if (halves.left == 0 || halves.right == 0) break;
        const int64_t gap = halves.right_begin - halves.left_end;
        if (gap <= kFar || gap / 99 <= (end - begin - gap)) break;
        if (is_few(halves.left, halves.right))
            begin = halves.right_begin;
        else if (is_few(halves.right, halves.left))
            end = halves.left_end;
        else
            break;
    }
    trace.dense_begin_ns = 0;
    trace.dense_end_ns = trace.length_ns;
    if (begin == 0 && end == trace.length_ns) return;
    int64_t last = begin;
    visit_events(trace, [&](int64_t at, int64_t to, int32_t name) {
        if (at >= begin && at <= end) {
            last = std::max(last, to);
            return;
        }
        notes.add("events far from nearly all others: those are shown first", [&] {
            const std::string what =
                name < 0 ? "a counter's value" : "\"" + cut_text(strings[name], 64) + "\"";
            return what + (at < begin ? ", " + years_text(begin - at) + " before"
                                      : ", " + years_text(at - end) + " after");
        });
    });
    trace.dense_begin_ns = begin;
    trace.dense_end_ns = std::min(last, trace.length_ns);
}

}  // namespace ringscope
