// Merging an SDPA call's part into what its rows carry, against float64.
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "engine/cuda/kernels/merge_partial.h"

namespace ringscope {
namespace {

constexpr int kDim = 40;  // more than a warp's lanes
constexpr int kBatch = 2, kHeads = 3, kQueries = 5;
constexpr int kRows = kBatch * kHeads * kQueries;
constexpr int kLanes = 32;

/// Rows as attention sees them: scores of the keys seen so far, and their values.
struct ExactRow {
    std::vector<double> scores;
    std::vector<std::vector<double>> values;

    double lse() const {
        double m = -INFINITY;
        for (const double s : scores) m = std::max(m, s);
        double l = 0;
        for (const double s : scores) l += std::exp(s - m);
        return scores.empty() ? m : m + std::log(l);
    }
    double output(int column) const {
        double o = 0;
        for (size_t key = 0; key < scores.size(); ++key)
            o += std::exp(scores[key] - lse()) * values[key][static_cast<size_t>(column)];
        return o;
    }
};

/// O lies (batch, query, head, d) with one row of gap, LSE (batch, head, query).
class MergeCase {
  public:
    MergeCase(unsigned seed, bool with_sum, double spread) : random_(seed), spread_(spread) {
        o_.assign(kBatch * (kQueries + 1) * kHeads * kDim, 0);
        lse_.assign(kRows, -INFINITY);
        if (with_sum) sum_.assign(kRows, 0);
        launch_.o = o_.data();
        launch_.lse = lse_.data();
        launch_.sum = with_sum ? sum_.data() : nullptr;
        launch_.rows = kRows;
        launch_.heads = kHeads;
        launch_.queries = kQueries;
        launch_.head_dim = kDim;
        launch_.o_row_stride = kHeads * kDim;
        launch_.o_head_stride = kDim;
        launch_.o_batch_stride = (kQueries + 1) * kHeads * kDim;
        launch_.lse_row_stride = 1;
        launch_.lse_head_stride = kQueries;
        launch_.lse_batch_stride = kHeads * kQueries;
    }

    /// Every row meets some keys; a call's part as a library gives it, in F32.
    void merge_part(int most_keys, bool only_even_rows) {
        std::vector<float> part_o(kRows * kDim, 0);
        std::vector<float> part_lse(kRows, -INFINITY);
        for (int row = 0; row < kRows; ++row) {
            ExactRow part;
            const int keys = only_even_rows && row % 2 != 0 ? 0 : 1 + static_cast<int>(random_() % most_keys);
            for (int key = 0; key < keys; ++key) add_key(part, exact_[row]);
            part_lse[static_cast<size_t>(row)] = static_cast<float>(part.lse());
            for (int c = 0; c < kDim; ++c)
                part_o[static_cast<size_t>(int64_t{row} * kDim + c)] =
                    keys > 0 ? static_cast<float>(part.output(c)) : NAN;  // 0 / 0
        }
        launch_.part_o = part_o.data();
        launch_.part_lse = part_lse.data();
        for (int row = 0; row < kRows; ++row)
            for (int lane = 0; lane < kLanes; ++lane)
                merge_row_output<F32Element>(launch_, row, lane, kLanes);
        for (int row = 0; row < kRows; ++row) merge_row_state(launch_, row);
    }

    void expect_exact() const {
        for (int row = 0; row < kRows; ++row) {
            const int b = row / kQueries / kHeads, h = row / kQueries % kHeads, i = row % kQueries;
            const auto state = static_cast<size_t>((int64_t{b} * kHeads + h) * kQueries + i);
            const double l = sum_.empty() ? 1 : sum_[state];
            if (exact_[row].scores.empty()) {
                EXPECT_EQ(lse_[state], -INFINITY);
            } else {
                EXPECT_NEAR(lse_[state] + std::log(l), exact_[row].lse(),
                            1e-6 * (10 + std::abs(exact_[row].lse())));
            }
            for (int c = 0; c < kDim; ++c) {
                const double o =
                    o_[static_cast<size_t>(((int64_t{b} * (kQueries + 1) + i) * kHeads + h) * kDim + c)];
                EXPECT_NEAR(exact_[row].scores.empty() ? o : o / l, exact_[row].output(c), 1e-5);
            }
        }
        for (int b = 0; b < kBatch; ++b)  // the gap
            for (int c = 0; c < kHeads * kDim; ++c)
                EXPECT_EQ(o_[static_cast<size_t>((b * (kQueries + 1) + kQueries) * kHeads * kDim + c)], 0);
    }

  private:
    void add_key(ExactRow& part, ExactRow& whole) {
        std::normal_distribution<double> normal;
        const double score = spread_ * normal(random_);
        std::vector<double> value;
        for (int c = 0; c < kDim; ++c) value.push_back(normal(random_));
        for (ExactRow* row : {&part, &whole}) {
            row->scores.push_back(score);
            row->values.push_back(value);
        }
    }

    std::mt19937 random_;
    const double spread_;
    ExactRow exact_[kRows];
    std::vector<float> o_, lse_, sum_;
    MergeLaunch launch_;
};

TEST(CudaMerge, PartsInAnyNumberAreOneSoftmax) {
    for (unsigned seed = 0; seed < 200; ++seed) {
        SCOPED_TRACE(seed);
        // Spread 40: weights from 1 down to 0 of F32; a later part may outweigh all before it.
        MergeCase rows(seed, seed % 2 != 0, seed % 3 == 0 ? 40 : 2);
        for (unsigned part = 0; part < 1 + seed % 6; ++part) {
            rows.merge_part(7, (seed + part) % 4 == 0);
            rows.expect_exact();
        }
        if (HasFailure()) return;
    }
}

}  // namespace
}  // namespace ringscope
