#include "ui/pattern/step_mixture.h"

#include <algorithm>
#include <map>

#include "engine/reference.h"

namespace ringscope::ui {

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
    : schedule_(schedule), steps_(steps), pattern_(pattern), is_used_(static_cast<size_t>(schedule.steps)) {}

LineTokens StepMixture::keys_in(int64_t begin, int64_t end) const { return tokens_in(begin, end, false); }

LineTokens StepMixture::queries_in(int64_t begin, int64_t end) const {
    return tokens_in(begin, end, schedule_.problem.queries == Queries::all);
}

LineTokens StepMixture::tokens_in(int64_t begin, int64_t end, bool all) const {
    const Problem& problem = schedule_.problem;
    const Pattern& pattern = problem.patterns[static_cast<size_t>(pattern_)];
    begin = std::max<int64_t>(begin, 0);
    end = std::min(end, problem.seq_len);
    LineTokens line;
    if (begin >= end) return line;
    const Placement& placement = schedule_.placement;
    const int owner = placement.owner(begin);
    const bool alone = placement.rows_before(owner, end) - placement.rows_before(owner, begin) == end - begin;
    for (int64_t segment = begin / pattern.segment_length; segment * pattern.segment_length < end;
         ++segment) {
        const TokenRun run = clipped(taking_part(problem, pattern, segment, all), begin, end);
        SegmentTokens& tokens = line.emplace_back();
        tokens.segment = segment;
        if (alone) {
            if (run.count > 0) tokens.ranks.push_back({owner, run.first, run.last()});
            continue;
        }
        for (int rank = 0; rank < schedule_.ranks; ++rank) {
            const std::vector<TokenRun> runs = runs_of(placement, rank, run);
            if (runs.empty()) continue;
            RankTokens own{rank, runs.front().first, runs.front().last()};
            for (const TokenRun& part : runs) {
                own.first = std::min(own.first, part.first);
                own.last = std::max(own.last, part.last());
            }
            tokens.ranks.push_back(own);
        }
    }
    return line;
}

/// Who works on whose keys in which step changes from sub-ring to sub-ring, not from segment to segment.
void StepMixture::find_steps(int64_t segment) {
    if (segment >= found_.first && segment < found_.end()) return;
    const auto ranks = static_cast<size_t>(schedule_.ranks);
    step_.assign(ranks * ranks, -1);
    int64_t begin = 0, end = int64_t{1} << 62;
    for (int rank = 0; rank < schedule_.ranks; ++rank)
        for (int owner = 0; owner < schedule_.ranks; ++owner) {
            SegmentRange holds;
            step_[static_cast<size_t>(rank) * ranks + static_cast<size_t>(owner)] =
                steps_.step_of(rank, owner, pattern_, segment, &holds);
            begin = std::max(begin, holds.first);
            end = std::min(end, holds.end());
        }
    found_ = {begin, end - begin};
}

std::vector<int> StepMixture::steps_of(const LineTokens& queries, const LineTokens& keys) {
    is_used_.assign(is_used_.size(), false);
    size_t count = 0;
    const auto ranks = static_cast<size_t>(schedule_.ranks);
    auto asked = queries.begin();
    for (const SegmentTokens& held : keys) {
        while (asked != queries.end() && asked->segment < held.segment) ++asked;
        if (asked == queries.end() || count == is_used_.size()) break;
        if (asked->segment != held.segment) continue;
        find_steps(held.segment);
        for (const RankTokens& query : asked->ranks)
            for (const RankTokens& key : held.ranks) {
                if (schedule_.problem.causal && query.last < key.first) continue;
                const int step =
                    step_[static_cast<size_t>(query.rank) * ranks + static_cast<size_t>(key.rank)];
                if (step < 0 || is_used_[static_cast<size_t>(step)]) continue;
                is_used_[static_cast<size_t>(step)] = true;
                ++count;
            }
    }
    std::vector<int> found;
    for (size_t step = 0; step < is_used_.size(); ++step)
        if (is_used_[step]) found.push_back(static_cast<int>(step));
    return found;
}

}  // namespace ringscope::ui
