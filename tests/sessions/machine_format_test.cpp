// assets/machines/README.md documents every field of a machine file with its default and its allowed names, its example
// is one, and every shipped machine is valid and says where each of its numbers comes from.
#include <algorithm>
#include <filesystem>
#include <map>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sessions/machines/machine_file.h"
#include "sessions/machines/machine_folder.h"
#include "tests/scratch_folder.h"

namespace ringscope {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFolder = RINGSCOPE_MACHINES;

std::vector<std::string> document() {
    std::istringstream text(testing::read_file(std::string(kFolder) + "/README.md"));
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
}

std::string example() {
    std::string text;
    for (const std::string& line : document()) {
        if (line == "    {" || !text.empty()) text += line + "\n";
        if (line == "    }") break;
    }
    return text;
}

/// The path of a row of the tables -> the row.
std::map<std::string, std::string> rows() {
    std::map<std::string, std::string> found;
    for (const std::string& line : document())
        if (line.starts_with("| `")) found[line.substr(3, line.find('`', 3) - 3)] = line;
    return found;
}

/// A machine of one entry in every list, as a file has it.
Json with_every_key() {
    MachineModel machine;
    machine.device.peaks.emplace_back();
    machine.device.curves.emplace_back();
    machine.links.emplace_back();
    machine.sources.emplace_back();
    return Json::parse(machine_to_json(machine));
}

/// "device.peaks", "peaks[].dtype": a list's members are named after the list alone.
void add_paths(const Json& object, const std::string& before, std::map<std::string, Json>& paths) {
    for (const auto& [key, value] : object.items()) {
        paths[before + key] = value.is_array() ? Json::array() : value;
        if (value.is_object()) add_paths(value, key + ".", paths);
        if (value.is_array()) add_paths(value.front(), key + "[].", paths);
    }
}

/// Whether the file without the member is refused for that.
bool is_required(const std::string& path) {
    Json json = with_every_key();
    std::string place = "/" + path;
    if (path.find("[].") != std::string::npos) {
        const std::string list = path.substr(0, path.find('['));
        place = (list == "peaks" || list == "curves" ? "/device/" : "/") + list + "/0/" +
                path.substr(path.find('.') + 1);
    }
    std::replace(place.begin(), place.end(), '.', '/');
    const Json::json_pointer at(place);
    json[at.parent_pointer()].erase(at.back());
    const std::string why = testing::error_of(ErrorKind::bad_input, [&] { parse_machine(json.dump(), "m"); });
    return why.find(at.back() + ": missing") != std::string::npos;
}

TEST(MachineFormat, TheTablesHaveEveryFieldWithItsDefault) {
    std::map<std::string, Json> paths;
    add_paths(with_every_key(), "", paths);
    const std::map<std::string, std::string> documented = rows();
    EXPECT_EQ(paths.size(), documented.size());
    for (const auto& [path, value] : paths) {
        ASSERT_TRUE(documented.contains(path)) << path << " has no row";
        const std::string cell = is_required(path) ? "| none |" : "| `" + value.dump() + "` |";
        EXPECT_NE(documented.at(path).find(cell), std::string::npos) << cell << ": " << documented.at(path);
    }
    for (const auto& [path, row] : documented) EXPECT_TRUE(paths.contains(path)) << "no such field: " << row;
}

template <typename Enum>
void expect_names_in(const std::string& path) {
    const std::string row = rows().at(path);
    for (const char* name : EnumNames<Enum>::names)
        EXPECT_NE(row.find("`\"" + std::string(name) + "\"`"), std::string::npos) << name << ": " << row;
}

TEST(MachineFormat, TheTablesHaveEveryName) {
    expect_names_in<DeviceKind>("device.kind");
    expect_names_in<DType>("peaks[].dtype");
    expect_names_in<DType>("curves[].dtype");
    expect_names_in<LinkScope>("links[].scope");
    expect_names_in<GatherAlgorithm>("gather");
    expect_names_in<RankPlacement>("rank_placement");
}

TEST(MachineFormat, TheExampleIsAMachine) {
    const MachineModel machine = parse_machine(example(), "example");
    EXPECT_EQ(machine.devices(), 8);
    EXPECT_EQ(machine.links.size(), 2u);
}

/// Paths of all numbers: "device.curves[3].share".
void add_numbers(const Json& json, const std::string& path, std::vector<std::string>& numbers) {
    if (json.is_number()) numbers.push_back(path);
    if (json.is_object())
        for (const auto& [key, value] : json.items())
            add_numbers(value, path.empty() ? key : path + "." + key, numbers);
    if (json.is_array())
        for (size_t i = 0; i < json.size(); ++i)
            add_numbers(json[i], path + "[" + std::to_string(i) + "]", numbers);
}

bool covers(const std::string& field, const std::string& path) {
    return path.starts_with(field) &&
           (path.size() == field.size() || path[field.size()] == '.' || path[field.size()] == '[');
}

class Shipped : public ::testing::TestWithParam<std::string> {};

TEST_P(Shipped, EveryNumberHasASourceAndEverySourceANumber) {
    const std::string file = std::string(kFolder) + "/" + GetParam() + ".json";
    const MachineModel machine = load_machine_file(file);
    EXPECT_EQ(machine.name, GetParam());
    Json json = Json::parse(testing::read_file(file));
    json.erase(std::string(kMachineKey));
    std::vector<std::string> numbers;
    add_numbers(json, "", numbers);
    EXPECT_GT(numbers.size(), 30u);
    for (const std::string& number : numbers)
        EXPECT_TRUE(std::any_of(machine.sources.begin(), machine.sources.end(),
                                [&](const MachineSource& source) {
                                    return covers(source.field, number) && source.source.size() > 10;
                                }))
            << number;
    for (const MachineSource& source : machine.sources)
        EXPECT_TRUE(source.field == "machine" ||
                    std::any_of(numbers.begin(), numbers.end(),
                                [&](const std::string& number) { return covers(source.field, number); }))
            << source.field;
}

TEST_P(Shipped, CanTakeAnExperimentInEveryDtype) {
    const MachineModel machine = load_machine_file(std::string(kFolder) + "/" + GetParam() + ".json");
    Experiment experiment;
    experiment.ring.ranks = static_cast<int>(std::min<int64_t>(machine.most_ranks(), kMaxRanks));
    for (const DType dtype : {DType::f32, DType::f16, DType::bf16}) {
        experiment.problem.dtype = dtype;
        EXPECT_NO_THROW(require_room(machine, experiment));
        for (const bool causal : {false, true}) EXPECT_GT(curve_of(machine, dtype, 96, causal).share, 0.2);
    }
}

std::vector<std::string> shipped_names() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(kFolder))
        if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
    std::sort(names.begin(), names.end());
    return names;
}

INSTANTIATE_TEST_SUITE_P(All, Shipped, ::testing::ValuesIn(shipped_names()), [](const auto& shipped) {
    std::string name = shipped.param;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
});

TEST(MachineFormat, TheNamesThatOthersRelyOnAreThere) {
    const std::vector<std::string> names = shipped_names();
    for (const char* name :
         {"laptop", "server-2s", "4xa100-sxm", "8xa100-sxm", "8xh100-sxm", "8xh200-sxm", "8xh800-sxm",
          "8xpcie4", "16x8xh100-1nic", "16x8xh100-8nic", "64x8xh100-8nic", "ethernet-laptops"})
        EXPECT_TRUE(std::binary_search(names.begin(), names.end(), name)) << name;
}

}  // namespace
}  // namespace ringscope
