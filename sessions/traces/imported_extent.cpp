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

/// Some of the events: how many, and from where to where they begin.
struct Part {
    int64_t count = 0;
    int64_t begin_ns = INT64_MAX, end_ns = INT64_MIN;
    void add(int64_t at) {
        ++count;
        begin_ns = std::min(begin_ns, at);
        end_ns = std::max(end_ns, at);
    }
    int64_t extent() const { return end_ns - begin_ns; }
};

/// Of the events in it, those in the half in which most lie.
Part fuller_half(const ImportedTrace& trace, const Part& whole) {
    Part left, right;
    const int64_t middle = whole.begin_ns + whole.extent() / 2;
    visit_events(trace, [&](int64_t at, int64_t, int32_t) {
        if (at >= whole.begin_ns && at <= whole.end_ns) (at <= middle ? left : right).add(at);
    });
    return left.count > right.count ? left : right;
}

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

/// Halves that hold few events are cut off, until what is left is a hundredth of the trace. It stays whole when that cuts
/// off more than two events and more than a hundredth of them.
void find_dense_part(ImportedTrace& trace, const StringPool& strings, ImportNotes& notes) {
    trace.dense_begin_ns = 0;
    trace.dense_end_ns = trace.length_ns;
    Part all;
    visit_events(trace, [&](int64_t at, int64_t, int32_t) { all.add(at); });
    if (all.count < 3 || all.extent() < kFar) return;
    Part dense = all;
    while (dense.extent() > all.extent() / 100) {
        dense = fuller_half(trace, dense);
        const int64_t cut_off = all.count - dense.count;
        if (cut_off > std::max<int64_t>(2, all.count / 100) || dense.count <= cut_off) return;
    }
    int64_t last = dense.end_ns;
    visit_events(trace, [&](int64_t at, int64_t to, int32_t name) {
        if (at >= dense.begin_ns && at <= dense.end_ns) {
            last = std::max(last, to);
            return;
        }
        notes.add("events far from nearly all others: those are shown first", [&] {
            const std::string what =
                name < 0 ? "a counter's value" : "\"" + cut_text(strings[name], 64) + "\"";
            return what + (at < dense.begin_ns ? ", " + years_text(dense.begin_ns - at) + " before"
                                               : ", " + years_text(at - dense.end_ns) + " after");
        });
    });
    trace.dense_begin_ns = dense.begin_ns;
    trace.dense_end_ns = std::max(last, dense.begin_ns + 1);
}

}  // namespace ringscope
