#include "engine/analysis/verification_text.h"

#include <cmath>

#include "engine/base/number_text.h"

namespace ringscope {

namespace {

std::string rows_text(int64_t rows) { return count_text(rows) + (rows == 1 ? " row" : " rows"); }

std::string wrong_rows(const char* what, int64_t rows, const RowError& worst) {
    return std::string(what) + " of " + rows_text(rows) + " (worst: " + place_text(worst) + ", off by " +
           error_text(worst.error) + " where rounding allows " + error_text(worst.allowed) + ")";
}

}  // namespace

std::string place_text(const RowError& row) {
    return "batch " + std::to_string(row.batch_index) + ", head " + std::to_string(row.head) + ", token " +
           std::to_string(row.token);
}

std::vector<std::string> failures_of(const Verification& v) {
    std::vector<std::string> failures;
    if (v.passed) return failures;
    if (v.wrong_o_rows > 0) failures.push_back(wrong_rows("o", v.wrong_o_rows, v.worst_o));
    if (v.wrong_lse_rows > 0) failures.push_back(wrong_rows("LSE", v.wrong_lse_rows, v.worst_lse));
    if (v.wrong_empty_rows > 0)
        failures.push_back(rows_text(v.wrong_empty_rows) +
                           " not finite, empty though keys are there, or not empty though none are (first: " +
                           place_text(v.first_wrong_empty) + ")");
    if (v.checked_rows > 0 && v.unjudged_rows == v.checked_rows)
        failures.emplace_back("scores so large that F32 cannot tell which keys win: no row can be judged");
    if (!v.coverage_ok) failures.emplace_back("some pairs not computed exactly once");
    // An earlier version kept one error over all rows and no more.
    if (failures.empty()) failures.push_back("relative error " + error_text(v.relative_error));
    return failures;
}

std::string verification_line(const Verification& v) {
    std::string text = "verified " + count_text(v.checked_rows) + " of " + count_text(v.total_rows) +
                       " rows: max error " + error_text(v.max_abs_error) + ", relative " +
                       error_text(v.relative_error);
    const double share = v.error_share();
    constexpr double kMostPercent = 10;  // beyond, a percentage says nothing to a reader
    if (share <= kMostPercent)
        text += ", the worst row at " + percent_text(share) + " of what rounding allows";
    else if (!std::isnan(share))
        text += ", the worst row far beyond what rounding allows";
    if (v.unjudged_rows > 0 && v.unjudged_rows < v.checked_rows)
        text += ", " + rows_text(v.unjudged_rows) + " with scores too large for F32 to judge o";
    if (v.passed) return text + ": passed";
    text += ": FAILED: ";
    bool first = true;
    for (const std::string& failure : failures_of(v)) {
        text += (first ? "" : "; ") + failure;
        first = false;
    }
    return text;
}

}  // namespace ringscope
