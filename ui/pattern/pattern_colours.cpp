#include "ui/pattern/pattern_colours.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/reference.h"
#include "ui/plot.h"

namespace ringscope::ui {

namespace {

constexpr int kManyOwners = -2;
constexpr int kLevels = 16;  // of brightness: few enough that equal blocks join

/// The rank that owns all tokens of [begin, end), kManyOwners when there are several.
int sole_owner(const Placement& placement, int64_t begin, int64_t end) {
    begin = std::clamp<int64_t>(begin, 0, placement.seq_len() - 1);
    end = std::clamp(end, begin + 1, placement.seq_len());
    const int owner = placement.owner(begin);
    const int64_t owned = placement.rows_before(owner, end) - placement.rows_before(owner, begin);
    return owned == end - begin ? owner : kManyOwners;
}

class Painter {
  public:
    Painter(const Schedule& schedule, const StepLookup& steps, int pattern, PatternColour colour,
            const Theme& theme)
        : schedule_(schedule), steps_(steps), pattern_(pattern), colour_(colour), theme_(theme) {}

    PatternPicture paint(const TokenWindow& window, int most_cells) {
        const Problem& problem = schedule_.problem;
        const int64_t block = block_for(problem, problem.patterns[pattern_], window, most_cells);
        PatternPicture picture;
        picture.grid = cover(problem, problem.patterns[pattern_], window, block);
        if (colour_ == PatternColour::group) {
            for (const Pattern& pattern : problem.patterns)
                grids_.push_back(cover(problem, pattern, window, block));
        }
        find_owners(picture);
        join(picture);
        picture.mixed = mixed_;
        return picture;
    }

  private:
    void find_owners(PatternPicture& picture) {
        const CoverageGrid& grid = picture.grid;
        const Placement& placement = schedule_.placement;
        std::map<std::vector<int>, int> known;
        for (int column = 0; column < grid.columns; ++column) {
            const int64_t begin = grid.key_begin(column), end = grid.key_begin(column + 1);
            key_owner_.push_back(sole_owner(placement, begin, end));
            owners_.push_back(-1);
            if (key_owner_.back() != kManyOwners || colour_ != PatternColour::owner) continue;
            std::vector<int> owners;
            for (const OwnerShare& share : key_owners(schedule_, pattern_, begin, end))
                owners.push_back(share.rank);
            if (owners.size() < 2) {
                if (!owners.empty()) key_owner_.back() = owners.front();
                continue;
            }
            const auto [at, fresh] = known.emplace(owners, static_cast<int>(picture.owners.size()));
            if (fresh) picture.owners.push_back(owners);
            owners_.back() = at->second;
        }
        for (int row = 0; row < grid.rows; ++row) {
            query_owner_.push_back(sole_owner(placement, grid.query_begin(row), grid.query_begin(row + 1)));
        }
    }

    static float strength(double share) {
        const double level = std::ceil(std::sqrt(std::clamp(share, 0.0, 1.0)) * kLevels) / kLevels;
        return static_cast<float>(0.2 + 0.8 * level);
    }
    ImU32 shade(ImU32 hue, double share) const { return mix(theme_.background, hue, strength(share)); }

    ImU32 neutral() {
        mixed_ = true;
        return theme_.text_dim;
    }

    ImU32 hue_of(const CoverageGrid& grid, int row, int column) {
        const int owner = key_owner_[column];
        const int rank = query_owner_[row];
        if (owners_[column] >= 0) return theme_.text_dim;  // under the stripes
        if (owner == kManyOwners) return neutral();
        if (colour_ == PatternColour::owner) return theme_.category_colour(owner);
        if (rank == kManyOwners) return neutral();
        // Segments that both ranges touch; a group's segments may reach a rank in different steps.
        const int64_t w = schedule_.problem.patterns[pattern_].segment_length;
        const int64_t first = std::max(grid.key_begin(column), grid.query_begin(row)) / w;
        const int64_t last = (std::min(grid.key_begin(column + 1), grid.query_begin(row + 1)) - 1) / w;
        const int step = steps_.step_of(rank, owner, pattern_, first);
        const int last_step = last > first ? steps_.step_of(rank, owner, pattern_, last) : step;
        if (step < 0 || step != last_step) return neutral();
        return step_colour(theme_, step, schedule_.steps);
    }

    /// Its colour is 0 where nothing is allowed.
    PatternCell look_of(const CoverageGrid& grid, int row, int column) {
        PatternCell cell{column, column + 1, row, row + 1, colour_of(grid, row, column)};
        cell.owners = cell.colour != 0 ? owners_[column] : -1;
        if (cell.owners >= 0)
            cell.strength =
                strength(static_cast<double>(grid.at(row, column)) / static_cast<double>(grid.most));
        return cell;
    }

    ImU32 colour_of(const CoverageGrid& grid, int row, int column) {
        if (colour_ != PatternColour::group) {
            const int64_t pairs = grid.at(row, column);
            if (pairs == 0) return 0;
            return shade(hue_of(grid, row, column),
                         static_cast<double>(pairs) / static_cast<double>(grid.most));
        }
        ImU32 mixed = 0;
        double weight = 0, share = 0;
        for (size_t i = 0; i < grids_.size(); ++i) {
            const int64_t pairs = grids_[i].at(row, column);
            if (pairs == 0) continue;
            const double own = static_cast<double>(pairs) / static_cast<double>(grids_[i].most);
            const ImU32 hue = theme_.category_colour(schedule_.problem.patterns[i].group);
            weight += own;
            mixed = mixed == 0 ? hue : mix(mixed, hue, static_cast<float>(own / weight));
            share = std::max(share, own);
        }
        return mixed == 0 ? 0 : shade(mixed, share);
    }

    /// Equal neighbours of a row become one cell; equal cells of neighbouring rows as well.
    void join(PatternPicture& picture) {
        const CoverageGrid& grid = picture.grid;
        std::vector<size_t> above, now;  // cells that end at the row before, and at this one; by column
        for (int row = 0; row < grid.rows; ++row) {
            now.clear();
            size_t open = 0;
            for (int column = 0; column < grid.columns;) {
                PatternCell cell = look_of(grid, row, column);
                int end = column + 1;
                while (end < grid.columns && look_of(grid, row, end).looks_like(cell)) ++end;
                cell.column_end = end;
                if (cell.colour != 0) {
                    while (open < above.size() && picture.cells[above[open]].column_begin < column) ++open;
                    const bool joins = open < above.size() &&
                                       picture.cells[above[open]].column_begin == column &&
                                       picture.cells[above[open]].column_end == end &&
                                       picture.cells[above[open]].looks_like(cell);
                    if (!joins) picture.cells.push_back(cell);
                    now.push_back(joins ? above[open] : picture.cells.size() - 1);
                    picture.cells[now.back()].row_end = row + 1;
                }
                column = end;
            }
            above.swap(now);
        }
    }

    const Schedule& schedule_;
    const StepLookup& steps_;
    int pattern_;
    PatternColour colour_;
    const Theme& theme_;
    std::vector<CoverageGrid> grids_;
    std::vector<int> key_owner_, query_owner_;
    std::vector<int> owners_;  // of each column: index into PatternPicture::owners, or -1
    bool mixed_ = false;
};

}  // namespace

std::vector<OwnerShare> key_owners(const Schedule& schedule, int pattern, int64_t begin, int64_t end) {
    const Pattern& p = schedule.problem.patterns[static_cast<size_t>(pattern)];
    std::vector<int64_t> keys(static_cast<size_t>(schedule.ranks));
    std::vector<TokenRun> runs;
    end = std::min(end, schedule.problem.seq_len);
    for (int64_t segment = begin / p.segment_length; segment * p.segment_length < end; ++segment) {
        const TokenRun run = keys_of_segment(schedule.problem, p, segment);
        if (run.count == 0) continue;
        const int64_t first = std::max<int64_t>((begin - run.first + run.stride - 1) / run.stride, 0);
        const int64_t last = std::min(run.count, (end - run.first + run.stride - 1) / run.stride);
        if (first >= last) continue;
        for (size_t rank = 0; rank < keys.size(); ++rank) {
            runs.clear();
            schedule.placement.append_runs(static_cast<int>(rank), run.at(first), run.at(last - 1) + 1, 0,
                                           run.stride, runs);
            keys[rank] += token_count(runs);
        }
    }
    std::vector<OwnerShare> shares;
    for (size_t rank = 0; rank < keys.size(); ++rank)
        if (keys[rank] > 0) shares.push_back({static_cast<int>(rank), keys[rank]});
    return shares;
}

PatternPicture paint_pattern(const Schedule& schedule, const StepLookup& steps, int pattern,
                             PatternColour colour, const TokenWindow& window, int most_cells,
                             const Theme& theme) {
    return Painter(schedule, steps, pattern, colour, theme).paint(window, most_cells);
}

ImU32 step_colour(const Theme& theme, int step, int steps) {
    return theme.ramp_colour(steps > 1 ? static_cast<double>(step) / (steps - 1) : 0);
}

}  // namespace ringscope::ui
