#include "engine/run/verify.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/run/reference.h"

namespace ringscope {
namespace {

constexpr double kEverything = 1e12;

Experiment experiment_of(Mixing mixing, bool causal) {
    Experiment e;
    e.problem.batch = 2;
    e.problem.seq_len = 100;
    e.problem.heads = 4;
    e.problem.kv_heads = 2;
    e.problem.head_dim = 6;
    e.problem.causal = causal;
    e.problem.mixing = mixing;
    e.problem.head_groups = {{24, 1, {}, {}}, {64, 3, {}, {}}};
    e.ring.ranks = 2;
    return e;
}

/// The float64 answer itself, rounded: what a perfect run would leave.
class PerfectOutput : public RunOutput {
  public:
    PerfectOutput(const Problem& problem, const TensorSource& source) : problem_(problem) {
        for (int b = 0; b < problem.batch; ++b)
            for (int64_t token = 0; token < problem.seq_len; ++token)
                for (int head = 0; head < problem.heads; ++head) {
                    const ReferenceRow row = reference_row(problem, source, b, head, token);
                    o.insert(o.end(), row.o.begin(), row.o.end());
                    lse_.push_back(static_cast<float>(row.lse));
                }
    }
    size_t row(int batch_index, int64_t token, int head) const {
        return static_cast<size_t>((batch_index * problem_.seq_len + token) * problem_.heads + head);
    }
    const float* o_row(int batch_index, int64_t token, int head) const override {
        return o.data() + row(batch_index, token, head) * static_cast<size_t>(problem_.head_dim);
    }
    float lse(int batch_index, int head, int64_t token) const override {
        return lse_[row(batch_index, token, head)];
    }
    std::vector<float> o, lse_;

  private:
    const Problem& problem_;
};

struct Case {
    explicit Case(const Experiment& experiment)
        : schedule(plan(experiment)),
          source(make_generated_source(schedule.problem, 1)),
          output(schedule.problem, *source) {}
    Verification check(double pairs = kEverything, int threads = 2) const {
        return verify(schedule, *source, output, {KernelRounding::none, threads, pairs}, {});
    }
    Schedule schedule;
    std::unique_ptr<TensorSource> source;
    PerfectOutput output;
};

// Softmax over every allowed pair, with nothing but Problem::allowed to say which: the definition, word for
// word.
TEST(Reference, IsTheDefinition) {
    const Problem problem = resolve(experiment_of(Mixing::head_groups, true).problem);
    const auto source = make_generated_source(problem, 3);
    std::vector<double> q;
    read_as_double(problem, *source, InputTensor::q, 1, {0, 1, problem.seq_len}, q);
    std::vector<double> k;
    read_as_double(problem, *source, InputTensor::k, 1, {0, 1, problem.seq_len}, k);
    std::vector<double> v;
    read_as_double(problem, *source, InputTensor::v, 1, {0, 1, problem.seq_len}, v);
    const int d = problem.head_dim;
    for (const Pattern& pattern : problem.patterns)
        for (const int head : pattern.heads)
            for (int64_t i = 0; i < problem.seq_len; i += 3) {
                double sum = 0;
                std::vector<double> o(static_cast<size_t>(d), 0.0);
                for (int64_t j = 0; j < problem.seq_len; ++j) {
                    if (!problem.allowed(pattern, i, j)) continue;
                    double score = 0;
                    const int64_t key = (j * problem.kv_heads + problem.kv_head_of(head)) * d;
                    for (int c = 0; c < d; ++c)
                        score += q[static_cast<size_t>((i * problem.heads + head) * d + c)] *
                                 k[static_cast<size_t>(key + c)];
                    const double weight = std::exp(score * problem.softmax_scale);
                    sum += weight;
                    for (int c = 0; c < d; ++c)
                        o[static_cast<size_t>(c)] += weight * v[static_cast<size_t>(key + c)];
                }
                const ReferenceRow row = reference_row(problem, *source, 1, head, i);
                if (sum == 0) {
                    EXPECT_EQ(row.lse, -std::numeric_limits<double>::infinity());
                    for (const double x : row.o) EXPECT_EQ(x, 0);
                    continue;
                }
                EXPECT_NEAR(row.lse, std::log(sum), 1e-12);
                for (int c = 0; c < d; ++c)
                    EXPECT_NEAR(row.o[static_cast<size_t>(c)], o[static_cast<size_t>(c)] / sum, 1e-12);
            }
}

// LongNet eq. 9-10: groups' outputs weighted by their softmax denominators.
TEST(Reference, LongNetMergesGroupsByTheirDenominators) {
    const Experiment mixed = experiment_of(Mixing::longnet, false);
    const Problem problem = resolve(mixed.problem);
    const auto source = make_generated_source(problem, 3);
    for (int64_t token = 0; token < problem.seq_len; token += 5)
        for (int head = 0; head < problem.heads; ++head) {
            double sum = 0;
            std::vector<double> o(static_cast<size_t>(problem.head_dim), 0.0);
            for (int group = 0; group < problem.groups; ++group) {
                Problem alone = problem;
                std::erase_if(alone.patterns, [&](const Pattern& p) { return p.group != group; });
                const ReferenceRow row = reference_row(alone, *source, 0, head, token);
                if (std::isinf(row.lse)) continue;
                sum += std::exp(row.lse);
                for (size_t c = 0; c < o.size(); ++c) o[c] += std::exp(row.lse) * row.o[c];
            }
            const ReferenceRow row = reference_row(problem, *source, 0, head, token);
            if (sum == 0) {
                EXPECT_TRUE(std::isinf(row.lse));
                continue;
            }
            EXPECT_NEAR(row.lse, std::log(sum), 1e-12);
            for (size_t c = 0; c < o.size(); ++c) EXPECT_NEAR(row.o[c], o[c] / sum, 1e-12);
        }
}

TEST(Verify, PassesThePerfectAnswer) {
    for (const Mixing mixing : {Mixing::head_groups, Mixing::longnet})
        for (const bool causal : {false, true}) {
            const Case c(experiment_of(mixing, causal));
            const Verification all = c.check();
            EXPECT_TRUE(all.passed) << all.relative_error;
            EXPECT_EQ(all.checked_rows, 2 * 100 * 4);
            EXPECT_EQ(all.checked_rows, all.total_rows);
            EXPECT_LT(all.relative_error, 1e-7);
            EXPECT_EQ(all.max_abs_error, c.check(kEverything, 1).max_abs_error);
        }
}

TEST(Verify, ASampleHoldsTheEdgesOfEverySegment) {
    Case c(experiment_of(Mixing::head_groups, true));
    const Verification sample = c.check(100);
    EXPECT_TRUE(sample.passed);
    EXPECT_LT(sample.checked_rows, sample.total_rows);
    // Wrong in one row only, the last of the middle segment of the first group.
    c.output.o[c.output.row(0, 71, 0) * 6] += 1;
    EXPECT_FALSE(c.check(100).passed);
}

TEST(Verify, FindsEveryKindOfWrongRow) {
    const Experiment e = experiment_of(Mixing::head_groups, true);
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const float inf = std::numeric_limits<float>::infinity();
    // Heads 0 and 1 keep every token; heads 2 and 3 (rate 3, offset 1) do not keep token 0.
    const auto fails = [&](auto&& spoil) {
        Case c(e);
        spoil(c.output);
        return !c.check().passed;
    };
    EXPECT_FALSE(fails([](PerfectOutput&) {}));
    EXPECT_TRUE(fails([](PerfectOutput& out) { out.o[out.row(1, 50, 1) * 6 + 2] += 0.1f; }));
    EXPECT_TRUE(fails([](PerfectOutput& out) { out.lse_[out.row(1, 50, 1)] += 0.01f; }));
    EXPECT_TRUE(fails([&](PerfectOutput& out) { out.lse_[out.row(0, 50, 1)] = -inf; }));
    EXPECT_TRUE(fails([&](PerfectOutput& out) { out.o[out.row(0, 50, 1) * 6] = nan; }));
    EXPECT_TRUE(fails([](PerfectOutput& out) { out.lse_[out.row(0, 0, 3)] = 0; }));
    EXPECT_TRUE(fails([&](PerfectOutput& out) { out.lse_[out.row(0, 0, 3)] = inf; }));
    EXPECT_TRUE(fails([&](PerfectOutput& out) { out.lse_[out.row(0, 0, 3)] = nan; }));
}

TEST(Verify, APairPlannedTwiceFails) {
    Case c(experiment_of(Mixing::head_groups, false));
    ++c.schedule.pairs_planned;
    const Verification result = c.check();
    EXPECT_FALSE(result.coverage_ok);
    EXPECT_FALSE(result.passed);
}

TEST(Verify, CanBeCancelled) {
    const Case c(experiment_of(Mixing::head_groups, false));
    std::stop_source stop;
    stop.request_stop();
    EXPECT_THROW(
        verify(c.schedule, *c.source, c.output, {KernelRounding::none, 2, kEverything}, stop.get_token()),
        Error);
}

TEST(ErrorMap, SumsUpToTheVerification) {
    Case c(experiment_of(Mixing::head_groups, true));
    const Verification check = c.check();
    ASSERT_TRUE(check.map);
    const ErrorMap& map = *check.map;
    EXPECT_EQ(map.heads, 4);
    EXPECT_EQ(map.parts, 100) << "fewer tokens than parts: one each";
    int64_t rows = 0;
    for (const int32_t count : map.rows) {
        EXPECT_EQ(count, 2) << "one token, two batch entries";
        rows += count;
    }
    EXPECT_EQ(rows, check.checked_rows);
    EXPECT_FLOAT_EQ(*std::max_element(map.max_abs_error.begin(), map.max_abs_error.end()),
                    static_cast<float>(check.max_abs_error));
    EXPECT_FLOAT_EQ(*std::max_element(map.max_lse_error.begin(), map.max_lse_error.end()),
                    static_cast<float>(check.max_lse_error));
}

TEST(ErrorMap, ShowsWhereARowIsWrong) {
    Case c(experiment_of(Mixing::head_groups, true));
    const size_t row = c.output.row(1, 72, 3);
    c.output.o[row * 6 + 2] += 0.5f;
    c.output.lse_[c.output.row(0, 48, 1)] += 0.25f;
    const Verification check = c.check();
    ASSERT_TRUE(check.map);
    for (int head = 0; head < 4; ++head)
        for (int part = 0; part < check.map->parts; ++part) {
            const size_t cell = static_cast<size_t>(head * check.map->parts + part);
            EXPECT_EQ(check.map->max_abs_error[cell] > 0.4f, head == 3 && part == 72);
            EXPECT_EQ(check.map->max_lse_error[cell] > 0.2f, head == 1 && part == 48);
        }
}

TEST(ErrorMap, OfASampleLeavesCellsOpen) {
    Experiment e = experiment_of(Mixing::head_groups, false);
    e.problem.seq_len = 4000;
    Case c(e);
    const Verification check = c.check(20000);
    ASSERT_TRUE(check.map);
    ASSERT_LT(check.checked_rows, check.total_rows);
    int64_t rows = 0, open = 0;
    for (const int32_t count : check.map->rows) {
        rows += count;
        open += count == 0 ? 1 : 0;
    }
    EXPECT_EQ(rows, check.checked_rows);
    EXPECT_GT(open, 0);
    EXPECT_EQ(check.map->parts, 250) << "16 tokens each";
}

}  // namespace
}  // namespace ringscope
