// The pictures of a comparison's report, as inline SVG. For the .cpp files of this folder only.
#pragma once

#include <span>
#include <string>

#include "sessions/compare/compare.h"

namespace ringscope {

/// Ranks as rows, runs below each other, steps of all runs at one place; between them, how much longer each
/// rank took for each step. "" when no run has spans.
std::string timelines_svg(std::span<const ComparedRun> runs);
/// Bytes of the fullest rank over each run's own time, one line per run. "" when no run has samples.
std::string memory_svg(std::span<const ComparedRun> runs);
/// One bar per rank and run.
std::string rank_bars_svg(const Comparison& comparison, const RankFigure& figure);

}  // namespace ringscope
