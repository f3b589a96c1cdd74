// The verifier is tested itself: right answers to data that rounds badly pass, and whatever is planted into a right
// answer is found. RINGSCOPE_ROUNDS multiplies both numbers: 10 is ten thousand right runs and ten thousand planted
// errors.
#include "engine/run/verify.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

#include "engine/analysis/verification_text.h"
#include "engine/experiment/dtype.h"
#include "engine/run/execute.h"
#include "engine/run/reference.h"
#include "tests/random_problem.h"

namespace ringscope {
namespace {

constexpr double kEverything = 1e12;

int rounds(int once) {
    const char* factor = std::getenv("RINGSCOPE_ROUNDS");
    return once * std::max(1, factor ? std::atoi(factor) : 1);
}

// Inputs.

enum class Data {
    normal,
    small_values,    // v near 1e-20
    tiny_values,     // v among the smallest numbers of its type
    large_scores,    // near 500
    immense_scores,  // near 1e7
    constant,        // every element 0.1: sums round in one direction
    ramp,            // by token: long sums grow, then shrink
    two_words,       // rows are one of two
    needle,          // one key wins by far, all others are alike
    one_signed,      // all positive
    kinds,
};

const char* name_of_data(Data data) {
    static constexpr const char* names[] = {"normal",         "small values", "tiny values", "large scores",
                                            "immense scores", "constant",     "ramp",        "two words",
                                            "needle",         "one signed"};
    return names[static_cast<int>(data)];
}

/// Values of a kind, made from those of the generator.
class ShapedSource final : public TensorSource {
  public:
    ShapedSource(const Problem& problem, uint64_t seed, Data data)
        : problem_(problem), generated_(make_generated_source(in_f32(problem), seed)), data_(data) {}

    void read(InputTensor tensor, int batch_index, const TokenRun& run, void* target) const override {
        const int heads = tensor == InputTensor::q ? problem_.heads : problem_.kv_heads;
        const int64_t row = int64_t{heads} * problem_.head_dim;
        std::vector<float> values(static_cast<size_t>(row * run.count));
        for (int64_t i = 0; i < run.count; ++i) {
            const int64_t token = run.at(i);
            const int64_t word = data_ == Data::two_words ? token * token % 7 % 2 : token;
            generated_->read(tensor, batch_index, {word, 1, 1}, values.data() + i * row);
            for (int64_t x = 0; x < row; ++x) {
                float& value = values[static_cast<size_t>(i * row + x)];
                value = shaped(tensor, token, value);
            }
        }
        store(values, target);
    }

  private:
    static Problem in_f32(Problem problem) {
        problem.dtype = DType::f32;
        return problem;
    }
    float shaped(InputTensor tensor, int64_t token, float normal) const {
        const bool is_v = tensor == InputTensor::v;
        const float half = problem_.dtype == DType::f16 ? 1 : 0;  // F16 has a small range
        switch (data_) {
            case Data::small_values:
                return is_v ? normal * (half ? 1e-3f : 1e-20f) : normal;
            case Data::tiny_values:
                return is_v ? normal * (half ? 1e-7f : 1e-38f) : normal;
            case Data::large_scores:
                return is_v ? normal : normal * 12;
            case Data::immense_scores:
                return is_v ? normal : normal * (half ? 250.0f : 2000.0f);
            case Data::constant:
                return 0.1f;
            case Data::ramp:
                return static_cast<float>(token) / static_cast<float>(problem_.seq_len) - 0.5f;
            case Data::needle:
                if (is_v) return normal;
                if (tensor == InputTensor::q) return 0.7f;
                return token == problem_.seq_len / 3 ? 3.0f : 0.3f;
            case Data::one_signed:
                return std::abs(normal) + 0.1f;
            default:
                return normal;
        }
    }
    void store(const std::vector<float>& values, void* target) const {
        if (problem_.dtype == DType::f32) {
            std::copy(values.begin(), values.end(), static_cast<float*>(target));
            return;
        }
        auto* bits = static_cast<uint16_t*>(target);
        for (const float value : values)
            *bits++ = problem_.dtype == DType::f16 ? f16_from_f32(value) : bf16_from_f32(value);
    }

    Problem problem_;
    std::unique_ptr<TensorSource> generated_;
    Data data_;
};

// Right answers.

struct RightRun {
    Experiment experiment;
    Data data = Data::normal;
    std::shared_ptr<const ShapedSource> source;
    std::shared_ptr<const Run> run;

    std::string words() const {
        return std::string(name_of_data(data)) + ", " + name_of(experiment.problem.dtype) + ", " +
               run->kernel + ", " + describe(experiment);
    }
    Verification check(const RunOutput& output) const {
        return verify(*run->schedule, *source, output, {run->rounding, 1, kEverything}, {});
    }
};

/// The engine's own answer, verified there.
RightRun right_run(std::mt19937& random, const Experiment& experiment, Data data) {
    RightRun right;
    right.experiment = experiment;
    right.experiment.backend.threads = 1;
    right.data = data;
    right.source = std::make_shared<ShapedSource>(resolve(experiment.problem), random(), data);
    RunOptions options;
    options.input = right.source;
    options.input_name = "shaped";
    options.keep_output = true;
    options.verify = true;
    right.run = execute(right.experiment, options, {});
    return right;
}

TEST(Verifier, RaisesNoFalseAlarm) {
    std::mt19937 random(5);
    double worst = 0;
    for (int round = 0; round < rounds(1000); ++round) {
        Experiment experiment = random_experiment(random, {200, 8, 24});
        const RightRun right =
            right_run(random, experiment, static_cast<Data>(round % static_cast<int>(Data::kinds)));
        ASSERT_EQ(right.run->state, RunState::done) << right.run->error;
        const Verification& v = *right.run->verification;
        // Where alike keys have scores of a million, it says that it cannot judge; never that the answer is wrong.
        const bool cannot_judge = right.data == Data::immense_scores && v.unjudged_rows == v.checked_rows;
        EXPECT_TRUE(v.passed || (cannot_judge && v.wrong_o_rows + v.wrong_lse_rows + v.wrong_empty_rows == 0))
            << verification_line(v) << "\n"
            << right.words();
        worst = std::max(worst, v.error_share());
        if (HasFailure()) return;
    }
    RecordProperty("worst_share", std::to_string(worst));
    EXPECT_GT(worst, 0.02) << "a bound that nothing comes near judges nothing";
}

TEST(Verifier, RaisesNoFalseAlarmAtLongRows) {
    std::mt19937 random(6);
    for (int kind = 0; kind < static_cast<int>(Data::kinds); ++kind)
        for (const DType dtype : {DType::f32, DType::f16, DType::bf16}) {
            Experiment experiment;
            experiment.problem.seq_len = 1000;
            experiment.problem.heads = 1;
            experiment.problem.head_dim = kind % 2 == 0 ? 64 : 128;
            experiment.problem.dtype = dtype;
            experiment.problem.causal = kind % 3 == 0;
            experiment.problem.head_groups = {{1000, 1, {}, {}}};
            experiment.ring.ranks = 3;
            const RightRun right = right_run(random, experiment, static_cast<Data>(kind));
            ASSERT_EQ(right.run->state, RunState::done) << right.run->error;
            EXPECT_TRUE(right.run->verification->passed)
                << verification_line(*right.run->verification) << "\n"
                << right.words();
        }
}

// Planted errors.

/// A right answer with some rows replaced.
class PlantedOutput final : public RunOutput {
  public:
    PlantedOutput(const Problem& problem, const RunOutput& right) : problem_(problem) {
        const auto d = static_cast<size_t>(problem.head_dim);
        for (int b = 0; b < problem.batch; ++b)
            for (int64_t token = 0; token < problem.seq_len; ++token)
                for (int head = 0; head < problem.heads; ++head) {
                    const float* row = right.o_row(b, token, head);
                    o_.insert(o_.end(), row, row + d);
                    lse_.push_back(right.lse(b, head, token));
                }
    }
    const float* o_row(int batch_index, int64_t token, int head) const override {
        return o_.data() + place(batch_index, token, head) * static_cast<size_t>(problem_.head_dim);
    }
    float lse(int batch_index, int head, int64_t token) const override {
        return lse_[place(batch_index, token, head)];
    }
    std::span<float> o(int batch_index, int64_t token, int head) {
        return {const_cast<float*>(o_row(batch_index, token, head)), static_cast<size_t>(problem_.head_dim)};
    }
    float& lse_of(int batch_index, int64_t token, int head) { return lse_[place(batch_index, token, head)]; }

  private:
    size_t place(int batch_index, int64_t token, int head) const {
        return static_cast<size_t>((batch_index * problem_.seq_len + token) * problem_.heads + head);
    }
    const Problem& problem_;
    std::vector<float> o_, lse_;
};

enum class Plant {
    zero_row,
    zero_head,
    other_row,      // a row of another token
    swapped_ranks,  // two equal parts of the sequence in each other's place
    key_twice,
    key_missing,
    wrong_element,  // by 5% of the values
    wrong_sign,
    lse_of_other_row,
    lse_in_log2,
    lse_off,  // by 0.001, or a thousandth of itself
    not_a_number,
    seen_no_key,
    kinds,
};

const char* name_of_plant(Plant plant) {
    static constexpr const char* names[] = {
        "zero row",    "zero head",     "other row",  "swapped ranks",    "key twice",
        "key missing", "wrong element", "wrong sign", "LSE of other row", "LSE in log2",
        "LSE off",     "not a number",  "seen no key"};
    return names[static_cast<int>(plant)];
}

class Planter {
  public:
    Planter(std::mt19937& random, const RightRun& right)
        : random_(random),
          right_(right),
          problem_(right.run->schedule->problem),
          out_(problem_, *right.run->output) {}

    /// Null when this answer has no place for it, such as a second row.
    const RunOutput* plant(Plant plant);

  private:
    struct Place {
        int batch_index;
        int64_t token;
        int head;
    };
    int64_t pick(int64_t count) { return std::uniform_int_distribution<int64_t>(0, count - 1)(random_); }
    /// A row that has seen a key.
    std::optional<Place> row() {
        for (int attempt = 0; attempt < 40; ++attempt) {
            const Place place{static_cast<int>(pick(problem_.batch)), pick(problem_.seq_len),
                              static_cast<int>(pick(problem_.heads))};
            if (std::isfinite(out_.lse(place.batch_index, place.head, place.token))) return place;
        }
        return {};
    }
    std::span<float> o(const Place& place) { return out_.o(place.batch_index, place.token, place.head); }
    float& lse(const Place& place) { return out_.lse_of(place.batch_index, place.token, place.head); }
    /// The same head and batch entry, another token.
    std::optional<Place> other(const Place& place) {
        for (int attempt = 0; attempt < 40; ++attempt) {
            Place second = place;
            second.token = pick(problem_.seq_len);
            if (std::isfinite(out_.lse(second.batch_index, second.head, second.token)) &&
                differs(place, second))
                return second;
        }
        return {};
    }
    double largest(std::span<const float> row) const {
        double largest = 0;
        for (const float x : row) largest = std::max(largest, std::abs(double{x}));
        return largest;
    }
    /// By more than a tenth of the larger.
    bool differs(const Place& a, const Place& b) {
        double difference = 0;
        for (size_t i = 0; i < o(a).size(); ++i)
            difference = std::max(difference, std::abs(double{o(a)[i]} - o(b)[i]));
        return difference > 0.1 * std::max(largest(o(a)), largest(o(b)));
    }
    bool plant_in_o(Plant plant, const Place& place);
    bool plant_in_lse(Plant plant, const Place& place);
    bool swap_ranks();
    /// `factor` 1: used twice, -1: left out.
    bool reweigh_key(double factor);

    std::mt19937& random_;
    const RightRun& right_;
    const Problem& problem_;
    PlantedOutput out_;
};

bool Planter::swap_ranks() {
    const int64_t part = problem_.seq_len / 2;
    bool changed = false;
    for (int b = 0; b < problem_.batch; ++b)
        for (int64_t token = 0; token < part; ++token)
            for (int head = 0; head < problem_.heads; ++head) {
                const Place a{b, token, head}, c{b, token + part, head};
                changed = changed || (std::isfinite(lse(a)) && std::isfinite(lse(c)) && differs(a, c));
                std::swap_ranges(o(a).begin(), o(a).end(), o(c).begin());
                std::swap(lse(a), lse(c));
            }
    return changed;
}

bool Planter::reweigh_key(double factor) {
    for (int attempt = 0; attempt < 40; ++attempt) {
        const auto place = row();
        if (!place) return false;
        std::vector<const Pattern*> of_head;
        for (const Pattern& pattern : problem_.patterns)
            if (std::binary_search(pattern.heads.begin(), pattern.heads.end(), place->head))
                of_head.push_back(&pattern);
        const Pattern& pattern = *of_head[static_cast<size_t>(pick(static_cast<int64_t>(of_head.size())))];
        const TokenRun keys = keys_of_segment(problem_, pattern, place->token / pattern.segment_length);
        if (keys.count == 0) continue;
        const int64_t key = keys.at(pick(keys.count));
        if (!problem_.allowed(pattern, place->token, key)) continue;
        std::vector<double> q, k, v;
        read_as_double(problem_, *right_.source, InputTensor::q, place->batch_index, {place->token, 1, 1}, q);
        read_as_double(problem_, *right_.source, InputTensor::k, place->batch_index, {key, 1, 1}, k);
        read_as_double(problem_, *right_.source, InputTensor::v, place->batch_index, {key, 1, 1}, v);
        const auto d = static_cast<size_t>(problem_.head_dim);
        const size_t query_head = static_cast<size_t>(place->head) * d;
        const size_t kv_head = static_cast<size_t>(problem_.kv_head_of(place->head)) * d;
        double score = 0;
        for (size_t x = 0; x < d; ++x) score += q[query_head + x] * k[kv_head + x];
        const double weight = std::exp(score * problem_.softmax_scale - lse(*place));
        // What weighs less, F32 may round away; what weighs all of it cannot be left out.
        if (weight < 1e-3 || weight > 0.999) continue;
        for (size_t x = 0; x < d; ++x)
            o(*place)[x] =
                static_cast<float>((o(*place)[x] + factor * weight * v[kv_head + x]) / (1 + factor * weight));
        lse(*place) += static_cast<float>(std::log1p(factor * weight));
        return true;
    }
    return false;
}

void fill_with_zeros(std::span<float> row) { std::fill(row.begin(), row.end(), 0.0f); }

bool Planter::plant_in_o(Plant plant, const Place& place) {
    const std::span<float> row = o(place);
    const auto second = other(place);
    if (plant == Plant::other_row && second) {
        std::copy(o(*second).begin(), o(*second).end(), row.begin());
        return true;
    }
    const double size = largest(row);
    if (size == 0) return false;
    switch (plant) {
        case Plant::zero_row:
            fill_with_zeros(row);
            return true;
        case Plant::zero_head:
            for (int64_t token = 0; token < problem_.seq_len; ++token)
                fill_with_zeros(out_.o(place.batch_index, token, place.head));
            return true;
        case Plant::wrong_element:
            row[0] += static_cast<float>(0.05 * size);
            return true;
        case Plant::wrong_sign:
            for (float& x : row)
                if (std::abs(double{x}) == size) x = -x;
            return true;
        default:
            return false;
    }
}

bool Planter::plant_in_lse(Plant plant, const Place& place) {
    float& value = lse(place);
    const auto second = other(place);
    switch (plant) {
        case Plant::lse_of_other_row:
            if (!second || std::abs(lse(*second) - value) <= 1e-3 * std::abs(value)) return false;
            value = lse(*second);
            return true;
        case Plant::lse_in_log2:
            value *= 1.442695f;
            return std::abs(value) > 1e-2;
        case Plant::lse_off:
            value += std::max(1e-3f, std::abs(value) * 1e-3f);
            return true;
        default:
            return false;
    }
}

const RunOutput* Planter::plant(Plant plant) {
    const auto place = row();
    if (!place) return nullptr;
    bool done = true;
    switch (plant) {
        case Plant::swapped_ranks:
            done = swap_ranks();
            break;
        case Plant::key_twice:
            done = reweigh_key(1);
            break;
        case Plant::key_missing:
            done = reweigh_key(-1);
            break;
        case Plant::not_a_number:
            o(*place)[0] = std::numeric_limits<float>::quiet_NaN();
            break;
        case Plant::seen_no_key:
            lse(*place) = -std::numeric_limits<float>::infinity();
            fill_with_zeros(o(*place));
            break;
        default:
            done = plant_in_o(plant, *place) || plant_in_lse(plant, *place);
    }
    return done ? &out_ : nullptr;
}

TEST(Verifier, FindsWhatIsPlanted) {
    std::mt19937 random(7);
    int planted = 0;
    int found = 0;
    std::string missed;
    for (int round = 0; planted < rounds(1000); ++round) {
        ASSERT_LT(round, rounds(20000)) << "too few answers have a place for an error";
        const auto data = static_cast<Data>(round % static_cast<int>(Data::kinds));
        // Of these, wrong rows are right rows: all are alike, or nothing of them is left in F32.
        if (data == Data::tiny_values || data == Data::constant || data == Data::immense_scores) continue;
        const RightRun right = right_run(random, random_experiment(random, {150, 8, 24}), data);
        ASSERT_TRUE(right.run->verification && right.run->verification->passed) << right.words();
        const auto plant = static_cast<Plant>(planted % static_cast<int>(Plant::kinds));
        Planter planter(random, right);
        const RunOutput* output = planter.plant(plant);
        if (output == nullptr) continue;
        ++planted;
        const Verification v = right.check(*output);
        if (!v.passed) {
            ++found;
            EXPECT_FALSE(failures_of(v).empty());
        } else {
            missed += std::string(name_of_plant(plant)) + ": " + right.words() + "\n";
        }
    }
    RecordProperty("planted", planted);
    RecordProperty("found", found);
    EXPECT_GE(found, planted - planted / 1000) << missed;
}

}  // namespace
}  // namespace ringscope
