#include "sessions/traces/chrome_trace_rows.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "sessions/stop.h"

namespace ringscope {

namespace {

bool comes_first(const ImportedSlice& a, const ImportedSlice& b) {
    return a.begin_ns != b.begin_ns ? a.begin_ns < b.begin_ns : a.end_ns > b.end_ns;
}

/// Adds the slice to the row, which is made when it is the next one; false when there are too many.
bool put(ImportedLane& lane, size_t row, size_t slice) {
    if (row >= kMostRows) return false;
    if (row >= lane.rows.size()) lane.rows.resize(row + 1);
    lane.rows[row].slices.push_back(static_cast<int32_t>(slice));
    lane.rows[row].begin.push_back(lane.slices[slice].begin_ns);
    lane.rows[row].end.push_back(lane.slices[slice].end_ns);
    return true;
}

struct Tree {
    int64_t begin_ns = 0;
    int64_t free_from_ns = 0;                       // its rows, for other trees
    std::vector<std::pair<size_t, size_t>> slices;  // index and depth
    std::vector<int64_t> depth_end_ns;              // of each depth: the last slice's end
};

/// The slice goes to the first depth of its tree that is free again; beyond kMostRows none is looked for.
void add_to_tree(Tree& tree, const ImportedSlice& slice, size_t index) {
    if (tree.slices.empty()) tree.begin_ns = slice.begin_ns;
    // A slice without duration at a tree's end still stands there when another begins at that moment.
    tree.free_from_ns = std::max({tree.free_from_ns, slice.end_ns, slice.begin_ns + 1});
    const auto free = std::find_if(tree.depth_end_ns.begin(), tree.depth_end_ns.end(),
                                   [&](int64_t end) { return end <= slice.begin_ns; });
    const auto depth = static_cast<size_t>(free - tree.depth_end_ns.begin());
    if (free != tree.depth_end_ns.end())
        *free = slice.end_ns;
    else if (depth < kMostRows)
        tree.depth_end_ns.push_back(slice.end_ns);
    tree.slices.emplace_back(index, depth);
}

/// The first of `depths` rows below each other that are free from `begin_ns` on.
size_t free_rows(const std::vector<int64_t>& busy_until, size_t depths, int64_t begin_ns) {
    size_t first = 0;
    for (size_t row = 0; row < busy_until.size() && row < first + depths; ++row)
        if (busy_until[row] > begin_ns) first = row + 1;
    return first;
}

}  // namespace

RowFaults make_thread_rows(ImportedLane& lane, const std::stop_token& stop) {
    RowFaults faults;
    std::stable_sort(lane.slices.begin(), lane.slices.end(), comes_first);
    for (size_t i = 0; i < lane.slices.size(); ++i) {
        leave_if_stopped(stop);
        const ImportedSlice& slice = lane.slices[i];
        const auto is_free = [&](const ImportedRow& other) { return other.end.back() <= slice.begin_ns; };
        const auto crosses = [&](const ImportedRow& other) {
            return !is_free(other) && other.end.back() < slice.end_ns;
        };
        if (std::any_of(lane.rows.begin(), lane.rows.end(), crosses) && faults.crossing++ == 0)
            faults.first_crossing = i;
        const auto row = static_cast<size_t>(std::find_if(lane.rows.begin(), lane.rows.end(), is_free) -
                                             lane.rows.begin());
        if (!put(lane, row, i)) ++faults.too_deep;
    }
    return faults;
}

RowFaults make_async_rows(ImportedLane& lane, const std::vector<int32_t>& tree_of,
                          const std::stop_token& stop) {
    std::vector<size_t> order(lane.slices.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return comes_first(lane.slices[a], lane.slices[b]); });
    std::vector<ImportedSlice> sorted;
    std::map<int32_t, size_t> place;  // of a tree in `trees`, which are by their start
    std::vector<Tree> trees;
    for (const size_t i : order) {
        leave_if_stopped(stop);
        const auto [at, is_new] = place.try_emplace(tree_of[i], trees.size());
        if (is_new) trees.emplace_back();
        add_to_tree(trees[at->second], lane.slices[i], sorted.size());
        sorted.push_back(lane.slices[i]);
    }
    lane.slices = std::move(sorted);
    RowFaults faults;
    std::vector<int64_t> busy_until;  // of each row
    std::vector<size_t> row_of(lane.slices.size());
    for (const Tree& tree : trees) {
        leave_if_stopped(stop);
        const size_t depths = tree.depth_end_ns.size();
        const size_t first = free_rows(busy_until, depths, tree.begin_ns);
        for (const auto& [slice, depth] : tree.slices) row_of[slice] = first + depth;
        if (first >= kMostRows) continue;
        if (busy_until.size() < first + depths) busy_until.resize(first + depths, tree.free_from_ns);
        for (size_t depth = 0; depth < depths; ++depth) busy_until[first + depth] = tree.free_from_ns;
    }
    for (size_t i = 0; i < lane.slices.size(); ++i)
        if (!put(lane, row_of[i], i)) ++faults.too_deep;
    return faults;
}

}  // namespace ringscope
