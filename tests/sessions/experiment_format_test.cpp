// assets/experiments/README.md documents every field of an experiment file with its default and its allowed names,
// and its example is one.
#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "engine/experiment/experiment_fields.h"
#include "sessions/experiment_file.h"
#include "tests/scratch_folder.h"

namespace ringscope {
namespace {

using Json = nlohmann::ordered_json;

/// The document's lines.
std::vector<std::string> document() {
    std::istringstream text(testing::read_file(RINGSCOPE_EXPERIMENT_DOCUMENT));
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
}

/// The row of the field in one of the tables; "" when there is none.
std::string row_of(const std::string& field) {
    for (const std::string& line : document())
        if (line.starts_with("| `" + field + "` | ")) return line;
    return "";
}

std::string default_cell(const Json& value, bool required) {
    return required ? "| none |" : "| `" + value.dump() + "` |";
}

template <typename T>
void expect_names_in(const std::string& row) {
    if constexpr (requires { EnumNames<T>::names; }) {
        for (const char* name : EnumNames<T>::names)
            EXPECT_NE(row.find("`\"" + std::string(name) + "\"`"), std::string::npos) << name << ": " << row;
    }
}

TEST(ExperimentFormat, TheTableHasEveryFieldWithItsDefaultAndItsNames) {
    const Json defaults = Json::parse(experiment_to_json({}));
    size_t fields = 0;
    const Experiment experiment;
    visit_fields(experiment, [&]<typename T>(const Field& field, const T&) {
        const std::string path = field.path;
        const std::string row = row_of(path);
        const size_t dot = path.find('.');
        const Json& value = defaults.at(path.substr(0, dot)).at(path.substr(dot + 1));
        EXPECT_NE(row.find(default_cell(value, field.required)), std::string::npos)
            << path << " has no row with " << default_cell(value, field.required) << ": " << row;
        expect_names_in<T>(row);
        ++fields;
    });
    const auto lines = document();
    const auto rows = std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
        return line.starts_with("| `") && line.find('.') < line.find('|', 1);
    });
    EXPECT_EQ(static_cast<size_t>(rows), fields) << "a row of a field that is no more";
}

TEST(ExperimentFormat, TheTableOfHeadGroupsHasEveryMember) {
    const Json group = Json::parse(head_groups_to_json({HeadGroup{}})).front();
    for (const auto& [name, value] : group.items())
        EXPECT_NE(row_of(name).find(default_cell(value, name == "segment_length")), std::string::npos)
            << name;
}

TEST(ExperimentFormat, TheExampleIsAnExperiment) {
    std::string example;
    for (const std::string& line : document()) {
        if (line == "    {" || !example.empty()) example += line + "\n";
        if (line == "    }") break;
    }
    const Experiment experiment = parse_experiment(example, "example");
    EXPECT_EQ(experiment.problem.head_groups.size(), 3u);
    EXPECT_EQ(experiment.ring.layout, Layout::zigzag);
}

}  // namespace
}  // namespace ringscope
