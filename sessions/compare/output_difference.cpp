#include "sessions/compare/output_difference.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"

namespace ringscope {

namespace {

bool same_shape(const Problem& a, const Problem& b) {
    return a.batch == b.batch && a.seq_len == b.seq_len && a.heads == b.heads && a.head_dim == b.head_dim;
}

struct Sums {
    OutputDifference difference;
    double squares = 0;
    int64_t elements = 0;
};

void add_row(const float* a, const float* b, int head_dim, const OutputRow& row, Sums& sums) {
    OutputDifference& d = sums.difference;
    double& of_head = d.max_abs_of_head[static_cast<size_t>(row.head)];
    for (int i = 0; i < head_dim; ++i) {
        if (!std::isfinite(a[i]) || !std::isfinite(b[i])) {
            ++d.not_finite;
            continue;
        }
        const double apart = std::abs(double{a[i]} - double{b[i]});
        sums.squares += apart * apart;
        ++sums.elements;
        of_head = std::max(of_head, apart);
        if (apart > d.max_abs) d.max_abs = apart, d.worst = row;
    }
}

}  // namespace

int OutputDifference::worst_head() const {
    return static_cast<int>(std::max_element(max_abs_of_head.begin(), max_abs_of_head.end()) -
                            max_abs_of_head.begin());
}

std::optional<OutputDifference> output_difference(const Run& first, const Run& other) {
    if (!first.output || !other.output || !first.schedule || !other.schedule) return {};
    const Problem& problem = first.schedule->problem;
    if (!same_shape(problem, other.schedule->problem)) return {};
    Sums sums;
    OutputDifference& d = sums.difference;
    d.max_abs_of_head.assign(static_cast<size_t>(problem.heads), 0);
    for (int batch = 0; batch < problem.batch; ++batch)
        for (int64_t token = 0; token < problem.seq_len; ++token)
            for (int head = 0; head < problem.heads; ++head) {
                const float a = first.output->lse(batch, head, token);
                const float b = other.output->lse(batch, head, token);
                const bool in_a = a != -INFINITY, in_b = b != -INFINITY;
                if (in_a != in_b) ++d.rows_in_one;
                if (!in_a || !in_b) continue;
                ++d.rows;
                if (std::isfinite(a) && std::isfinite(b))
                    d.max_abs_lse = std::max(d.max_abs_lse, std::abs(double{a} - double{b}));
                else
                    ++d.not_finite;
                add_row(first.output->o_row(batch, token, head), other.output->o_row(batch, token, head),
                        problem.head_dim, {batch, token, head}, sums);
            }
    d.rms = sums.elements > 0 ? std::sqrt(sums.squares / static_cast<double>(sums.elements)) : 0;
    return d;
}

std::string output_difference_text(const OutputDifference& d) {
    if (d.same()) return "the outputs are the same, bit for bit up to the sign of zero";
    std::string all = "the outputs differ by at most " + error_text(d.max_abs) + " (batch " +
                      std::to_string(d.worst.batch) + ", token " + std::to_string(d.worst.token) + ", head " +
                      std::to_string(d.worst.head) + "; rms " + error_text(d.rms) + "), lse by " +
                      error_text(d.max_abs_lse);
    if (d.rows_in_one > 0) all += "; " + std::to_string(d.rows_in_one) + " rows are computed in one only";
    if (d.not_finite > 0) all += "; " + std::to_string(d.not_finite) + " values are not finite";
    return all;
}

}  // namespace ringscope
