// Folds what is too narrow to see: a million spans become at most a few items per pixel column, none dropped
// silently.
//
// Spans narrower than the least visible width join their neighbours while both they and the gaps between them
// are narrower than that; the joined item carries their number. Cost: O(items * log n), whatever the number
// of spans.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/analysis/trace_index.h"

namespace ringscope {

/// Spans [first, first + count) of a track, drawn as one. count == 1 and wide enough: the span itself.
struct FoldedItem {
    int64_t first = 0;
    int64_t count = 0;
    int64_t begin_ns = 0;
    int64_t end_ns = 0;
};

/// Of spans that do not overlap, ascending by `begins` and `ends`: items that touch [begin, end); spans
/// shorter than `least_ns` are folded. Appends to `items`.
void fold_spans(std::span<const int64_t> begins, std::span<const int64_t> ends, int64_t begin_ns,
                int64_t end_ns, int64_t least_ns, std::vector<FoldedItem>& items);
/// Items of `track` that touch [begin, end); spans shorter than `least_ns` are folded. Appends to `items`.
void fold_track(const Track& track, int64_t begin_ns, int64_t end_ns, int64_t least_ns,
                std::vector<FoldedItem>& items);

}  // namespace ringscope
