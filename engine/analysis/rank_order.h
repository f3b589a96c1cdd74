// In which order the ranks stand in the timeline: by number, or those that compute or wait most first; ranks
// that a person moved to the top stand above all.
#pragma once

#include <vector>

#include "engine/run/run.h"

namespace ringscope {

enum class RankSort { number, compute, wait };

class RankOrder {
  public:
    RankSort sort = RankSort::number;
    std::vector<int> on_top;  // in the order in which they were moved there

    /// For this run; ranks without metrics come last.
    void update(const Run& run, int ranks);
    const std::vector<int>& ranks() const { return ranks_; }  // from top to bottom
    int place_of(int rank) const;                             // -1: there is no such rank
    bool is_on_top(int rank) const;
    /// Moves it there, or back among the others.
    void toggle_top(int rank);
    void next_sort();
    /// "by number", "most wait first"
    const char* name() const;

  private:
    std::vector<int> ranks_, places_;
};

}  // namespace ringscope
