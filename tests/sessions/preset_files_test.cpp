// A person's own presets on disk: what is saved is found again, a taken name replaces nothing, a bad file
// hides nothing.
#include "sessions/preset_files.h"

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/experiment/scenarios.h"
#include "tests/scratch_folder.h"

namespace ringscope {
namespace {

using testing::ScratchFolder;
using testing::write_file;

Preset preset(const std::string& name, int ranks) {
    Experiment experiment = default_experiment();
    experiment.ring.ranks = ranks;
    return {name, experiment};
}

std::string refusal(const std::function<void()>& act) {
    try {
        act();
        return "";
    } catch (const Error& error) {
        return error.what();
    }
}

TEST(PresetFiles, AreFoundAgainByNameAndDeleted) {
    const ScratchFolder scratch;
    const std::string folder = scratch.file("deep/presets");
    EXPECT_TRUE(read_presets(folder).presets.empty());
    save_preset(folder, preset("zeta", 3));
    save_preset(folder, preset("Übung 2", 5));
    save_preset(folder, preset("alpha", 2));
    const PresetFolder found = read_presets(folder);
    ASSERT_EQ(found.presets.size(), 3u);
    EXPECT_TRUE(found.problems.empty());
    EXPECT_EQ(found.presets[0].name, "alpha");
    EXPECT_EQ(found.presets[1].experiment, preset("", 3).experiment);
    delete_preset(folder, "zeta");
    EXPECT_EQ(read_presets(folder).presets.size(), 2u);
    EXPECT_NE(refusal([&] { delete_preset(folder, "zeta"); }).find("'zeta'"), std::string::npos);
}

TEST(PresetFiles, RefuseATakenNameInOneLineAndReplaceNothing) {
    const ScratchFolder scratch;
    save_preset(scratch.path(), preset("mine", 3));
    for (const std::string name : {"mine", "Hybrid"}) {
        const std::string why = refusal([&] { save_preset(scratch.path(), preset(name, 7)); });
        EXPECT_NE(why.find("'" + name + "' already"), std::string::npos) << why;
        EXPECT_EQ(why.find('\n'), std::string::npos);
    }
    ASSERT_EQ(read_presets(scratch.path()).presets.size(), 1u);
    EXPECT_EQ(read_presets(scratch.path()).presets[0].experiment.ring.ranks, 3);
}

TEST(PresetFiles, RefuseNamesThatAreNoFileNames) {
    const ScratchFolder scratch;
    const std::vector<std::string> names = {
        "", "  ", "a/b", "../up", ".hidden", "a\nb", std::string(61, 'x')};
    for (const std::string& name : names) {
        EXPECT_NE(preset_name_problem(name, {}), "") << name;
        EXPECT_NE(refusal([&] { save_preset(scratch.path(), preset(name, 2)); }), "") << name;
    }
    EXPECT_EQ(scratch.files(), 0u);
    EXPECT_EQ(preset_name_problem("long segments, 8 ranks", {}), "");
    write_file(scratch.file("outside.json"), "{}");
    EXPECT_NE(refusal([&] { delete_preset(scratch.path() + "/presets", "../outside"); }), "");
    EXPECT_EQ(scratch.files(), 1u);
}

TEST(PresetFiles, LeaveOutWhatCannotBeReadAndSayWhy) {
    const ScratchFolder scratch;
    save_preset(scratch.path(), preset("good", 3));
    write_file(scratch.file("bad.json"), "{\"problem\": 7}");
    write_file(scratch.file("notes.txt"), "not a preset");
    const PresetFolder found = read_presets(scratch.path());
    ASSERT_EQ(found.presets.size(), 1u);
    ASSERT_EQ(found.problems.size(), 1u);
    EXPECT_NE(found.problems[0].find("bad.json"), std::string::npos);
    EXPECT_NE(refusal([&] { save_preset(scratch.path(), preset("bad", 3)); }).find("bad.json"),
              std::string::npos);
}

}  // namespace
}  // namespace ringscope
