// Experiment files: what is right is read, what is wrong is named, all of it in one line.
#include "sessions/experiment_file.h"

#include <set>
#include <type_traits>

#include <gtest/gtest.h>

#include "engine/experiment/experiment_fields.h"
#include "engine/experiment/scenarios.h"
#include "tests/scratch_folder.h"

namespace ringscope {
namespace {

using testing::error_of;
using testing::ScratchFolder;
using testing::write_file;

constexpr const char* kSmallest =
    R"({"problem": {"seq_len": 64, "heads": 4, "head_dim": 8, "head_groups": [{"segment_length": 16}]}})";

std::string error_in(const std::string& text, std::vector<FieldSetting> settings = {}) {
    return error_of(ErrorKind::bad_input, [&] { parse_experiment(text, "f.json", settings); });
}

/// kSmallest with more members in "problem" and beside it.
std::string with(const std::string& problem, const std::string& beside = "") {
    return R"({"problem": {"seq_len": 64, "heads": 4, "head_dim": 8, "head_groups": [{"segment_length": 16}])" +
           problem + "}" + beside + "}";
}

TEST(ExperimentFile, WhatIsLeftOutHasItsDefault) {
    Experiment expected;
    expected.problem.seq_len = 64;
    expected.problem.heads = 4;
    expected.problem.head_dim = 8;
    expected.problem.head_groups = {{16, 1, {}, {}}};
    EXPECT_EQ(parse_experiment(kSmallest, "f.json"), expected);
}

TEST(ExperimentFile, EveryFieldComesBackFromItsText) {
    for (const Scenario& scenario : scenarios())
        EXPECT_EQ(parse_experiment(experiment_to_json(scenario.experiment), "f.json"), scenario.experiment);
    Experiment e = default_experiment();
    e.problem = {2, 96, 6, 3, 16, DType::bf16, true, 0.1, Queries::all, Mixing::head_groups, {}};
    e.problem.head_groups = {{32, 4, 2, {Offset::Rule::fixed, 3}},
                             {64, 2, {}, {Offset::Rule::per_head, 0}},
                             {96, 3, 1, {Offset::Rule::per_head_block, 0}}};
    e.ring = {7,      Layout::striped, {0},   Strategy::all_gather,
              false,  false,           false, Accumulator::online_softmax,
              1.0 / 3};
    e.backend = {"cpu", "shared", "scalar", 3};
    e.input.seed = 18446744073709551615u;
    EXPECT_EQ(parse_experiment(experiment_to_json(e), "f.json"), e);
}

TEST(ExperimentFile, OffsetsStripesAndNulls) {
    const Experiment e = parse_experiment(
        R"({"problem": {"seq_len": 64, "heads": 4, "head_dim": 8, "kv_heads": null, "softmax_scale": null,
            "head_groups": [{"segment_length": 16, "dilation_rate": 2, "offset": "per_head", "heads": null},
                            {"segment_length": 16, "offset": null}, {"segment_length": 16, "offset": 0}]},
            "ring": {"stripe_block": "auto", "timeout_seconds": 5}})",
        "f.json");
    EXPECT_EQ(e.problem.head_groups[0].offset.rule, Offset::Rule::per_head);
    EXPECT_EQ(e.problem.head_groups[1].offset.rule, Offset::Rule::automatic);
    EXPECT_EQ(e.problem.head_groups[2].offset.rule, Offset::Rule::fixed);
    EXPECT_TRUE(e.ring.stripe_block.automatic());
    EXPECT_FALSE(e.problem.kv_heads || e.problem.softmax_scale || e.problem.head_groups[0].heads);
}

TEST(ExperimentFile, UnknownKeysAreNamedWithTheNearestKnownOne) {
    EXPECT_EQ(error_in(with(R"(, "seqlen": 5)")),
              "f.json: problem.seqlen: unknown key; did you mean seq_len?");
    EXPECT_EQ(error_in(with("", R"(, "rings": {})")), "f.json: rings: unknown key; did you mean ring?");
    EXPECT_EQ(
        error_in(with("", R"(, "ring": {"xyzzy": 1}, "input": {"x": 1})")),
        "f.json: ring.xyzzy: unknown key; known are ranks, layout, stripe_block, strategy, overlap, "
        "dilate_before_send, prune, accumulator, timeout_seconds; input.x: unknown key; known are seed");
    EXPECT_EQ(error_in(R"({"problem": {"seq_len": 64, "heads": 4, "head_dim": 8,
                          "head_groups": [{"segment_length": 16, "xyzzy": 2}]}})"),
              "f.json: problem.head_groups[0].xyzzy: unknown key; known are segment_length, dilation_rate, "
              "heads, offset");
}

TEST(ExperimentFile, IllTypedValuesNamePathValueAndWhatIsAllowed) {
    const struct {
        const char* problem;
        const char* message;
    } cases[] = {
        {R"(, "batch": 1.0)", "problem.batch: 1.0 is not allowed: a whole number up to 2147483647"},
        {R"(, "batch": "2")", "problem.batch: \"2\" is not allowed: a whole number up to 2147483647"},
        {R"(, "batch": 4294967297)",
         "problem.batch: 4294967297 is not allowed: a whole number up to 2147483647"},
        {R"(, "batch": 1e30)", "problem.batch: 1e+30 is not allowed: a whole number up to 2147483647"},
        {R"(, "causal": 1)", "problem.causal: 1 is not allowed: true or false"},
        {R"(, "dtype": "f64")", "problem.dtype: \"f64\" is not allowed: one of \"f32\", \"f16\", \"bf16\""},
        {R"(, "dtype": 32)", "problem.dtype: 32 is not allowed: one of \"f32\", \"f16\", \"bf16\""},
        {R"(, "softmax_scale": "small")", "problem.softmax_scale: \"small\" is not allowed: a finite number"},
        {R"(, "kv_heads": [1])",
         "problem.kv_heads: [1] is not allowed: null or a whole number up to 2147483647"},
    };
    for (const auto& c : cases) EXPECT_EQ(error_in(with(c.problem)), std::string("f.json: ") + c.message);
    const std::string ring = R"(, "ring": {"stripe_block": 0})";
    EXPECT_EQ(error_in(with("", ring)),
              "f.json: ring.stripe_block: 0 is not allowed: \"auto\" or a whole number from 1");
    EXPECT_EQ(error_in(with("", R"(, "input": {"seed": -1})")),
              "f.json: input.seed: -1 is not allowed: a whole number from 0 to 18446744073709551615");
    EXPECT_EQ(error_in(with("", R"(, "ring": [])")), "f.json: ring: [] is not allowed: an object");
    EXPECT_EQ(error_in("[]"), "f.json: [] is not allowed: an object with \"problem\"");
}

TEST(ExperimentFile, AllProblemsStandInOneLine) {
    const std::string message = error_in(
        R"({"problem": {"seq_len": -5, "head_dim": 8, "head_groups": [{"segment_length": 4, "dilation_rate": 8},
            {"offset": true}, 7], "colour": 1}, "ring": {"ranks": 0, "overlap": "yes"}})");
    for (const char* part :
         {"problem.colour: unknown key", "problem.heads: missing", "problem.seq_len: -5 is not allowed",
          "problem.head_groups[1].segment_length: missing",
          "problem.head_groups[1].offset: true is not allowed",
          "problem.head_groups[2]: 7 is not allowed: an object", "ring.overlap: \"yes\" is not allowed",
          "problem.head_groups[0].dilation_rate: 8 is larger", "ring.ranks: 0 is not allowed"})
        EXPECT_NE(message.find(part), std::string::npos) << part << " is not in " << message;
    EXPECT_EQ(message.find("problem.heads: 0"), std::string::npos) << "told once: " << message;
}

TEST(ExperimentFile, DuplicateKeysAreErrors) {
    EXPECT_EQ(error_in(with(R"(, "heads": 4)")), "f.json: \"heads\" stands twice in one object");
}

TEST(ExperimentFile, SyntaxErrorsHaveLineAndColumn) {
    EXPECT_NE(error_in("{\n  \"problem\": {,\n}").find("line 2, column 15"), std::string::npos)
        << error_in("{\n  \"problem\": {,\n}");
    EXPECT_NE(error_in("").find("f.json: not JSON"), std::string::npos);
    EXPECT_NE(error_in("{\"a\": NaN}").find("f.json: not JSON"), std::string::npos);
    EXPECT_NE(error_in("{\"a\": 1e999}").find("f.json: not JSON"), std::string::npos);
    EXPECT_NE(error_in("{\"\xff\": 1}").find("f.json: not JSON"), std::string::npos);
    EXPECT_EQ(error_in(std::string(1'000'000, '[')), "f.json: nested deeper than 32 levels");
    std::string objects;
    for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
    EXPECT_EQ(error_in(objects), "f.json: nested deeper than 32 levels");
}

TEST(ExperimentFile, SettingsComeAfterTheFileAndBeforeTheJudgement) {
    const std::string bad_ranks = with("", R"(, "ring": {"ranks": 0})");
    EXPECT_EQ(
        parse_experiment(bad_ranks, "f.json", std::vector<FieldSetting>{{"ring.ranks", "3"}}).ring.ranks, 3);
    const std::vector<FieldSetting> all{{"problem.seq_len", "64"},
                                        {"problem.heads", "2"},
                                        {"problem.head_dim", "8"},
                                        {"problem.head_groups", R"([{"segment_length": 8, "offset": 0}])"}};
    EXPECT_EQ(parse_experiment("{}", "f.json", all).problem.head_groups[0].segment_length, 8);
    EXPECT_EQ(error_in(kSmallest, {{"ring.rank", "3"}}),
              "f.json: ring.rank: unknown key; did you mean ring.ranks?");
    EXPECT_EQ(error_in(kSmallest, {{"ring.ranks", "many"}}),
              "f.json: ring.ranks: \"many\" is not allowed: a whole number");
    EXPECT_EQ(error_in(kSmallest, {{"problem.head_groups", "[{}]"}}),
              "f.json: problem.head_groups[0].segment_length: missing, and there is no default");
    EXPECT_NE(error_in(kSmallest, {{"problem.head_groups", "[{"}}).find("not JSON"), std::string::npos);
    EXPECT_EQ(parse_setting("a.b=c=d").text, "c=d");
    EXPECT_EQ(error_of(ErrorKind::bad_input, [] { parse_setting("ring.ranks"); }),
              "\"ring.ranks\" is not a setting: FIELD=VALUE, as in ring.ranks=3");
}

TEST(ExperimentFile, AFailedSettingLeavesTheExperimentAlone) {
    Experiment e = default_experiment();
    EXPECT_NE(error_of(ErrorKind::bad_input,
                       [&] { set_experiment_field(e, "problem.head_groups", "[{\"x\":1}]"); }),
              "no error");
    EXPECT_EQ(e, default_experiment());
    set_experiment_field(e, "problem.head_groups", head_groups_to_json({{128, 2, 12, {}}}));
    EXPECT_EQ(e.problem.head_groups, (std::vector<HeadGroup>{{128, 2, 12, {}}}));
}

/// Another value than the one that is there.
template <typename T>
void change(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
        value = !value;
    } else if constexpr (std::is_same_v<T, std::string>) {
        value += "x";
    } else if constexpr (std::is_same_v<T, StripeBlock>) {
        value.tokens = 7;
    } else if constexpr (std::is_same_v<T, std::vector<HeadGroup>>) {
        value.push_back({32, 2, 3, {Offset::Rule::per_head, 0}});
    } else if constexpr (std::is_enum_v<T>) {
        value = static_cast<T>(value == T{} ? 1 : 0);
    } else if constexpr (std::is_arithmetic_v<T>) {
        value += 1;
    } else {
        value.emplace(3);
    }
}

TEST(ExperimentFile, TheCanonicalTextHasWhatDiffersFromTheDefaultsAndNothingElse) {
    // Runs are known again by this text's hash: a field that is added must leave it as it is.
    EXPECT_EQ(canonical_experiment(find_scenario("Tiny 16")->experiment),
              R"({"problem":{"causal":true,"head_dim":4,"head_groups":[{"segment_length":8},)"
              R"({"dilation_rate":2,"segment_length":16}],"heads":2,"seq_len":16}})");
    EXPECT_EQ(canonical_experiment({}), R"({"problem":{"head_groups":[]}})");
    std::set<std::string> texts{canonical_experiment({})};
    size_t fields = 0;
    const Experiment defaults;
    visit_fields(defaults, [&](const Field& field, const auto&) {
        Experiment changed;
        visit_fields(changed, [&](const Field& other, auto& value) {
            if (std::string(other.path) == field.path) change(value);
        });
        const std::string text = canonical_experiment(changed);
        const std::string path = field.path;
        EXPECT_NE(text.find('"' + path.substr(path.find('.') + 1) + "\":"), std::string::npos) << text;
        texts.insert(text);
        ++fields;
    });
    EXPECT_EQ(texts.size(), fields + 1) << "two changes have one text";
}

TEST(ExperimentFile, FilesAreReadAndWrittenWhole) {
    const ScratchFolder folder;
    const std::string path = folder.file("e.json");
    save_experiment(default_experiment(), path);
    EXPECT_EQ(load_experiment(path), default_experiment());
    EXPECT_EQ(folder.files(), 1u) << "no temporary file stays";
    write_file(path, std::string(kMaxExperimentBytes + 1, ' '));
    EXPECT_EQ(error_of(ErrorKind::bad_input, [&] { load_experiment(path); }),
              "cannot read " + path + ": 1048577 bytes are too many: at most 1048576");
    EXPECT_EQ(error_of(ErrorKind::bad_input, [&] { load_experiment(folder.file("none")); }),
              "cannot read " + folder.file("none") + ": No such file or directory");
    EXPECT_EQ(error_of(ErrorKind::bad_input, [&] { load_experiment(folder.path()); }),
              "cannot read " + folder.path() + ": it is a folder");
    EXPECT_EQ(error_of(ErrorKind::bad_input, [&] { load_experiment("/dev/zero"); }),
              "cannot read /dev/zero: it is a device, not a regular file");
    const std::string nowhere = folder.file("nowhere/e.json");
    EXPECT_EQ(error_of(ErrorKind::bad_input, [&] { save_experiment(default_experiment(), nowhere); }),
              "cannot write " + nowhere + ": its folder " + folder.file("nowhere") + " does not exist");
    EXPECT_EQ(error_of(ErrorKind::io, [&] { save_experiment(default_experiment(), "/dev/full"); }),
              "cannot write /dev/full: No space left on device");
}

}  // namespace
}  // namespace ringscope
