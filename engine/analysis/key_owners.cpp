#include "engine/analysis/key_owners.h"

#include <algorithm>

#include "engine/analysis/pattern_coverage.h"
#include "engine/base/stop_check.h"
#include "engine/plan/segment_counts.h"
#include "engine/run/reference.h"

namespace ringscope {

int sole_owner(const Placement& placement, int64_t begin, int64_t end) {
    begin = std::clamp<int64_t>(begin, 0, placement.seq_len() - 1);
    end = std::clamp(end, begin + 1, placement.seq_len());
    const int owner = placement.owner(begin);
    const int64_t owned = placement.rows_before(owner, end) - placement.rows_before(owner, begin);
    return owned == end - begin ? owner : kSeveralOwners;
}

std::vector<int> owners_in(const Schedule& schedule, int pattern_index, int64_t begin, int64_t end) {
    const Problem& problem = schedule.problem;
    const Pattern& pattern = problem.patterns[static_cast<size_t>(pattern_index)];
    const Placement& placement = schedule.placement;
    std::vector<bool> owns(static_cast<size_t>(schedule.ranks));
    if (placement.layout() != Layout::striped) {
        for (int rank = 0; rank < schedule.ranks; ++rank)
            for (const TokenInterval& owned : placement.intervals_of(rank))
                if (kept_in(problem, pattern, std::max(begin, owned.begin), std::min(end, owned.end)) > 0)
                    owns[static_cast<size_t>(rank)] = true;
    } else {
        const int64_t w = pattern.segment_length, cycle = placement.stripe_block() * placement.ranks();
        end = std::min(end, problem.seq_len);
        const int64_t first_whole = (begin + w - 1) / w;
        std::vector<TokenRun> runs;
        for (int64_t segment = begin / w; segment * w < end; ++segment) {
            // Segments that begin at the same place of the stripes' cycle have the same owners; when the
            // first whole one's place comes again, all places have been seen, and what is left has no others.
            if (segment > first_whole && segment * w % cycle == first_whole * w % cycle) break;
            const TokenRun run = keys_of_segment(problem, pattern, segment);
            const int64_t from = std::max(begin, run.first), to = std::min(end, run.last() + 1);
            if (run.count == 0 || from >= to) continue;
            const int64_t phase = (run.stride - (from - run.first) % run.stride) % run.stride;
            for (int rank = 0; rank < schedule.ranks; ++rank) {
                if (owns[static_cast<size_t>(rank)]) continue;
                runs.clear();
                placement.append_runs(rank, from, to, phase, run.stride, runs);
                owns[static_cast<size_t>(rank)] = !runs.empty();
            }
        }
    }
    std::vector<int> owners;
    for (int rank = 0; rank < schedule.ranks; ++rank)
        if (owns[static_cast<size_t>(rank)]) owners.push_back(rank);
    return owners;
}

namespace {

/// Adds what each rank owns of the part of one segment that lies in [begin, end).
void add_part_of_segment(const Schedule& schedule, const Pattern& pattern, int64_t segment, int64_t begin,
                         int64_t end, std::vector<int64_t>& keys) {
    const TokenRun run = keys_of_segment(schedule.problem, pattern, segment);
    if (run.count == 0) return;
    const int64_t first = std::max<int64_t>((begin - run.first + run.stride - 1) / run.stride, 0);
    const int64_t last = std::min(run.count, (end - run.first + run.stride - 1) / run.stride);
    if (first >= last) return;
    std::vector<TokenRun> runs;
    for (size_t rank = 0; rank < keys.size(); ++rank) {
        runs.clear();
        schedule.placement.append_runs(static_cast<int>(rank), run.at(first), run.at(last - 1) + 1, 0,
                                       run.stride, runs);
        keys[rank] += token_count(runs);
    }
}

}  // namespace

std::vector<OwnerShare> key_owners(const Schedule& schedule, int pattern, int64_t begin, int64_t end) {
    const Problem& problem = schedule.problem;
    const Pattern& p = problem.patterns[static_cast<size_t>(pattern)];
    const Placement& placement = schedule.placement;
    std::vector<int64_t> keys(static_cast<size_t>(schedule.ranks));
    end = std::min(end, problem.seq_len);
    if (placement.layout() != Layout::striped) {
        for (int rank = 0; rank < schedule.ranks; ++rank)
            for (const TokenInterval& owned : placement.intervals_of(rank))
                keys[static_cast<size_t>(rank)] +=
                    kept_in(problem, p, std::max(begin, owned.begin), std::min(end, owned.end));
    } else if (begin < end) {
        // Whole segments that lie alike are counted once; the first and the last may be cut.
        const int64_t w = p.segment_length, first = begin / w, last = (end - 1) / w;
        add_part_of_segment(schedule, p, first, begin, end, keys);
        if (last > first) add_part_of_segment(schedule, p, last, begin, end, keys);
        StopCheck never;
        if (last - first > 1)
            for (int rank = 0; rank < schedule.ranks; ++rank)
                keys[static_cast<size_t>(rank)] += kept_rows(placement, w, p.dilation_rate, p.offset,
                                                             {first + 1, last - first - 1}, rank, never);
    }
    std::vector<OwnerShare> shares;
    for (size_t rank = 0; rank < keys.size(); ++rank)
        if (keys[rank] > 0) shares.push_back({static_cast<int>(rank), keys[rank]});
    return shares;
}

}  // namespace ringscope
