// The sides of a comparison: which runs of a run file stand on each, and which of them are its repeats.
//
//   a name of several runs   all of them that finished are one side, its repeats. They must be able to be: one
//                            experiment, build and machine.
//   a number, or anything    that run. Its repeats are the runs of its invocation and name (are_repeats), but never
//   else that finds one      those of another side: where two sides would share runs, only those of the run's own
//                            invocation count.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sessions/store/run_store.h"

namespace ringscope {

struct RunSide {
    int64_t shown =
        0;  // the run whose figures stand for the side: of a named set the one with the median time
    bool named_set = false;
    std::vector<RunSummary> repeats{};  // finished, and not known to be wrong; by number
    std::vector<int64_t> wrong{};       // like the repeats, but known to have given a wrong answer
    std::vector<int64_t> unfinished{};  // of a named set
};

/// What the words name, kept traces apart.
struct NamedSides {
    std::vector<RunSide> runs;
    std::vector<int64_t> traces;
};

/// With `any_build` the runs of a named set may be of several builds. Throws Error(bad_input) for a word that names
/// nothing, or runs that cannot be one side, Error(io).
NamedSides find_sides(RunStore& store, std::span<const std::string> words, bool any_build = false);

/// Each run is a side, in the order of the ids. Throws Error(io).
std::vector<RunSide> sides_of_runs(RunStore& store, std::span<const int64_t> ids);

/// "run 3", "runs 1-5 and 7": ascending numbers.
std::string run_numbers_text(std::span<const int64_t> ids);

}  // namespace ringscope
