#include "app/cli/experiment_options.h"

#include "app/cli/arguments.h"
#include "app/cli/asset_folder.h"
#include "app/process/config_folder.h"
#include "engine/base/error.h"
#include "engine/experiment/experiment_fields.h"
#include "engine/experiment/scenarios.h"
#include "engine/run/executor.h"
#include "sessions/experiment_file.h"
#include "sessions/nearest.h"
#include "sessions/preset_files.h"

namespace ringscope {

namespace {

std::vector<std::string> preset_names() {
    std::vector<std::string> names;
    for (const Scenario& scenario : scenarios()) names.emplace_back(scenario.name);
    return names;
}

Experiment preset(const std::string& name) {
    if (const Scenario* scenario = find_scenario(name)) return scenario->experiment;
    std::vector<std::string> names = preset_names();
    for (const Preset& own : read_presets(preset_folder()).presets) {
        if (own.name == name) return own.experiment;
        names.push_back(own.name);
    }
    for (const std::string& shipped : shipped_experiments()) {
        if (shipped == name) return load_experiment(shipped_experiment_file(name));
        names.push_back(shipped);
    }
    if (const std::string problem = asset_folder_problem(); !problem.empty())
        throw Error(ErrorKind::bad_input, problem);
    const std::string nearest = nearest_name(name, names);
    std::string message = "--preset: there is no preset '" + name + "'; ";
    if (!nearest.empty()) throw Error(ErrorKind::bad_input, message + "did you mean '" + nearest + "'?");
    message += "allowed:";
    for (const std::string& known : names) message += (known == names.front() ? " '" : ", '") + known + "'";
    throw Error(ErrorKind::bad_input, message);
}

constexpr size_t kHelpColumn = 34;

/// "contiguous, zigzag or striped" for a field that is one of some words.
template <typename Value>
std::string choices() {
    std::string text;
    if constexpr (requires { EnumNames<Value>::names; }) {
        constexpr auto& names = EnumNames<Value>::names;
        for (size_t i = 0; i < std::size(names); ++i)
            text += (i == 0 ? "" : i + 1 == std::size(names) ? " or " : ", ") + std::string(names[i]);
    }
    return text;
}

/// The same for the names that executors answer to.
std::string names_of_executors(const std::string& path) {
    if (path == "backend.transport" || path == "backend.kernel")
        return "auto, or a name that ringscope devices lists";
    if (path != "backend.device") return "";
    std::string names = "auto";
    for (const std::string& name : executor_names()) names += ", " + name;
    return names;
}

/// What can be set and to what, without the full stop of the field's own help.
template <typename Value>
std::string field_help(const Field& field) {
    std::string help = field.help;
    if (help.ends_with('.')) help.pop_back();
    if (*field.unit) help += std::string(" (") + field.unit + ")";
    const std::string words =
        std::is_same_v<Value, std::string> ? names_of_executors(field.path) : choices<Value>();
    return words.empty() ? help : help + "\n" + std::string(kHelpColumn, ' ') + words;
}

/// Presets, and every field with its default in the default preset.
std::string presets_and_fields() {
    std::string text = "Presets:";
    for (const std::string& name : preset_names()) text += "\n  " + name;
    const std::vector<std::string> shipped = shipped_experiments();
    if (!shipped.empty()) text += "\n\nExperiments that come with the program, for --preset too:";
    for (const std::string& name : shipped) text += "\n  " + name;
    text += "\n\nFields for --set, as the default preset has them:";
    visit_fields(default_experiment(), [&](const Field& field, const auto& value) {
        using Value = std::decay_t<decltype(value)>;
        const bool is_list = std::is_same_v<Value, std::vector<HeadGroup>>;
        const std::string assignment =
            std::string(field.path) + "=" + (is_list ? "[..]" : field_text(default_experiment(), field.path));
        const size_t room = kHelpColumn - 2;
        text += "\n  " + assignment +
                std::string(assignment.size() < room ? room - assignment.size() : 1, ' ') +
                field_help<Value>(field);
        if (is_list)
            text +=
                "\n    '[{\"segment_length\": 2048, \"dilation_rate\": 2, \"heads\": 4, \"offset\": 0}, "
                "..]'";
    });
    return text;
}

std::vector<std::string> all_preset_names() {
    std::vector<std::string> names = preset_names();
    for (const Preset& own : read_presets(preset_folder()).presets) names.push_back(own.name);
    for (const std::string& shipped : shipped_experiments()) names.push_back(shipped);
    return names;
}

/// "ring.ranks=", and once the field is there the values it can have: "ring.overlap=true".
std::vector<std::string> suggested_settings(const std::string& typed) {
    std::vector<std::string> settings;
    visit_fields(default_experiment(), [&]<typename Value>(const Field& field, const Value&) {
        const std::string path = std::string(field.path) + "=";
        if (!typed.starts_with(path)) return settings.push_back(path);
        if constexpr (std::is_same_v<Value, bool>)
            settings.insert(settings.end(), {path + "true", path + "false"});
        if constexpr (requires { EnumNames<Value>::names; })
            for (const char* name : EnumNames<Value>::names) settings.push_back(path + name);
    });
    return settings;
}

}  // namespace

void declare(Arguments& arguments, ExperimentOptions& options, const std::string& set_meaning,
             const std::string& set_help) {
    arguments.file("--experiment", options.file, FileUse::read,
                   "Experiment file (JSON), instead of a preset");
    arguments.value("--preset", options.preset, "NAME",
                    "Start from a preset, built in or your own; the first of the list when not given");
    arguments.values("--set", options.settings, set_meaning, set_help);
    arguments.suggest("--preset", [](const std::string&) { return all_preset_names(); });
    arguments.suggest("--set", suggested_settings);
    arguments.footer(presets_and_fields());
}

Experiment read_experiment(const ExperimentOptions& options, const std::stop_token& stop) {
    if (!options.file.empty() && !options.preset.empty())
        throw Error(ErrorKind::bad_input, "--experiment and --preset exclude each other: give one of them");
    std::vector<FieldSetting> settings;
    for (const std::string& assignment : options.settings) settings.push_back(parse_setting(assignment));
    if (!options.file.empty()) return load_experiment(options.file, settings, stop);
    Experiment experiment = options.preset.empty() ? default_experiment() : preset(options.preset);
    for (const FieldSetting& setting : settings) set_experiment_field(experiment, setting.path, setting.text);
    require_valid(experiment);
    return experiment;
}

}  // namespace ringscope
