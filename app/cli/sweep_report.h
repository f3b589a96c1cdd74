// What came of a sweep, as a person and as a program reads it.
#pragma once

#include <span>
#include <string>

#include "sessions/compare/sweep.h"

namespace ringscope {

struct SweepReport {
    std::span<const SweepAxis> axes;
    std::span<const SweepRow> rows;
    int repeats = 1;  // asked for
    int held = 0;     // runs that the run file had already
    int ran = 0;      // runs that were made
    bool interrupted = false;
    /// Builds (build_text) of saved runs that differ in nothing else, one each: counted with `any_build`,
    /// else left out.
    std::span<const std::string> other_builds{};
    bool any_build = false;
};

/// A table, a row a combination, and a sentence on the best one.
std::string sweep_text(const SweepReport& report);
/// One object, indented.
std::string sweep_json(const SweepReport& report);

}  // namespace ringscope
