// Inputs that F32 cannot work on are refused before a run, by name and place; with allow_nonfinite they come through.
#include "engine/run/input_check.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <random>

#include "engine/base/error.h"
#include "engine/experiment/dtype.h"
#include "engine/run/execute.h"

namespace ringscope {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

Experiment small_experiment(DType dtype = DType::f32) {
    Experiment e;
    e.problem.batch = 2;
    e.problem.seq_len = 300;
    e.problem.heads = 4;
    e.problem.kv_heads = 2;
    e.problem.head_dim = 8;
    e.problem.dtype = dtype;
    e.problem.causal = true;
    e.problem.head_groups = {{128, 1, {}, {}}, {300, 3, {}, {}}};
    e.ring.ranks = 3;
    return e;
}

/// Whole tensors in memory, small random numbers to begin with.
class Inputs {
  public:
    explicit Inputs(const Experiment& experiment) : problem_(resolve(experiment.problem)) {
        std::mt19937 random(5);
        std::normal_distribution<float> normal;
        for (int tensor = 0; tensor < 3; ++tensor) {
            const int64_t count =
                int64_t{problem_.batch} * problem_.seq_len * heads(tensor) * problem_.head_dim;
            elements_[tensor].resize(static_cast<size_t>(count * bytes_of(problem_.dtype)));
            for (int64_t i = 0; i < count; ++i) store(tensor, i, normal(random));
        }
    }
    void set(InputTensor tensor, int batch, int64_t token, int head, int element, float value) {
        const auto t = static_cast<int>(tensor);
        const int64_t row = (batch * problem_.seq_len + token) * heads(t) + head;
        store(t, row * problem_.head_dim + element, value);
    }
    std::shared_ptr<const TensorSource> source() const {
        return make_memory_source(problem_, elements_[0].data(), elements_[1].data(), elements_[2].data());
    }
    /// "" when they are let pass.
    std::string refusal(int threads = 2) const {
        try {
            require_usable(problem_, *source(), "file", threads, {});
            return "";
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::bad_input);
            return error.what();
        }
    }

  private:
    int heads(int tensor) const { return tensor == 0 ? problem_.heads : problem_.kv_heads; }
    void store(int tensor, int64_t at, float value) {
        auto& bytes = elements_[tensor];
        if (problem_.dtype == DType::f32) return std::memcpy(bytes.data() + 4 * at, &value, 4), void();
        const uint16_t half = problem_.dtype == DType::f16 ? f16_from_f32(value) : bf16_from_f32(value);
        std::memcpy(bytes.data() + 2 * at, &half, 2);
    }

    Problem problem_;
    std::vector<std::byte> elements_[3];
};

TEST(InputCheck, NamesTheFirstNumberThatIsNotFinite) {
    for (const DType dtype : {DType::f32, DType::f16, DType::bf16})
        for (const int threads : {1, 3}) {
            const Experiment e = small_experiment(dtype);
            Inputs inputs(e);
            EXPECT_EQ(inputs.refusal(threads), "");
            inputs.set(InputTensor::v, 1, 299, 1, 7, -kInfinity);
            EXPECT_EQ(
                inputs.refusal(threads),
                "file: v is -inf at batch 1, token 299, head 1, element 7: only finite numbers are allowed; "
                "--allow-nonfinite runs with them");
            inputs.set(InputTensor::k, 1, 5, 0, 0, kInfinity);
            EXPECT_NE(inputs.refusal(threads).find("k is inf at batch 1, token 5, head 0, element 0"),
                      std::string::npos);
            inputs.set(InputTensor::q, 0, 3, 1, 5,
                       kNaN);  // also where no query attends: head 1 of a dilated group
            EXPECT_NE(inputs.refusal(threads).find("q is nan at batch 0, token 3, head 1, element 5"),
                      std::string::npos);
        }
}

TEST(InputCheck, NamesTheScoreThatIsBeyondF32) {
    for (const DType dtype : {DType::f32, DType::bf16}) {
        const Experiment e = small_experiment(dtype);
        Inputs inputs(e);
        inputs.set(InputTensor::q, 1, 100, 2, 4, 1e20f);
        EXPECT_EQ(inputs.refusal(), "");  // no key is as large
        inputs.set(InputTensor::k, 1, 202, 1, 4, 1e20f);
        EXPECT_EQ(inputs.refusal(), "");  // a later token, which causal attention hides
        inputs.set(InputTensor::k, 1, 94, 1, 3, 1e20f);
        EXPECT_EQ(inputs.refusal(), "");  // another element
        inputs.set(InputTensor::k, 1, 97, 1, 4, -1e20f);
        const std::string refusal = inputs.refusal();
        EXPECT_NE(
            refusal.find("the score of query token 100 and key token 97 (batch 1, head 2) is beyond F32"),
            std::string::npos)
            << refusal;
    }
    Experiment e = small_experiment();
    e.problem.softmax_scale = 1e20;
    Inputs inputs(e);
    EXPECT_EQ(inputs.refusal(), "");
    inputs.set(InputTensor::q, 0, 0, 0, 0, 1e20f);
    EXPECT_NE(inputs.refusal().find("is beyond F32"), std::string::npos);
}

/// Counts how often keys are read.
class CountedSource : public TensorSource {
  public:
    explicit CountedSource(std::shared_ptr<const TensorSource> source) : source_(std::move(source)) {}
    void read(InputTensor tensor, int batch_index, const TokenRun& run, void* target) const override {
        if (tensor == InputTensor::k) ++reads_;
        source_->read(tensor, batch_index, run, target);
    }
    int reads() const { return reads_; }

  private:
    std::shared_ptr<const TensorSource> source_;
    mutable std::atomic<int> reads_{0};
};

TEST(InputCheck, OneLargeNumberIsComparedWithOtherLargeOnesOnly) {
    Experiment e = small_experiment();
    e.problem.batch = 1;
    e.problem.seq_len = 8192;  // 32 blocks of keys and of queries
    e.problem.head_groups = {{64, 1, {}, {}}};
    Inputs inputs(e);
    inputs.set(InputTensor::q, 0, 8000, 0, 0, 1e30f);
    inputs.set(InputTensor::k, 0, 10, 0, 0, 1e30f);  // in another segment: no query sees both
    const Problem problem = resolve(e.problem);
    const CountedSource source(inputs.source());
    require_usable(problem, source, "file", 1, {});
    EXPECT_LT(source.reads(), 100) << "and not each block of keys for each of queries";
}

TEST(InputCheck, StopsWhenAsked) {
    const Experiment e = small_experiment();
    const Inputs inputs(e);
    std::stop_source stopped;
    stopped.request_stop();
    try {
        require_usable(resolve(e.problem), *inputs.source(), "file", 2, stopped.get_token());
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::cancelled);
    }
}

/// On every kind of kernel and accumulator, over rings: the run is refused, or its answer is the reference's.
TEST(InputCheck, ComesThroughAsTheReferenceSaysWhenAllowed) {
    for (const DType dtype : {DType::f32, DType::f16, DType::bf16})
        for (const Accumulator accumulator : {Accumulator::lse, Accumulator::online_softmax})
            for (const Mixing mixing : {Mixing::head_groups, Mixing::longnet})
                for (const InputTensor tensor : {InputTensor::q, InputTensor::k, InputTensor::v})
                    for (const float value : {kNaN, kInfinity, -kInfinity}) {
                        Experiment e = small_experiment(dtype);
                        e.ring.accumulator = accumulator;
                        e.problem.mixing = mixing;
                        Inputs inputs(e);
                        inputs.set(tensor, 1, 130, 1, 5, value);
                        RunOptions options;
                        options.input = inputs.source();
                        options.verify = true;
                        EXPECT_EQ(execute(e, options, {})->error_kind, ErrorKind::bad_input);
                        options.allow_nonfinite = true;
                        const auto run = execute(e, options, {});
                        ASSERT_EQ(run->state, RunState::done) << run->error;
                        ASSERT_TRUE(run->verification.has_value());
                        EXPECT_TRUE(run->verification->passed)
                            << static_cast<int>(dtype) << " tensor " << static_cast<int>(tensor) << " "
                            << value << ": " << run->verification->wrong_empty_rows << " rows, first token "
                            << run->verification->first_wrong_empty.token << " head "
                            << run->verification->first_wrong_empty.head;
                        bool any = false;
                        const int64_t n = e.problem.seq_len;
                        for (int64_t token = 0; token < n; ++token)
                            for (int head = 0; head < 4; ++head)
                                any = any || !std::isfinite(run->output->o_row(1, token, head)[5]);
                        EXPECT_TRUE(any || value == -kInfinity || tensor != InputTensor::v);
                    }
}

}  // namespace
}  // namespace ringscope
