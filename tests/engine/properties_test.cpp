// What must hold of any problem, whatever the answer is. RINGSCOPE_PROBLEMS is the number of random problems per
// property; 200 when it is not set.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <vector>

#include "engine/cpu/kernels/attention_kernel.h"
#include "engine/run/execute.h"
#include "tests/random_problem.h"

namespace ringscope {
namespace {

int problems() {
    const char* given = std::getenv("RINGSCOPE_PROBLEMS");
    return given == nullptr ? 200 : std::atoi(given);
}

/// F32, up to 60 tokens on up to 6 ranks.
Experiment small_problem(std::mt19937& random) {
    Experiment e = random_experiment(random, {60, 6, 8});
    e.problem.dtype = DType::f32;
    e.backend.threads = 1 + static_cast<int>(random() % 2);
    return e;
}

std::shared_ptr<const Run> run_of(const Experiment& e, std::shared_ptr<const TensorSource> input = nullptr) {
    RunOptions options;
    options.input = std::move(input);
    auto run = execute(e, options, {});
    EXPECT_EQ(run->state, RunState::done) << run->error;
    return run;
}

/// Between two ways to sum the same attention of inputs up to 5.9 (tensor_source.cpp). A score of d products errs by
/// (d + 2) eps times its largest size S, the merge of partial results by a few eps more; a weight errs by that much
/// relatively, and o, an average of values up to 5.9, by twice 5.9 times it, for each of the two.
double error_bound(const Problem& problem) {
    constexpr double kEps = std::numeric_limits<float>::epsilon(), kMost = 5.9;
    const double d = problem.head_dim;
    const double score = std::abs(problem.softmax_scale) * d * kMost * kMost;
    return 4 * kMost * kEps * ((d + 2) * (score + 1) + 4 * std::sqrt(60.0));
}

template <typename Use>
void for_each_row(const Problem& problem, const Use& use) {
    for (int batch = 0; batch < problem.batch; ++batch)
        for (int64_t token = 0; token < problem.seq_len; ++token)
            for (int head = 0; head < problem.heads; ++head) use(batch, token, head);
}

void expect_same_answer(const Run& a, const Run& b) {
    const Problem& problem = a.schedule->problem;
    const double bound = error_bound(problem);
    for_each_row(problem, [&](int batch, int64_t token, int head) {
        const float lse_a = a.output->lse(batch, head, token), lse_b = b.output->lse(batch, head, token);
        if (std::isinf(lse_a))
            ASSERT_EQ(lse_a, lse_b);
        else
            ASSERT_NEAR(lse_a, lse_b, bound * (1 + std::abs(lse_a)));
        for (int x = 0; x < problem.head_dim; ++x)
            ASSERT_NEAR(a.output->o_row(batch, token, head)[x], b.output->o_row(batch, token, head)[x],
                        bound);
    });
}

TEST(Properties, AnyTwoRingsAndKernelsAgree) {
    std::mt19937 random(101);
    std::vector<std::string> kernels;
    for (const CpuKernel& kernel : cpu_kernels())
        if (kernel.usable() && kernel.supports(DType::f32)) kernels.push_back(kernel.name);
    for (int round = 0; round < problems(); ++round) {
        Experiment one = small_problem(random);
        Experiment other = small_problem(random);
        other.problem = one.problem;
        other.input = one.input;
        one.backend.kernel = kernels[random() % kernels.size()];
        other.backend.kernel = kernels[random() % kernels.size()];
        SCOPED_TRACE(describe(one) + " against " + describe(other));
        expect_same_answer(*run_of(one), *run_of(other));
        if (HasFailure()) return;
    }
}

/// What is sent is what was planned, each once.
TEST(Properties, TheExecutorMakesThePlansTransfersAndNoOthers) {
    std::mt19937 random(102);
    for (int round = 0; round < problems(); ++round) {
        const Experiment e = small_problem(random);
        SCOPED_TRACE(describe(e));
        const auto run = run_of(e);
        std::vector<int> sent(run->schedule->transfers.size()), received(sent.size());
        for (const Span& span : run->trace.spans) {
            if (span.kind == SpanKind::send) ++sent.at(static_cast<size_t>(span.transfer));
            if (span.kind == SpanKind::receive || span.kind == SpanKind::collective)
                ++received.at(static_cast<size_t>(span.transfer));
        }
        EXPECT_TRUE(std::all_of(sent.begin(), sent.end(), [](int times) { return times == 1; }));
        EXPECT_EQ(sent, received);
        EXPECT_EQ(run->metrics.bytes_on_wire, run->schedule->bytes_on_wire);
        if (HasFailure()) return;
    }
}

/// Inputs by hand: (batch, token, head, element), as many KV heads as heads.
struct Inputs {
    Inputs(const Experiment& e, std::mt19937& random) : problem(resolve(e.problem)) {
        std::normal_distribution<float> normal;
        const size_t size = static_cast<size_t>(problem.batch * problem.seq_len * problem.heads) *
                            static_cast<size_t>(problem.head_dim);
        for (auto* tensor : {&q, &k, &v}) {
            tensor->resize(size);
            for (float& x : *tensor) x = std::clamp(normal(random), -5.0f, 5.0f);
        }
    }
    float& at(std::vector<float>& tensor, int batch, int64_t token, int head, int x) const {
        return tensor[static_cast<size_t>(
            ((batch * problem.seq_len + token) * problem.heads + head) * problem.head_dim + x)];
    }
    std::shared_ptr<const TensorSource> source() const {
        return make_memory_source(problem, q.data(), k.data(), v.data());
    }
    Problem problem;
    std::vector<float> q, k, v;
};

Experiment without_shared_heads(std::mt19937& random) {
    Experiment e = small_problem(random);
    e.problem.kv_heads.reset();
    return e;
}

/// A factor of two changes no rounding: the bits are the same.
TEST(Properties, TwiceTheValuesAreTwiceTheOutput) {
    std::mt19937 random(103);
    for (int round = 0; round < problems(); ++round) {
        const Experiment e = without_shared_heads(random);
        SCOPED_TRACE(describe(e));
        Inputs inputs(e, random);
        const auto once = run_of(e, inputs.source());
        for (float& x : inputs.v) x *= 2;
        const auto twice = run_of(e, inputs.source());
        for_each_row(inputs.problem, [&](int batch, int64_t token, int head) {
            ASSERT_EQ(once->output->lse(batch, head, token), twice->output->lse(batch, head, token));
            for (int x = 0; x < inputs.problem.head_dim; ++x)
                ASSERT_EQ(2 * once->output->o_row(batch, token, head)[x],
                          twice->output->o_row(batch, token, head)[x]);
        });
        if (HasFailure()) return;
    }
}

/// Heads of one pattern change places: so do their rows, bit for bit.
TEST(Properties, HeadsThatChangePlacesTakeTheirAnswersAlong) {
    std::mt19937 random(104);
    for (int round = 0; round < problems(); ++round) {
        Experiment e = without_shared_heads(random);
        e.problem.head_groups.resize(1);
        e.problem.head_groups[0].offset = {Offset::Rule::fixed, 0};
        SCOPED_TRACE(describe(e));
        const Inputs inputs(e, random);
        std::vector<int> from(static_cast<size_t>(e.problem.heads));
        for (size_t head = 0; head < from.size(); ++head) from[head] = static_cast<int>(head);
        std::shuffle(from.begin(), from.end(), random);
        Inputs moved = inputs;
        Inputs original = inputs;
        for_each_row(inputs.problem, [&](int batch, int64_t token, int head) {
            for (int x = 0; x < inputs.problem.head_dim; ++x)
                for (auto tensor : {&Inputs::q, &Inputs::k, &Inputs::v})
                    moved.at(moved.*tensor, batch, token, head, x) =
                        original.at(original.*tensor, batch, token, from[static_cast<size_t>(head)], x);
        });
        const auto before = run_of(e, inputs.source());
        const auto after = run_of(e, moved.source());
        for_each_row(inputs.problem, [&](int batch, int64_t token, int head) {
            const int old = from[static_cast<size_t>(head)];
            ASSERT_EQ(after->output->lse(batch, head, token), before->output->lse(batch, old, token));
            for (int x = 0; x < inputs.problem.head_dim; ++x)
                ASSERT_EQ(after->output->o_row(batch, token, head)[x],
                          before->output->o_row(batch, token, old)[x]);
        });
        if (HasFailure()) return;
    }
}

/// One coordinate more, in which every key is 1 and a query c: every score of the row is c larger.
TEST(Properties, AConstantOnARowsScoresMovesItsLseAlone) {
    std::mt19937 random(105);
    for (int round = 0; round < problems(); ++round) {
        Experiment e = without_shared_heads(random);
        e.problem.softmax_scale = 0.5;
        SCOPED_TRACE(describe(e));
        Inputs narrow(e, random);
        Experiment wider = e;
        ++wider.problem.head_dim;
        Inputs wide(wider, random);
        const auto shift = [](int64_t token) { return static_cast<float>(token % 5) - 2; };
        for_each_row(narrow.problem, [&](int batch, int64_t token, int head) {
            for (int x = 0; x < e.problem.head_dim; ++x)
                for (auto tensor : {&Inputs::q, &Inputs::k, &Inputs::v})
                    wide.at(wide.*tensor, batch, token, head, x) =
                        narrow.at(narrow.*tensor, batch, token, head, x);
            wide.at(wide.q, batch, token, head, e.problem.head_dim) = shift(token);
            wide.at(wide.k, batch, token, head, e.problem.head_dim) = 1;
        });
        const auto plain = run_of(e, narrow.source());
        const auto shifted = run_of(wider, wide.source());
        const double bound = error_bound(wide.problem);
        for_each_row(narrow.problem, [&](int batch, int64_t token, int head) {
            const float lse = plain->output->lse(batch, head, token);
            if (std::isinf(lse))
                ASSERT_EQ(shifted->output->lse(batch, head, token), lse);
            else
                ASSERT_NEAR(shifted->output->lse(batch, head, token), lse + 0.5 * shift(token),
                            bound * (1 + std::abs(lse)));
            for (int x = 0; x < e.problem.head_dim; ++x)
                ASSERT_NEAR(shifted->output->o_row(batch, token, head)[x],
                            plain->output->o_row(batch, token, head)[x], bound);
        });
        if (HasFailure()) return;
    }
}

}  // namespace
}  // namespace ringscope
