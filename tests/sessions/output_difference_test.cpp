// The difference of two outputs, on outputs of the test's own.
#include "sessions/compare/output_difference.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "tests/sessions/run_store_fixture.h"

namespace ringscope {
namespace {

using testing::make_fixture_output;

/// The fixture's output, with some values changed.
class ChangedOutput : public RunOutput {
  public:
    ChangedOutput(const Problem& problem, std::shared_ptr<const RunOutput> from)
        : problem_(problem), from_(std::move(from)) {
        for (int64_t token = 0; token < problem.seq_len; ++token)
            for (int head = 0; head < problem.heads; ++head) {
                const float* row = from_->o_row(0, token, head);
                rows.insert(rows.end(), row, row + problem.head_dim);
                lses.push_back(from_->lse(0, head, token));
            }
    }
    const float* o_row(int, int64_t token, int head) const override {
        return &rows[static_cast<size_t>((token * problem_.heads + head) * problem_.head_dim)];
    }
    float lse(int, int head, int64_t token) const override { return lses[at(token, head)]; }
    size_t at(int64_t token, int head) const { return static_cast<size_t>(token * problem_.heads + head); }
    std::vector<float> rows;
    std::vector<float> lses;

  private:
    Problem problem_;
    std::shared_ptr<const RunOutput> from_;
};

struct TwoRuns {
    std::shared_ptr<Run> first = make_fixture_run(tiny());
    std::shared_ptr<Run> other = make_fixture_run(tiny());
    std::shared_ptr<ChangedOutput> changed;
    Problem problem = first->schedule->problem;

    TwoRuns() {
        first->output = make_fixture_output(problem);
        changed = std::make_shared<ChangedOutput>(problem, first->output);
        for (float& value : changed->lses)
            if (!std::isfinite(value)) value = 0;  // every row counts unless a test says otherwise
        first->output = std::make_shared<ChangedOutput>(*changed);
        other->output = changed;
    }
};

TEST(OutputDifference, OfARunWithItselfIsNone) {
    const TwoRuns runs;
    const auto d = output_difference(*runs.first, *runs.other);
    ASSERT_TRUE(d);
    EXPECT_TRUE(d->same());
    EXPECT_EQ(d->rows, runs.problem.seq_len * runs.problem.heads);
    EXPECT_TRUE(contains(output_difference_text(*d), "the same"));
}

TEST(OutputDifference, NamesTheWorstRowAndHead) {
    const TwoRuns runs;
    const size_t row = runs.changed->at(5, 1) * static_cast<size_t>(runs.problem.head_dim);
    runs.changed->rows[row + 2] += 0.5f;
    runs.changed->rows[0] += 0.25f;
    runs.changed->lses[3] -= 0.125f;
    const auto d = output_difference(*runs.first, *runs.other);
    ASSERT_TRUE(d);
    EXPECT_NEAR(d->max_abs, 0.5, 1e-6);
    EXPECT_EQ(d->worst.token, 5);
    EXPECT_EQ(d->worst.head, 1);
    EXPECT_EQ(d->worst_head(), 1);
    EXPECT_NEAR(d->max_abs_of_head[0], 0.25, 1e-6);
    EXPECT_NEAR(d->max_abs_lse, 0.125, 1e-6);
    const double elements = static_cast<double>(runs.changed->rows.size());
    EXPECT_NEAR(d->rms, std::sqrt((0.25 + 0.0625) / elements), 1e-6);
    EXPECT_TRUE(contains(output_difference_text(*d), "at most 0.5 (batch 0, token 5, head 1"))
        << output_difference_text(*d);
}

TEST(OutputDifference, CountsWhatCannotBeCompared) {
    const TwoRuns runs;
    runs.changed->lses[0] = -std::numeric_limits<float>::infinity();
    runs.changed->rows.back() = std::numeric_limits<float>::quiet_NaN();
    const auto d = output_difference(*runs.first, *runs.other);
    ASSERT_TRUE(d);
    EXPECT_EQ(d->rows_in_one, 1);
    EXPECT_EQ(d->not_finite, 1);
    EXPECT_EQ(d->max_abs, 0);
    EXPECT_FALSE(d->same());
    EXPECT_EQ(d->rows, runs.problem.seq_len * runs.problem.heads - 1);
}

TEST(OutputDifference, IsNothingWithoutTwoOutputsOfOneShape) {
    const TwoRuns runs;
    Experiment longer = tiny();
    longer.problem.seq_len = 32;
    const auto other = make_fixture_run(longer);
    other->output = make_fixture_output(other->schedule->problem);
    EXPECT_FALSE(output_difference(*runs.first, *other));
    runs.other->output = nullptr;
    EXPECT_FALSE(output_difference(*runs.first, *runs.other));
}

}  // namespace
}  // namespace ringscope
