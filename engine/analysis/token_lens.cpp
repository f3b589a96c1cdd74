#include "engine/analysis/token_lens.h"

#include <algorithm>

#include "engine/base/number_text.h"

namespace ringscope {

namespace {

/// Lines that stand for a folded run: its first and its last token, and what lies between.
constexpr int kFoldedLines = 3;

/// The first token at or after `token` that the pattern keeps, or seq_len.
int64_t next_kept(const Problem& problem, const Pattern& pattern, int64_t token) {
    const int64_t w = pattern.segment_length, r = pattern.dilation_rate;
    if (pattern.offset >= w) return problem.seq_len;  // keeps none of any segment
    const int64_t begin = token / w * w, first = begin + pattern.offset;
    const int64_t kept = token <= first ? first : first + (token - first + r - 1) / r * r;
    return std::min(kept < begin + w ? kept : begin + w + pattern.offset, problem.seq_len);
}

/// The last token at or before `token`, of its segment, that the pattern keeps, or -1.
int64_t previous_kept(const Pattern& pattern, int64_t token) {
    const int64_t first = token / pattern.segment_length * pattern.segment_length + pattern.offset;
    return token < first ? -1 : token - (token - first) % pattern.dilation_rate;
}

/// The cut of an axis into lines. It starts again at every kept token and at every segment's edge.
class Cut {
  public:
    Cut(const Problem& problem, int pattern, bool queries, bool overlaid, int64_t most_dropped)
        : problem_(problem),
          pattern_(problem.patterns[static_cast<size_t>(pattern)]),
          all_(queries && problem.queries == Queries::all),
          overlaid_(overlaid),
          most_dropped_(most_dropped) {}

    /// Where the cut starts again, at or before `token`.
    int64_t begin_before(int64_t token) const {
        if (all_) return token;
        int64_t last = token / pattern_.segment_length * pattern_.segment_length;
        last = std::max(last, previous_kept(pattern_, token));
        if (overlaid_)
            for (const Pattern& other : problem_.patterns) last = std::max(last, previous_kept(other, token));
        return last;
    }

    /// Lines from `begin` on, where the cut starts again, until `lines` of them hold tokens from `past` on or
    /// the sequence ends.
    std::vector<LensLine> lines(int64_t begin, int64_t past, int lines) const {
        std::vector<LensLine> found;
        for (int64_t token = begin; token < problem_.seq_len && lines > 0;) {
            const size_t known = found.size();
            token = append(found, token);
            for (size_t i = known; i < found.size(); ++i) lines -= found[i].end() > past ? 1 : 0;
        }
        return found;
    }

  private:
    int64_t next(int64_t token) const {
        if (all_) return token;
        int64_t first = next_kept(problem_, pattern_, token);
        if (overlaid_)
            for (const Pattern& other : problem_.patterns)
                first = std::min(first, next_kept(problem_, other, token));
        return first;
    }

    /// A kept token, or a run of dropped ones. Returns the token after it.
    int64_t append(std::vector<LensLine>& found, int64_t token) const {
        const int64_t kept = next(token);
        if (kept == token) {
            found.push_back({token, 1, true});
            return token + 1;
        }
        const int64_t edge = (token / pattern_.segment_length + 1) * pattern_.segment_length;
        const int64_t end = std::min({kept, edge, problem_.seq_len});
        if (end - token > most_dropped_) {
            found.push_back({token, 1, false});
            found.push_back({token + 1, end - token - 2, false});
            token = end - 1;
        }
        for (; token < end; ++token) found.push_back({token, 1, false});
        return end;
    }

    const Problem& problem_;
    const Pattern& pattern_;
    bool all_, overlaid_;
    int64_t most_dropped_;
};

std::string range_text(const char* what, const std::vector<LensLine>& lines) {
    return std::string(what) + " " + count_text(lines.front().first) + " to " +
           count_text(lines.back().end() - 1);
}

bool is_attended(const Problem& problem, int pattern, bool overlaid, int64_t query, int64_t key) {
    const auto allows = [&](const Pattern& other) { return problem.allowed(other, query, key); };
    if (!overlaid) return allows(problem.patterns[static_cast<size_t>(pattern)]);
    return std::any_of(problem.patterns.begin(), problem.patterns.end(), allows);
}

LensPair relation(const Problem& problem, int pattern, bool overlaid, const LensLine& query,
                  const LensLine& key) {
    if (query.count == 1 && key.count == 1 && is_attended(problem, pattern, overlaid, query.first, key.first))
        return LensPair::attended;
    const int64_t w = problem.patterns[static_cast<size_t>(pattern)].segment_length;
    if (query.first / w != key.first / w) return LensPair::outside;
    return problem.causal && key.first >= query.end() ? LensPair::outside : LensPair::dropped;
}

}  // namespace

std::vector<LensLine> lens_lines(const Problem& problem, int pattern, bool queries, bool overlaid,
                                 int64_t centre, int lines) {
    // A run is folded when fewer than three periods of its kind would be seen.
    const Cut cut(problem, pattern, queries, overlaid, std::max(lines / 3, kFoldedLines));
    int64_t origin = cut.begin_before(centre);
    for (int i = 0; i < lines && origin > 0; ++i) origin = cut.begin_before(origin - 1);
    std::vector<LensLine> found = cut.lines(origin, centre, lines);
    const auto count = static_cast<int64_t>(found.size());
    if (count <= lines) return found;
    const auto holds_centre = [&](const LensLine& line) { return line.end() > centre; };
    const int64_t middle = std::find_if(found.begin(), found.end(), holds_centre) - found.begin();
    int64_t begin = std::max<int64_t>(middle - lines / 2, 0);
    // Where there is a choice the lens begins with a kept token: its picture then does not jump from one
    // phase of the dilation to another while the mouse moves.
    while (begin > 0 && middle - begin < lines - 1 && !found[static_cast<size_t>(begin)].kept) --begin;
    begin = std::min(begin, count - lines);
    return {found.begin() + begin, found.begin() + begin + lines};
}

bool TokenLens::folds() const {
    const auto is_folded = [](const LensLine& line) { return line.count > 1; };
    return std::any_of(queries.begin(), queries.end(), is_folded) ||
           std::any_of(keys.begin(), keys.end(), is_folded);
}

std::string TokenLens::queries_text() const { return range_text("queries", queries); }

std::string TokenLens::keys_text() const { return range_text("keys", keys); }

TokenLens make_token_lens(const Problem& problem, int pattern, bool overlaid, int64_t query, int64_t key,
                          int lines) {
    TokenLens lens;
    lens.query = query;
    lens.key = key;
    lens.queries = lens_lines(problem, pattern, true, overlaid, query, lines);
    lens.keys = lens_lines(problem, pattern, false, overlaid, key, lines);
    for (const LensLine& row : lens.queries)
        for (const LensLine& column : lens.keys)
            lens.pairs.push_back(relation(problem, pattern, overlaid, row, column));
    return lens;
}

int64_t lens_rest_place(const Schedule& schedule, int pattern, const TokenWindow& window) {
    const auto begin = static_cast<int64_t>(std::max(window.key_begin, window.query_begin));
    const auto end =
        std::min(static_cast<int64_t>(std::min(window.key_end, window.query_end)), schedule.problem.seq_len);
    const int64_t w = schedule.problem.patterns[static_cast<size_t>(pattern)].segment_length;
    const int64_t edge = (begin / w + 1) * w;
    if (edge < end) return edge;
    // Of a striped layout the owner changes all the time, so that its first change is near the start.
    int64_t change = end;
    const Placement& placement = schedule.placement;
    if (begin < end && placement.layout() == Layout::striped)
        change = (begin / placement.stripe_block() + 1) * placement.stripe_block();
    else
        for (int rank = 0; rank < placement.ranks(); ++rank)
            for (const TokenInterval& owned : placement.intervals_of(rank))
                if (owned.begin > begin) change = std::min(change, owned.begin);
    return change < end ? change : std::clamp<int64_t>(begin, 0, schedule.problem.seq_len - 1);
}

}  // namespace ringscope
