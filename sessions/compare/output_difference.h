// How far the outputs of two runs lie apart, element by element: the figure that says whether a faster
// setting still gives the same answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/run/run.h"

namespace ringscope {

/// One row of o: a query of a head.
struct OutputRow {
    int batch = 0;
    int64_t token = 0;
    int head = 0;
};

/// Over elements that are finite in both; an element that is not finite, or a row that is computed, in one
/// only is counted and enters no figure. A row is computed when its lse is not -inf.
struct OutputDifference {
    int64_t rows = 0;         // compared: computed in both
    int64_t rows_in_one = 0;  // computed in one only
    int64_t not_finite = 0;   // elements of o that are not finite in one or both
    double max_abs = 0;       // of o
    double rms = 0;           // root of the mean square of o's difference
    double max_abs_lse = 0;   // of lse
    OutputRow worst;          // where max_abs is
    std::vector<double> max_abs_of_head;
    int worst_head() const;  // with the largest max_abs_of_head; the first of equals
    bool same() const { return rows_in_one == 0 && not_finite == 0 && max_abs == 0 && max_abs_lse == 0; }
};

/// Nothing when one of the runs has no output, or when batch, tokens, heads or head_dim are not the same.
std::optional<OutputDifference> output_difference(const Run& first, const Run& other);

/// "the outputs differ by at most 1e-07 (batch 0, token 5, head 1; rms 2e-08), lse by 2e-07"
std::string output_difference_text(const OutputDifference& difference);

}  // namespace ringscope
