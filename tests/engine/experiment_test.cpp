#include "engine/experiment/experiment.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "engine/base/error.h"
#include "engine/experiment/experiment_fields.h"
#include "engine/experiment/problem.h"
#include "engine/experiment/scenarios.h"
#include "engine/plan/schedule.h"
#include "tests/random_problem.h"

namespace ringscope {
namespace {

/// Whether validate() finds exactly one problem, at `path`, that names `value`.
void expect_problem(const Experiment& e, const std::string& path, const std::string& value) {
    const auto problems = validate(e);
    ASSERT_EQ(problems.size(), 1u) << path
                                   << (problems.size() > 1 ? problems[1].path + problems[1].message : "");
    EXPECT_EQ(problems[0].path, path);
    EXPECT_NE(problems[0].message.find(value), std::string::npos) << problems[0].message;
}

TEST(Experiment, ScenariosAreValidAndNamedOnce) {
    for (const Scenario& scenario : scenarios()) {
        EXPECT_TRUE(validate(scenario.experiment).empty()) << scenario.name;
        EXPECT_EQ(find_scenario(scenario.name), &scenario);
        for (const Scenario& other : scenarios())
            EXPECT_TRUE(&other == &scenario || !(other.experiment == scenario.experiment)) << other.name;
    }
    EXPECT_EQ(find_scenario("no such"), nullptr);
}

TEST(Experiment, EveryScalarFieldReadsItsOwnText) {
    std::mt19937 random(3);
    for (int round = 0; round < 200; ++round) {
        const Experiment original = random_experiment(random);
        Experiment copy = original;
        copy.ring = {};
        copy.backend = {};
        copy.input = {};
        const auto groups = original.problem.head_groups;
        copy.problem = {};
        copy.problem.head_groups = groups;
        visit_fields(original, [&](const Field& field, const auto&) {
            if (std::string(field.path) != "problem.head_groups")
                set_field(copy, field.path, field_text(original, field.path));
        });
        EXPECT_TRUE(copy == original) << describe(original);
    }
}

TEST(Experiment, TextThatDoesNotReadIsRefusedAndNamed) {
    const char* bad[][2] = {{"ring.ranks", "three"},
                            {"ring.ranks", "3.5"},
                            {"ring.ranks", ""},
                            {"ring.ranks", "99999999999999"},
                            {"ring.overlap", "yes"},
                            {"ring.layout", "spiral"},
                            {"problem.dtype", "f64"},
                            {"problem.softmax_scale", "nan"},
                            {"ring.stripe_block", "0"},
                            {"problem.head_groups", "[]"},
                            {"ring.timeout_seconds", "1e999"},
                            {"ring.rank", "3"}};
    for (const auto& [path, text] : bad) {
        Experiment e = default_experiment();
        try {
            set_field(e, path, text);
            ADD_FAILURE() << path << " = " << text;
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), ErrorKind::bad_input);
            EXPECT_NE(std::string(error.what()).find(path), std::string::npos) << error.what();
        }
        EXPECT_TRUE(e == default_experiment()) << path;
    }
}

TEST(Experiment, EachRuleNamesItsFieldAndValue) {
    const auto changed = [](auto&& change) {
        Experiment e = default_experiment();
        change(e);
        return e;
    };
    expect_problem(changed([](auto& e) { e.problem.seq_len = 0; }), "problem.seq_len", "0");
    expect_problem(changed([](auto& e) { e.problem.head_dim = 300; }), "problem.head_dim", "300");
    expect_problem(changed([](auto& e) { e.problem.kv_heads = 5; }), "problem.kv_heads", "5");
    expect_problem(changed([](auto& e) { e.problem.batch = -1; }), "problem.batch", "-1");
    expect_problem(changed([](auto& e) { e.problem.head_groups.clear(); }), "problem.head_groups",
                   "0 groups");
    expect_problem(changed([](auto& e) { e.problem.head_groups[0].heads = 11; }), "problem.head_groups",
                   "13");
    expect_problem(changed([](auto& e) { e.problem.head_groups[1].dilation_rate = 4097; }),
                   "problem.head_groups[1].dilation_rate", "4097");
    expect_problem(changed([](auto& e) {
                       e.problem.head_groups[2].offset = {Offset::Rule::fixed, 4};
                   }),
                   "problem.head_groups[2].offset", "4");
    expect_problem(changed([](auto& e) { e.problem.head_groups[0].segment_length = 0; }),
                   "problem.head_groups[0].segment_length", "0");
    expect_problem(
        changed([](auto& e) { e.problem.softmax_scale = std::numeric_limits<double>::infinity(); }),
        "problem.softmax_scale", "inf");
    for (const double scale : {1e300, -1e21})  // times a score they leave F32
        expect_problem(changed([&](auto& e) { e.problem.softmax_scale = scale; }), "problem.softmax_scale",
                       "F32");
    expect_problem(changed([](auto& e) { e.ring.ranks = 0; }), "ring.ranks", "0");
    expect_problem(changed([](auto& e) { e.ring.ranks = 5000; }), "ring.ranks", "5000");
    expect_problem(changed([](auto& e) { e.ring.timeout_seconds = std::nan(""); }), "ring.timeout_seconds",
                   "nan");
    expect_problem(changed([](auto& e) { e.backend.threads = -2; }), "backend.threads", "-2");
    expect_problem(changed([](auto& e) { e.problem.head_groups[0].segment_length = int64_t{1} << 40; }),
                   "problem.head_groups[0].segment_length", "1099511627776");
    expect_problem(changed([](auto& e) {
                       e.problem.seq_len = int64_t{1} << 30;
                       e.problem.batch = 4096;
                   }),
                   "problem.seq_len", "batch x seq_len x heads x head_dim");
    expect_problem(changed([](auto& e) {
                       e.problem.seq_len = int64_t{1} << 30;
                       e.problem.head_groups = {{int64_t{1} << 30, 1, {}, {}}};
                   }),
                   "problem.seq_len", "query-key pairs");
}

/// The undefined behaviour sanitizer watches the sums.
TEST(Experiment, TheLargestOnesArePlannedWithinSixtyFourBits) {
    const int64_t longest = (int64_t{1} << 31) - 1;
    Experiment e;
    e.problem.head_dim = 256;
    for (const Strategy strategy : {Strategy::ring, Strategy::all_gather, Strategy::single})
        for (const Layout layout : {Layout::contiguous, Layout::zigzag, Layout::striped})
            for (const bool prune : {false, true}) {
                e.ring.strategy = strategy;
                e.ring.layout = layout;
                e.ring.prune = prune;
                e.ring.ranks = 128;
                e.problem.seq_len = longest;
                e.problem.heads = 128;
                e.problem.batch = 1;
                e.problem.head_groups = {{longest, 1024, {}, {}}, {longest, 4099, {}, {}}};
                ASSERT_TRUE(validate(e).empty());
                EXPECT_GT(plan(e).pairs_planned, 0);
                e.problem.seq_len = 1 << 18;
                e.problem.heads = 1 << 10;
                e.problem.batch = 1 << 10;
                e.problem.head_groups = {{1 << 18, 1, {}, {}}};
                ASSERT_TRUE(validate(e).empty());
                EXPECT_GT(plan(e).pairs_planned, 0);
            }
}

TEST(Experiment, HeadsSplitEvenlyWithTheFirstGroupsOneMore) {
    ProblemSpec spec = default_experiment().problem;
    spec.heads = 11;
    const auto counts = [&] {
        std::vector<int> list;
        for (const HeadRange& range : heads_of_groups(spec)) list.push_back(range.count);
        return list;
    };
    EXPECT_EQ(counts(), (std::vector<int>{4, 4, 3}));
    spec.head_groups[1].heads = 2;
    EXPECT_EQ(counts(), (std::vector<int>{5, 2, 4}));
    spec.mixing = Mixing::longnet;
    spec.head_groups[1].heads.reset();
    EXPECT_EQ(counts(), (std::vector<int>{11, 11, 11}));
}

TEST(Experiment, OffsetsFollowTheNamedRule) {
    ProblemSpec spec;
    spec.seq_len = 32;
    spec.heads = 6;
    spec.head_dim = 1;
    spec.head_groups = {{16, 4, {}, {}}, {32, 4, {}, {}}};
    const auto offset_of_head = [&](int group, int head) -> int64_t {
        for (const Pattern& pattern : resolve(spec).patterns)
            for (int h : pattern.heads)
                if (pattern.group == group && h == head) return pattern.offset;
        return -1;
    };
    EXPECT_EQ(offset_of_head(0, 2), 0);
    EXPECT_EQ(offset_of_head(1, 3), 1);
    spec.mixing = Mixing::longnet;
    for (int head = 0; head < 6; ++head) EXPECT_EQ(offset_of_head(0, head), head % 4);
    spec.head_groups[0].offset.rule = Offset::Rule::per_head_block;
    for (int head = 0; head < 6; ++head) EXPECT_EQ(offset_of_head(0, head), head / 2);
    spec.head_groups[0].offset = {Offset::Rule::fixed, 3};
    EXPECT_EQ(offset_of_head(0, 5), 3);
}

}  // namespace
}  // namespace ringscope
