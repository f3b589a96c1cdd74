// Single (query, key) cells of a small part of the pattern, so that dilation is seen while the whole sequence
// is shown: which tokens are kept, where segments end, what lies after the query.
//
// Where the dilation rate is larger than a lens can show, a long run of dropped tokens is folded into one
// line: a lens of 24 tokens would show one kept token of a rate of 128, or none.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/analysis/pattern_coverage.h"
#include "engine/plan/schedule.h"

namespace ringscope {

/// A row or column of the lens: one token, or neighbours that are all dropped, of one segment.
struct LensLine {
    int64_t first = 0;
    int64_t count = 1;
    bool kept = false;  // takes part: a key that is kept, a query that is computed
    int64_t end() const { return first + count; }
    bool operator==(const LensLine&) const = default;
};

/// At most `lines` lines, ascending and without a gap, with `centre` near the middle where the sequence goes
/// on at both sides. `queries`: those of queries, which Queries::all keeps whole. `overlaid`: a token that
/// any pattern keeps counts as kept.
std::vector<LensLine> lens_lines(const Problem& problem, int pattern, bool queries, bool overlaid,
                                 int64_t centre, int lines);

enum class LensPair {
    outside,   // another segment, or a key after the query
    dropped,   // in reach without dilation
    attended,  // exactly the pair is allowed
};

struct TokenLens {
    int64_t query = 0, key = 0;  // what the lens was put on
    std::vector<LensLine> queries, keys;
    std::vector<LensPair> pairs;  // [query line * keys.size() + key line]

    size_t index(size_t row, size_t column) const { return row * keys.size() + column; }
    bool folds() const;
    std::string queries_text() const;  // "queries 2,036 to 2,059"
    std::string keys_text() const;
};

/// `query` and `key` must lie in the sequence. `overlaid`: a token or pair counts as kept or attended when any
/// pattern has it.
TokenLens make_token_lens(const Problem& problem, int pattern, bool overlaid, int64_t query, int64_t key,
                          int lines);

/// Where the lens lies when nothing is pointed at: on the first segment edge in the window, because two
/// segments, the causal edge and the dilation are seen there; with no edge on the first change of owner, else
/// at the window's start. A token, of queries and keys alike.
int64_t lens_rest_place(const Schedule& schedule, int pattern, const TokenWindow& window);

}  // namespace ringscope
