// Adds up what is found of single rows when an answer is checked (verify.h).
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "engine/run/rounding_bound.h"
#include "engine/run/verification.h"

namespace ringscope {

/// Errors of the rows of one place of the map.
struct CellErrors {
    int32_t rows = 0;
    int32_t finite = 0;
    float max_abs_error = 0;
    float max_lse_error = 0;
    double lse_sum = 0;

    void add(const CellErrors& other) {
        rows += other.rows;
        finite += other.finite;
        max_abs_error = std::max(max_abs_error, other.max_abs_error);
        max_lse_error = std::max(max_lse_error, other.max_lse_error);
        lse_sum += other.lse_sum;
    }
};

/// One row's answer beside the exact one.
struct CheckedRow {
    RowError place;  // batch entry, head and token
    const float* o;
    float lse;
    std::span<const double> wanted_o;
    std::span<const double> peak;
    double wanted_lse;
};

/// Errors of some rows; adding up in the order of tasks makes the figures independent of threads.
struct RowErrors {
    Verification found;  // counts, largest and worst
    double square_error = 0;
    double square_reference = 0;
    // By (head, part of the sequence) of the map, parts from the first that the task touches.
    int64_t first_part = 0;
    std::vector<CellErrors> cells;

    void add(const RowErrors& other);
    /// `bound`: null for a row without keys.
    void add_row(const CheckedRow& row, const RowBound* bound, CellErrors& cell);

  private:
    void add_finite_row(const CheckedRow& row, const RowBound& bound);
};

}  // namespace ringscope
