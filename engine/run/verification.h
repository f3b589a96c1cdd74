// What checking a run's answer against the float64 reference found (verify.h).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace ringscope {

/// Errors by place: heads x equal parts of the sequence, over all batch entries. Vectors are indexed by
/// head * parts + part.
struct ErrorMap {
    int heads = 0;
    int parts = 0;
    int64_t tokens_each = 1;  // of a part; the last may be shorter
    int64_t seq_len = 0;
    std::vector<int32_t> rows;         // checked there; 0: the sample has none
    std::vector<float> max_abs_error;  // of o
    std::vector<float> max_lse_error;  // over finite lse
    std::vector<float> mean_lse;       // of the run, over finite ones; -inf where every row is empty
};

/// One row, and how far it is from the reference.
struct RowError {
    int batch_index = 0;
    int head = 0;
    int64_t token = 0;
    double error = 0;    // of the worst element of o, or of lse
    double allowed = 0;  // what rounding may make of it (rounding_bound.h); 0: not known
    /// Above 1: wrong.
    double share() const { return error == 0 ? 0 : error / allowed; }
};

/// All rows when that is affordable, an even sample of them otherwise.
struct Verification {
    int64_t checked_rows = 0;
    int64_t total_rows = 0;
    double max_abs_error = 0;           // of o
    double relative_error = 0;          // |o - ref| / |ref|, over the checked rows together
    double max_row_relative_error = 0;  // the same of one row, the largest; rows that are all zeros left out
    double max_lse_error = 0;           // absolute, over finite lse
    int64_t wrong_o_rows = 0;           // rows with an element of o further off than rounding allows
    int64_t wrong_lse_rows = 0;         // likewise lse
    /// Rows whose lse should be -inf and is not, or the other way round; or that are not finite where the reference
    /// is, or finite or infinite where it is not (inputs that are not finite come through).
    int64_t wrong_empty_rows = 0;
    /// Rows with scores so large that F32 cannot tell which keys win: whatever o they have is let pass.
    int64_t unjudged_rows = 0;
    bool coverage_ok = true;  // every allowed pair planned exactly once
    bool passed = false;      // nothing is wrong, and some row was judged
    // The rows that come nearest to their bound, or go furthest beyond it.
    RowError worst_o;
    RowError worst_lse;
    RowError first_wrong_empty;           // when wrong_empty_rows > 0
    std::shared_ptr<const ErrorMap> map;  // null when reopened from a file
    /// The worst row's error over what rounding may make of it; NaN when a file does not have it.
    double error_share() const;
};

}  // namespace ringscope
