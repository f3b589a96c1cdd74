// A verification's verdict in words, the same wherever one is shown.
#pragma once

#include <string>
#include <vector>

#include "engine/run/verification.h"

namespace ringscope {

/// "batch 0, head 3, token 17"
std::string place_text(const RowError& row);

/// What failed, one clause for each: o, lse, empty rows, rows that cannot be judged, coverage; with the worst
/// row, its error and what rounding allows. None when the check passed.
std::vector<std::string> failures_of(const Verification& verification);

/// "verified 64 of 64 rows: max error 2e-07, relative 1e-07, the worst row at 3% of what rounding allows:
/// passed", or what FAILED.
std::string verification_line(const Verification& verification);

}  // namespace ringscope
