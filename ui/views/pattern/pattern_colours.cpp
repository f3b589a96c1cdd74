#include "ui/views/pattern/pattern_colours.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/analysis/key_owners.h"
#include "engine/analysis/step_mixture.h"
#include "ui/widgets/plot.h"

namespace ringscope {

namespace {

constexpr int kLevels = 16;  // of brightness: few enough that equal blocks join

/// Allowed pairs over all pairs inside a segment of the densest pattern, away from the causal edge.
double highest_density(const Problem& problem) {
    double highest = 0;
    for (const Pattern& pattern : problem.patterns) {
        const double kept = 1.0 / static_cast<double>(pattern.dilation_rate);
        highest = std::max(highest, problem.queries == Queries::all ? kept : kept * kept);
    }
    return highest;
}

class Painter {
  public:
    /// `alone`: not overlaid with other groups, and on a scale that all patterns share.
    Painter(const Schedule& schedule, const StepLookup& steps, int pattern, PatternColour colour, bool alone,
            const Theme& theme)
        : schedule_(schedule),
          pattern_(pattern),
          colour_(colour),
          alone_(alone),
          theme_(theme),
          mixture_(schedule, steps, pattern) {}

    PatternPicture paint(const TokenWindow& window, int most_cells) {
        const Problem& problem = schedule_.problem;
        const int64_t block = block_for(problem, problem.patterns[pattern_], window, most_cells);
        picture_.grid = cover(problem, problem.patterns[pattern_], window, block);
        const auto side = static_cast<double>(block);
        most_ = alone_ ? side * side * highest_density(problem) : static_cast<double>(picture_.grid.most);
        if (overlaid()) {
            for (const Pattern& pattern : problem.patterns)
                grids_.push_back(cover(problem, pattern, window, block));
        }
        if (colour_ == PatternColour::owner) find_owners();
        if (colour_ == PatternColour::step) find_lines();
        join();
        return std::move(picture_);
    }

  private:
    bool overlaid() const { return colour_ == PatternColour::group && !alone_; }

    /// The index of the list among the picture's mixtures.
    int mixture_of(const std::vector<int>& list) {
        const auto [at, fresh] = known_.emplace(list, static_cast<int>(picture_.mixtures.size()));
        if (fresh) picture_.mixtures.push_back(list);
        return at->second;
    }

    void find_owners() {
        const CoverageGrid& grid = picture_.grid;
        for (int column = 0; column < grid.columns; ++column) {
            const int64_t begin = grid.key_begin(column), end = grid.key_begin(column + 1);
            key_owner_.push_back(sole_owner(schedule_.placement, begin, end));
            owners_.push_back(-1);
            if (key_owner_.back() != kSeveralOwners) continue;
            const std::vector<int> owners = owners_in(schedule_, pattern_, begin, end);
            if (owners.size() == 1) key_owner_.back() = owners.front();
            if (owners.size() > 1) owners_.back() = mixture_of(owners);
        }
    }

    void find_lines() {
        const CoverageGrid& grid = picture_.grid;
        for (int column = 0; column < grid.columns; ++column)
            columns_.push_back(line_of(mixture_.keys_in(grid.key_begin(column), grid.key_begin(column + 1))));
        for (int row = 0; row < grid.rows; ++row)
            rows_.push_back(line_of(mixture_.queries_in(grid.query_begin(row), grid.query_begin(row + 1))));
    }

    /// Rows and columns whose ranks and segment are the same have the same steps away from the causal edge.
    struct Line {
        LineTokens tokens;
        int ranks = -1;  // which set of ranks, when all tokens are of one segment
    };
    Line line_of(LineTokens tokens) {
        Line line{std::move(tokens)};
        if (line.tokens.size() != 1) return line;
        line.ranks =
            sets_.emplace(mixture_.ranks_of(line.tokens[0]), static_cast<int>(sets_.size())).first->second;
        return line;
    }

    /// How a block's keys arrive: in one step, or in those of a mixture.
    struct Arrival {
        int step = -1;
        int mixture = -1;
    };
    Arrival arrival(const Line& queries, const Line& keys) {
        const std::vector<int> steps = mixture_.steps_of(queries.tokens, keys.tokens);
        if (steps.size() > 1) return {-1, mixture_of(steps)};
        return {steps.empty() ? -1 : steps[0], -1};
    }
    Arrival arrival_of(int row, int column) {
        const Line& queries = rows_[static_cast<size_t>(row)];
        const Line& keys = columns_[static_cast<size_t>(column)];
        const CoverageGrid& grid = picture_.grid;
        const bool on_edge = schedule_.problem.causal && grid.key_begin(column + 1) > grid.query_begin(row);
        if (queries.ranks < 0 || keys.ranks < 0 || on_edge) return arrival(queries, keys);
        const SameSteps wanted{keys.tokens[0].segment, queries.ranks, keys.ranks};
        if (wanted != last_same_) {
            last_same_ = wanted;
            const auto known = arrivals_.find(wanted);
            last_arrival_ = known != arrivals_.end()
                                ? known->second
                                : arrivals_.emplace(wanted, arrival(queries, keys)).first->second;
        }
        return last_arrival_;
    }

    static float strength(double share) {
        const double level = std::ceil(std::sqrt(std::clamp(share, 0.0, 1.0)) * kLevels) / kLevels;
        return static_cast<float>(0.2 + 0.8 * level);
    }
    ImU32 shade(ImU32 hue, double share) const { return mix(theme_.background, hue, strength(share)); }

    /// Its colour is 0 where nothing is allowed.
    PatternCell look_of(int row, int column) {
        const CoverageGrid& grid = picture_.grid;
        PatternCell cell{column, column + 1, row, row + 1};
        if (overlaid()) {
            cell.colour = colour_of_groups(row, column);
            return cell;
        }
        const int64_t pairs = grid.at(row, column);
        if (pairs == 0) return cell;
        double share = static_cast<double>(pairs) / most_;
        // From one group to the next pairs fall by the rate's square: one more root keeps all in sight.
        if (alone_) share = std::sqrt(share);
        ImU32 hue = theme_.text_dim;  // under the stripes
        if (colour_ == PatternColour::group) {
            hue = theme_.category_colour(group_of(pattern_));
        } else if (colour_ == PatternColour::owner) {
            cell.mixture = owners_[static_cast<size_t>(column)];
            if (cell.mixture < 0) hue = theme_.category_colour(key_owner_[static_cast<size_t>(column)]);
        } else {
            const Arrival arrival = arrival_of(row, column);
            cell.mixture = arrival.mixture;
            if (arrival.step >= 0) hue = step_colour(theme_, arrival.step, schedule_.steps);
        }
        cell.colour = shade(hue, share);
        if (cell.mixture >= 0) cell.strength = strength(share);
        return cell;
    }

    int group_of(int pattern) const { return schedule_.problem.patterns[static_cast<size_t>(pattern)].group; }

    ImU32 colour_of_groups(int row, int column) const {
        ImU32 mixed = 0;
        double weight = 0, share = 0;
        for (size_t i = 0; i < grids_.size(); ++i) {
            const int64_t pairs = grids_[i].at(row, column);
            if (pairs == 0) continue;
            const double own = static_cast<double>(pairs) / static_cast<double>(grids_[i].most);
            const ImU32 hue = theme_.category_colour(group_of(static_cast<int>(i)));
            weight += own;
            mixed = mixed == 0 ? hue : mix(mixed, hue, static_cast<float>(own / weight));
            share = std::max(share, own);
        }
        return mixed == 0 ? 0 : shade(mixed, share);
    }

    /// Equal neighbours of a row become one cell; equal cells of neighbouring rows as well.
    void join() {
        PatternPicture& picture = picture_;
        const CoverageGrid& grid = picture.grid;
        std::vector<size_t> above, now;  // cells that end at the row before, and at this one; by column
        for (int row = 0; row < grid.rows; ++row) {
            now.clear();
            size_t open = 0;
            PatternCell next = grid.columns > 0 ? look_of(row, 0) : PatternCell{};
            for (int column = 0; column < grid.columns;) {
                PatternCell cell = next;
                int end = column + 1;
                while (end < grid.columns && (next = look_of(row, end)).looks_like(cell)) ++end;
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
    int pattern_;
    PatternColour colour_;
    bool alone_;
    const Theme& theme_;
    double most_ = 1;  // pairs of a block at full brightness
    PatternPicture picture_;
    std::map<std::vector<int>, int> known_;  // mixtures
    std::vector<CoverageGrid> grids_;        // of all groups
    std::vector<int> key_owner_;
    std::vector<int> owners_;  // of each column: index into PatternPicture::mixtures, or -1
    StepMixture mixture_;
    std::vector<Line> rows_, columns_;
    std::map<std::vector<int>, int> sets_;  // of ranks
    struct SameSteps {                      // a segment, and two sets of ranks
        int64_t segment = -1;
        int queries = -1;
        int keys = -1;
        auto operator<=>(const SameSteps&) const = default;
    };
    std::map<SameSteps, Arrival> arrivals_;
    SameSteps last_same_;  // neighbours are often alike
    Arrival last_arrival_;
};

}  // namespace

PatternPicture paint_pattern(const Schedule& schedule, const StepLookup& steps, int pattern,
                             PatternColour colour, const TokenWindow& window, int most_cells,
                             const Theme& theme) {
    return Painter(schedule, steps, pattern, colour, false, theme).paint(window, most_cells);
}

PatternPicture paint_thumbnail(const Schedule& schedule, const StepLookup& steps, int pattern,
                               PatternColour colour, int most_cells, const Theme& theme) {
    const auto n = static_cast<double>(schedule.problem.seq_len);
    return Painter(schedule, steps, pattern, colour, true, theme).paint({0, n, 0, n}, most_cells);
}

ImU32 pair_colour(const Schedule& schedule, const StepLookup& steps, int pattern, PatternColour colour,
                  int64_t query, int64_t key, const Theme& theme) {
    const Problem& problem = schedule.problem;
    const Pattern& shown = problem.patterns[static_cast<size_t>(pattern)];
    if (colour == PatternColour::group) {
        ImU32 mixed = 0;
        float groups = 0;
        for (const Pattern& other : problem.patterns) {
            if (!problem.allowed(other, query, key)) continue;
            const ImU32 hue = theme.category_colour(other.group);
            mixed = mixed == 0 ? hue : mix(mixed, hue, 1 / (groups + 1));
            ++groups;
        }
        return mixed;
    }
    if (!problem.allowed(shown, query, key)) return 0;
    const int owner = schedule.placement.owner(key);
    if (colour == PatternColour::owner) return theme.category_colour(owner);
    const int step =
        steps.step_of(schedule.placement.owner(query), owner, pattern, key / shown.segment_length);
    return step_colour(theme, step, schedule.steps);
}

std::vector<ImU32> lens_colours(const Schedule& schedule, const StepLookup& steps, int pattern,
                                PatternColour colour, const TokenLens& lens, const Theme& theme) {
    std::vector<ImU32> colours;
    for (const LensLine& query : lens.queries)
        for (const LensLine& key : lens.keys) {
            const bool attended = lens.pairs[colours.size()] == LensPair::attended;
            colours.push_back(
                attended ? pair_colour(schedule, steps, pattern, colour, query.first, key.first, theme) : 0);
        }
    return colours;
}

ImU32 step_colour(const Theme& theme, int step, int steps) {
    return theme.ramp_colour(steps > 1 ? static_cast<double>(step) / (steps - 1) : 0);
}

ImU32 part_colour(const Theme& theme, PatternColour colour, int part, int steps) {
    return colour == PatternColour::step ? step_colour(theme, part, steps) : theme.category_colour(part);
}

}  // namespace ringscope
