// Machine files: what is written is read again, what is wrong is named, and machines are found by name.
#include "sessions/machines/machine_file.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/base/error.h"
#include "sessions/experiment_file.h"
#include "sessions/machines/machine_folder.h"
#include "sessions/traces/chrome_trace_import.h"
#include "tests/scratch_folder.h"

namespace ringscope {
namespace {

using Json = nlohmann::ordered_json;
using testing::error_of;
using testing::ScratchFolder;
using testing::write_file;

/// 8 GPUs in 2 hosts, every member with a value of its own.
Json full() { return Json::parse(testing::read_file(RINGSCOPE_MACHINE_CORPUS "/shared.json")); }

std::string refusal(const Json& json) {
    return error_of(ErrorKind::bad_input, [&] { parse_machine(json.dump(), "m.json"); });
}

TEST(MachineFile, WhatIsWrittenIsReadAgain) {
    const MachineModel machine = parse_machine(full().dump(), "m.json");
    EXPECT_EQ(machine.name, "two-boxes");
    EXPECT_EQ(machine.device.kind, DeviceKind::cpu);
    EXPECT_EQ(machine.device.peaks.at(0).flops_per_second, 312e12);
    EXPECT_EQ(machine.links.at(1).scope, LinkScope::host);
    EXPECT_EQ(machine.links.at(1).count, 2);
    EXPECT_EQ(machine.gather, GatherAlgorithm::direct);
    EXPECT_EQ(machine.rank_placement, RankPlacement::cyclic);
    EXPECT_FALSE(machine.receives_at_once);
    EXPECT_EQ(parse_machine(machine_to_json(machine), "again"), machine);
    const ScratchFolder scratch;
    save_machine(machine, scratch.file("m.json"));
    EXPECT_EQ(load_machine_file(scratch.file("m.json")), machine);
}

struct Change {
    const char* pointer;  // RFC 6901
    Json value;
    const char* named;
};

TEST(MachineFile, EachWrongValueIsNamedWithItsPathAndWhatIsAllowed) {
    const std::vector<Change> changes = {
        {"/ringscope_machine", 2, "ringscope_machine: 2 is not allowed: 1"},
        {"/ringscope_machine", "1", "ringscope_machine: \"1\" is not allowed: 1"},
        {"/name", 7, "name: 7 is not allowed: a text"},
        {"/hosts", "2", "hosts: \"2\" is not allowed: a whole number"},
        {"/hosts", 2.5, "hosts: 2.5 is not allowed: a whole number"},
        {"/hosts", 1LL << 40, "hosts: 1099511627776 is not allowed: a whole number up to 2147483647"},
        {"/devices_per_host", 0, "devices_per_host: is 0: 1 to"},
        {"/device", Json::array(), "device: [] is not allowed: an object"},
        {"/device/kind", "tpu", "device.kind: \"tpu\" is not allowed: one of \"cpu\", \"gpu\""},
        {"/device/peaks", Json::object(), "device.peaks: {} is not allowed: a list"},
        {"/device/peaks/0", 5, "device.peaks[0]: 5 is not allowed: an object"},
        {"/device/peaks/0/flops_per_second", -1, "device.peaks[0].flops_per_second: is -1: a number above 0"},
        {"/device/peaks/0/flops_per_second", nullptr,
         "flops_per_second: null is not allowed: a finite number"},
        {"/device/peaks/0/flop_per_second", 1,
         "flop_per_second: unknown key; did you mean flops_per_second?"},
        {"/device/curves/1/dtype", "f8", "device.curves[1].dtype: \"f8\" is not allowed: one of \"f32\""},
        {"/device/curves/1/causal", 1, "device.curves[1].causal: 1 is not allowed: true or false"},
        {"/device/curves/0/share", 0, "device.curves[0].share: is 0: above 0"},
        {"/device/jiter", 0.1, "device.jiter: unknown key; did you mean jitter?"},
        {"/links/0/bytes_per_second", 0, "links[0].bytes_per_second: is 0: a number above 0"},
        {"/links/0/shares", "nci", "links[0].shares: is nci: no link has that name"},
        {"/links/0/shares", "port", "links[0].shares: is port: these shares lead in a circle"},
        {"/links/1/scope", "rack", "links[1].scope: \"rack\" is not allowed: one of \"device\""},
        {"/between_hosts", "", "between_hosts: is empty: it leaves hosts"},
        {"/gather", "bush", "gather: \"bush\" is not allowed: one of \"direct\""},
        {"/sources/0/feild", "x", "sources[0].feild: unknown key; did you mean field?"},
        {"/speed", 1, "speed: unknown key"},
    };
    for (const Change& change : changes) {
        Json json = full();
        json[Json::json_pointer(change.pointer)] = change.value;
        const std::string why = refusal(json);
        EXPECT_TRUE(why.starts_with("m.json: ")) << why;
        EXPECT_NE(why.find(change.named), std::string::npos) << change.pointer << ": " << why;
    }
}

TEST(MachineFile, WhatIsMissingIsNamedUnlessItHasADefault) {
    for (const char* path :
         {"ringscope_machine", "name", "title", "devices_per_host", "device", "device.name", "device.kind",
          "device.memory_bytes", "device.peaks", "device.curves"}) {
        Json json = full();
        const std::string key = path;
        const size_t dot = key.find('.');
        (dot == std::string::npos ? json : json[key.substr(0, dot)]).erase(key.substr(dot + 1));
        EXPECT_NE(refusal(json).find(key + ": missing"), std::string::npos) << path << ": " << refusal(json);
    }
    Json json = full();
    for (const char* key : {"message_seconds", "gather", "sources", "rank_placement"}) json.erase(key);
    EXPECT_EQ(refusal(json), "no error");
}

TEST(MachineFile, AllProblemsStandInOneLine) {
    const std::string why =
        error_of(ErrorKind::bad_input, [] { load_machine_file(RINGSCOPE_MACHINE_CORPUS "/wrong.json"); });
    for (const char* part :
         {"device.jiter", "title: missing", "hosts: \"2\"", "gather: \"bush\"", "devices_per_host: "})
        EXPECT_NE(why.find(part), std::string::npos) << part << ": " << why;
}

TEST(MachineFile, DoublesDepthAndOtherTextsAreRefused) {
    const auto why = [](const std::string& text) {
        return error_of(ErrorKind::bad_input, [&] { parse_machine(text, "m.json"); });
    };
    EXPECT_NE(why(R"({"hosts": 1, "hosts": 2})").find("\"hosts\" stands twice"), std::string::npos);
    EXPECT_NE(why("[]").find("an object with \"ringscope_machine\""), std::string::npos);
    EXPECT_NE(why("").find("not JSON"), std::string::npos);
    EXPECT_NE(why(std::string(100, '[')).find("nested deeper"), std::string::npos);
    EXPECT_NE(why(R"({"problem": {"seq_len": 1}})").find("an experiment, not a machine model"),
              std::string::npos);
}

TEST(MachineFile, IsNamedWhereAnotherKindIsWanted) {
    const std::string text = full().dump();
    EXPECT_NE(error_of(ErrorKind::bad_input, [&] { parse_experiment(text, "m.json"); })
                  .find("a machine model, not an experiment: give it to --machine"),
              std::string::npos);
    const ScratchFolder scratch;
    write_file(scratch.file("m.json"), text);
    EXPECT_NE(error_of(ErrorKind::bad_input, [&] { import_chrome_trace(scratch.file("m.json")); })
                  .find("a machine model of this program: give it to --machine"),
              std::string::npos);
}

TEST(MachineFolder, OwnMachinesStandBeforeShippedOnesOfTheName) {
    const ScratchFolder own, shipped;
    MachineModel machine = parse_machine(full().dump(), "m.json");
    save_machine(machine, shipped.file("box.json"));
    save_machine(machine, shipped.file("crate.json"));
    machine.title = "my own";
    save_machine(machine, own.file("crate.json"));
    const MachineFolders folders{own.path(), shipped.path()};
    const MachineList list = list_machines(folders);
    ASSERT_EQ(list.machines.size(), 2u);
    EXPECT_TRUE(list.problems.empty());
    EXPECT_EQ(list.machines[0].machine->name, "crate") << "the file's name";
    EXPECT_TRUE(list.machines[0].is_own);
    EXPECT_EQ(list.machines[1].file, shipped.file("box.json"));
    EXPECT_EQ(find_machine("crate", folders)->title, "my own");
    EXPECT_EQ(find_machine(shipped.file("crate.json"), folders)->title, "Two hosts of 4 GPUs") << "by path";
}

TEST(MachineFolder, AnUnknownNameNamesTheNearest) {
    const ScratchFolder shipped;
    save_machine(parse_machine(full().dump(), "m.json"), shipped.file("8xh100-sxm.json"));
    const MachineFolders folders{"", shipped.path()};
    const auto why = [&](const std::string& name) {
        return error_of(ErrorKind::bad_input, [&] { find_machine(name, folders); });
    };
    EXPECT_NE(why("8xh100-smx").find("did you mean '8xh100-sxm'?"), std::string::npos);
    EXPECT_NE(why("cray").find("there is no machine 'cray'; allowed: a file, or 8xh100-sxm"),
              std::string::npos);
    EXPECT_TRUE(list_machines({"", shipped.file("nowhere")}).machines.empty());
}

TEST(MachineFolder, ABadFileIsNamedAndHidesNoOther) {
    const ScratchFolder shipped;
    save_machine(parse_machine(full().dump(), "m.json"), shipped.file("good.json"));
    write_file(shipped.file("bad.json"), "{\"hosts\": 0}");
    write_file(shipped.file("notes.txt"), "no machine");
    const MachineList list = list_machines({"", shipped.path()});
    ASSERT_EQ(list.machines.size(), 1u);
    ASSERT_EQ(list.problems.size(), 1u);
    EXPECT_NE(list.problems[0].find("bad.json"), std::string::npos);
}

}  // namespace
}  // namespace ringscope
