#include "engine/run/row_errors.h"

#include <algorithm>
#include <cmath>

namespace ringscope {

namespace {

/// Not where NaN or infinity of the inputs comes through to the answer.
bool has_finite_answer(const CheckedRow& row) {
    return std::isfinite(row.wanted_lse) &&
           std::all_of(row.wanted_o.begin(), row.wanted_o.end(), [](double x) { return std::isfinite(x); });
}

bool same_kind(double a, double b) {
    return std::isfinite(a) ? std::isfinite(b) : std::isnan(a) ? std::isnan(b) : a == b;
}

bool same_kinds(const CheckedRow& row) {
    for (size_t i = 0; i < row.wanted_o.size(); ++i)
        if (!same_kind(row.wanted_o[i], row.o[i])) return false;
    return same_kind(row.wanted_lse, row.lse);
}

/// What is not a number is the worst of all.
void keep_worse(RowError& worst, const RowError& other) {
    const double share = other.share();
    if (worst.allowed == 0 || share > worst.share() || std::isnan(share)) worst = other;
}

}  // namespace

void RowErrors::add(const RowErrors& other) {
    const Verification& more = other.found;
    keep_worse(found.worst_o, more.worst_o);
    keep_worse(found.worst_lse, more.worst_lse);
    if (found.wrong_empty_rows == 0) found.first_wrong_empty = more.first_wrong_empty;
    found.checked_rows += more.checked_rows;
    found.wrong_o_rows += more.wrong_o_rows;
    found.wrong_lse_rows += more.wrong_lse_rows;
    found.wrong_empty_rows += more.wrong_empty_rows;
    found.unjudged_rows += more.unjudged_rows;
    found.max_abs_error = std::max(found.max_abs_error, more.max_abs_error);
    found.max_lse_error = std::max(found.max_lse_error, more.max_lse_error);
    found.max_row_relative_error = std::max(found.max_row_relative_error, more.max_row_relative_error);
    square_error += other.square_error;
    square_reference += other.square_reference;
}

void RowErrors::add_row(const CheckedRow& row, const RowBound* bound, CellErrors& cell) {
    if (bound && !has_finite_answer(row)) {
        ++found.checked_rows;
        ++cell.rows;
        if (!same_kinds(row) && found.wrong_empty_rows++ == 0) found.first_wrong_empty = row.place;
        return;
    }
    double square = 0;
    double square_wanted = 0;
    double largest = 0;
    bool finite = true;
    for (size_t i = 0; i < row.wanted_o.size(); ++i) {
        const double error = std::abs(double{row.o[i]} - row.wanted_o[i]);
        finite = finite && std::isfinite(row.o[i]);
        square += error * error;
        square_wanted += row.wanted_o[i] * row.wanted_o[i];
        largest = std::max(largest, error);
    }
    square_error += square;
    square_reference += square_wanted;
    ++found.checked_rows;
    found.max_abs_error = std::max(found.max_abs_error, largest);
    if (square_wanted > 0)
        found.max_row_relative_error =
            std::max(found.max_row_relative_error, std::sqrt(square / square_wanted));
    ++cell.rows;
    cell.max_abs_error = std::max(cell.max_abs_error, static_cast<float>(largest));
    if (std::isfinite(row.lse)) {
        ++cell.finite;
        cell.lse_sum += row.lse;
    }
    const bool right_kind =
        bound ? std::isfinite(row.lse) : row.lse < 0 && std::isinf(row.lse) && largest == 0;
    if (!finite || !right_kind) {
        if (found.wrong_empty_rows++ == 0) found.first_wrong_empty = row.place;
        return;
    }
    if (!bound) return;
    const double lse_error = std::abs(double{row.lse} - row.wanted_lse);
    cell.max_lse_error = std::max(cell.max_lse_error, static_cast<float>(lse_error));
    found.max_lse_error = std::max(found.max_lse_error, lse_error);
    add_finite_row(row, *bound);
}

void RowErrors::add_finite_row(const CheckedRow& row, const RowBound& bound) {
    if (!bound.judges()) ++found.unjudged_rows;
    RowError worst = row.place;
    for (size_t i = 0; i < row.wanted_o.size(); ++i) {
        RowError element = row.place;
        element.error = std::abs(double{row.o[i]} - row.wanted_o[i]);
        element.allowed = bound.element(row.wanted_o[i], row.peak[i]);
        keep_worse(worst, element);
    }
    // Not "greater than": what is not a number is wrong.
    if (!(worst.error <= worst.allowed)) ++found.wrong_o_rows;
    keep_worse(found.worst_o, worst);
    RowError lse = row.place;
    lse.error = std::abs(double{row.lse} - row.wanted_lse);
    lse.allowed = bound.lse();
    if (!(lse.error <= lse.allowed)) ++found.wrong_lse_rows;
    keep_worse(found.worst_lse, lse);
}

}  // namespace ringscope
