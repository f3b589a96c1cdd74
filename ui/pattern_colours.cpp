#include "ui/pattern_colours.h"

#include <algorithm>
#include <cmath>

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
        find_owners(picture.grid);
        join(picture);
        picture.mixed = mixed_;
        return picture;
    }

  private:
    void find_owners(const CoverageGrid& grid) {
        const Placement& placement = schedule_.placement;
        for (int column = 0; column < grid.columns; ++column) {
            key_owner_.push_back(sole_owner(placement, grid.key_begin(column), grid.key_begin(column + 1)));
        }
        for (int row = 0; row < grid.rows; ++row) {
            query_owner_.push_back(sole_owner(placement, grid.query_begin(row), grid.query_begin(row + 1)));
        }
    }

    ImU32 shade(ImU32 hue, double share) const {
        const double level = std::ceil(std::sqrt(std::clamp(share, 0.0, 1.0)) * kLevels) / kLevels;
        return mix(theme_.background, hue, static_cast<float>(0.2 + 0.8 * level));
    }

    ImU32 neutral() {
        mixed_ = true;
        return theme_.text_dim;
    }

    ImU32 hue_of(const CoverageGrid& grid, int row, int column) {
        const int owner = key_owner_[column];
        const int rank = query_owner_[row];
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

    /// 0 where nothing is allowed.
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
                const ImU32 colour = colour_of(grid, row, column);
                int end = column + 1;
                while (end < grid.columns && colour_of(grid, row, end) == colour) ++end;
                if (colour != 0) {
                    while (open < above.size() && picture.cells[above[open]].column_begin < column) ++open;
                    const bool joins = open < above.size() &&
                                       picture.cells[above[open]].column_begin == column &&
                                       picture.cells[above[open]].column_end == end &&
                                       picture.cells[above[open]].colour == colour;
                    if (!joins) picture.cells.push_back({column, end, row, row + 1, colour});
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
    bool mixed_ = false;
};

}  // namespace

PatternPicture paint_pattern(const Schedule& schedule, const StepLookup& steps, int pattern,
                             PatternColour colour, const TokenWindow& window, int most_cells,
                             const Theme& theme) {
    return Painter(schedule, steps, pattern, colour, theme).paint(window, most_cells);
}

ImU32 step_colour(const Theme& theme, int step, int steps) {
    return theme.ramp_colour(steps > 1 ? static_cast<double>(step) / (steps - 1) : 0);
}

}  // namespace ringscope::ui
