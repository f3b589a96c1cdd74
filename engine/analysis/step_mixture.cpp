#include "engine/analysis/step_mixture.h"

#include <algorithm>
#include <map>

#include "engine/run/reference.h"

namespace ringscope {

namespace {

/// Tokens of a segment that take part: its keys, or, of queries, all where every query is computed.
TokenRun taking_part(const Problem& problem, const Pattern& pattern, int64_t segment, bool all) {
    if (!all) return keys_of_segment(problem, pattern, segment);
    const int64_t begin = problem.segment_begin(pattern, segment);
    return {begin, 1, problem.segment_end(pattern, segment) - begin};
}

/// The part of a run that lies in [begin, end).
TokenRun clipped(const TokenRun& run, int64_t begin, int64_t end) {
    const auto before = [&](int64_t token) {
        return std::clamp<int64_t>((token - run.first + run.stride - 1) / run.stride, 0, run.count);
    };
    const int64_t first = before(begin);
    return {run.at(first), run.stride, std::max<int64_t>(before(end) - first, 0)};
}

std::vector<TokenRun> runs_of(const Placement& placement, int rank, const TokenRun& run) {
    std::vector<TokenRun> runs;
    if (run.count > 0) placement.append_runs(rank, run.first, run.last() + 1, 0, run.stride, runs);
    return runs;
}

}  // namespace

std::vector<StepShare> step_shares(const Schedule& schedule, const StepLookup& steps, int pattern_index,
                                   int64_t query_begin, int64_t query_end, int64_t key_begin,
                                   int64_t key_end) {
    const Problem& problem = schedule.problem;
    const Pattern& pattern = problem.patterns[static_cast<size_t>(pattern_index)];
    const int64_t w = pattern.segment_length;
    const int64_t end = std::min({query_end, key_end, problem.seq_len});
    std::map<int, int64_t> pairs;
    for (int64_t segment = std::max(query_begin, key_begin) / w; segment * w < end; ++segment) {
        const TokenRun keys = clipped(taking_part(problem, pattern, segment, false), key_begin, key_end);
        const TokenRun queries = clipped(
            taking_part(problem, pattern, segment, problem.queries == Queries::all), query_begin, query_end);
        std::vector<std::vector<TokenRun>> owned(static_cast<size_t>(schedule.ranks));
        for (int owner = 0; owner < schedule.ranks; ++owner)
            owned[static_cast<size_t>(owner)] = runs_of(schedule.placement, owner, keys);
        for (int rank = 0; rank < schedule.ranks; ++rank) {
            const std::vector<TokenRun> asked = runs_of(schedule.placement, rank, queries);
            if (asked.empty()) continue;
            for (int owner = 0; owner < schedule.ranks; ++owner) {
                const int64_t count = count_pairs(asked, owned[static_cast<size_t>(owner)], problem.causal);
                if (count > 0) pairs[steps.step_of(rank, owner, pattern_index, segment)] += count;
            }
        }
    }
    std::vector<StepShare> shares;
    for (const auto& [step, count] : pairs) shares.push_back({step, count});
    return shares;
}

StepMixture::StepMixture(const Schedule& schedule, const StepLookup& steps, int pattern)
    : schedule_(schedule),
      steps_(steps),
      pattern_(pattern),
      known_(static_cast<size_t>(schedule.ranks) * static_cast<size_t>(schedule.ranks)),
      is_used_(static_cast<size_t>(schedule.steps)) {}

LineTokens StepMixture::keys_in(int64_t begin, int64_t end) { return tokens_in(begin, end, false); }

LineTokens StepMixture::queries_in(int64_t begin, int64_t end) {
    return tokens_in(begin, end, schedule_.problem.queries == Queries::all);
}

std::vector<int> StepMixture::ranks_of(const SegmentTokens& tokens) const {
    std::vector<int> ranks;
    for (const RankTokens& own : shapes_[static_cast<size_t>(tokens.shape)]) ranks.push_back(own.rank);
    return ranks;
}

LineTokens StepMixture::tokens_in(int64_t begin, int64_t end, bool all) {
    const Problem& problem = schedule_.problem;
    const Pattern& pattern = problem.patterns[static_cast<size_t>(pattern_)];
    begin = std::max<int64_t>(begin, 0);
    end = std::min(end, problem.seq_len);
    LineTokens line;
    const int64_t w = pattern.segment_length;
    for (int64_t segment = begin / w; segment * w < end; ++segment) {
        const TokenRun run = clipped(taking_part(problem, pattern, segment, all), begin, end);
        const bool is_whole = begin <= segment * w && (segment + 1) * w <= end;
        line.push_back({segment, shape_of(run, segment, is_whole, all)});
    }
    return line;
}

int StepMixture::shape_of(const TokenRun& run, int64_t segment, bool is_whole, bool all) {
    if (run.count == 0) return 0;
    const Problem& problem = schedule_.problem;
    const Placement& placement = schedule_.placement;
    const int64_t begin = problem.segment_begin(problem.patterns[static_cast<size_t>(pattern_)], segment);
    const int64_t run_end = run.last() + 1;
    const int owner = placement.owner(run.first);
    const bool alone = placement.rows_before(owner, run_end) - placement.rows_before(owner, run.first) ==
                       run_end - run.first;
    const bool recurs = is_whole && (alone || placement.layout() == Layout::striped);
    int* known = nullptr;
    if (recurs) {
        const int64_t place = alone ? -1 - owner : begin % (placement.stripe_block() * placement.ranks());
        known = &whole_.try_emplace({all, place}, 0).first->second;
        if (*known != 0) return *known;
    }
    shapes_.push_back(make_shape(run, begin, alone ? owner : -1));
    const int shape = static_cast<int>(shapes_.size()) - 1;
    if (known) *known = shape;
    return shape;
}

StepMixture::Shape StepMixture::make_shape(const TokenRun& run, int64_t segment_begin, int sole_owner) const {
    if (sole_owner >= 0) return {{sole_owner, run.first - segment_begin, run.last() - segment_begin}};
    Shape shape;
    std::vector<TokenRun> runs;
    for (int rank = 0; rank < schedule_.ranks; ++rank) {
        runs.clear();
        schedule_.placement.append_runs(rank, run.first, run.last() + 1, 0, run.stride, runs);
        if (runs.empty()) continue;
        RankTokens own{rank, runs.front().first, runs.front().last()};
        for (const TokenRun& part : runs) {
            own.first = std::min(own.first, part.first);
            own.last = std::max(own.last, part.last());
        }
        shape.push_back({rank, own.first - segment_begin, own.last - segment_begin});
    }
    return shape;
}

/// Marks the steps of a segment's part as used. The segment before which the same is true of equal shapes.
int64_t StepMixture::mark_steps(const Shape& queries, const Shape& keys, int64_t segment) {
    int64_t until = INT64_MAX;
    const auto ranks = static_cast<size_t>(schedule_.ranks);
    for (const RankTokens& query : queries)
        for (const RankTokens& key : keys) {
            if (schedule_.problem.causal && query.last < key.first) continue;
            KnownStep& known =
                known_[static_cast<size_t>(query.rank) * ranks + static_cast<size_t>(key.rank)];
            if (segment < known.holds.first || segment >= known.holds.end())
                known.step = steps_.step_of(query.rank, key.rank, pattern_, segment, &known.holds);
            until = std::min(until, known.holds.end());
            if (known.step < 0 || is_used_[static_cast<size_t>(known.step)]) continue;
            is_used_[static_cast<size_t>(known.step)] = true;
            ++used_;
        }
    return until;
}

std::vector<int> StepMixture::steps_of(const LineTokens& queries, const LineTokens& keys) {
    is_used_.assign(is_used_.size(), false);
    used_ = 0;
    SegmentTokens same_queries{-1, -1}, same_keys{-1, -1};
    int64_t same_until = 0;
    auto asked = queries.begin();
    for (const SegmentTokens& held : keys) {
        while (asked != queries.end() && asked->segment < held.segment) ++asked;
        if (asked == queries.end() || used_ == is_used_.size()) break;
        if (asked->segment != held.segment) continue;
        if (asked->shape == same_queries.shape && held.shape == same_keys.shape && held.segment < same_until)
            continue;
        same_queries = *asked;
        same_keys = held;
        same_until = mark_steps(shapes_[static_cast<size_t>(asked->shape)],
                                shapes_[static_cast<size_t>(held.shape)], held.segment);
    }
    std::vector<int> found;
    for (size_t step = 0; step < is_used_.size(); ++step)
        if (is_used_[step]) found.push_back(static_cast<int>(step));
    return found;
}

}  // namespace ringscope
