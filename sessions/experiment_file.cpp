#include "sessions/experiment_file.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include <nlohmann/json.hpp>

#include "engine/base/error.h"
#include "engine/base/number_text.h"
#include "engine/experiment/experiment_fields.h"
#include "sessions/atomic_file.h"
#include "sessions/file_kind.h"
#include "sessions/input_file.h"
#include "sessions/json_fields.h"
#include "sessions/standard_stream.h"
#include "sessions/strict_json.h"

namespace ringscope {

namespace {

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};

void read_offset(const std::string& path, const Json& json, Offset& offset, FieldProblems& problems) {
    const std::string allowed = "null, \"auto\", \"per_head\", \"per_head_block\" or ";
    if (json.is_number()) {
        offset.rule = Offset::Rule::fixed;
        return read_integer(path, json, offset.value, problems, allowed);
    }
    if (json.is_null()) return;
    const std::string text = json.is_string() ? json.get<std::string>() : "";
    if (text == "auto")
        offset.rule = Offset::Rule::automatic;
    else if (text == "per_head")
        offset.rule = Offset::Rule::per_head;
    else if (text == "per_head_block")
        offset.rule = Offset::Rule::per_head_block;
    else
        problems.not_allowed(path, json, allowed + "a whole number from 0 to dilation_rate - 1");
}

void read_groups(const std::string& path, const Json& json, std::vector<HeadGroup>& groups,
                 FieldProblems& problems);

template <typename T>
void read_value(const std::string& path, const Json& json, T& value, FieldProblems& problems) {
    if constexpr (std::is_same_v<T, bool>) {
        if (!json.is_boolean()) return problems.not_allowed(path, json, "true or false");
        value = json.get<bool>();
    } else if constexpr (std::is_same_v<T, std::string>) {
        if (!json.is_string()) return problems.not_allowed(path, json, "a text");
        value = json.get<std::string>();
    } else if constexpr (std::is_same_v<T, StripeBlock>) {
        if (json.is_string() && json.get_ref<const std::string&>() == "auto") {
            value.tokens = 0;
            return;
        }
        int64_t tokens = value.tokens;
        read_integer(path, json, tokens, problems, "\"auto\" or ");
        if (json.is_number_integer() && tokens < 1)
            return problems.not_allowed(path, json, "\"auto\" or a whole number from 1");
        value.tokens = tokens;
    } else if constexpr (std::is_same_v<T, std::vector<HeadGroup>>) {
        read_groups(path, json, value, problems);
    } else if constexpr (std::is_same_v<T, Offset>) {
        read_offset(path, json, value, problems);
    } else if constexpr (IsOptional<T>::value) {
        if (json.is_null()) return value.reset();
        typename T::value_type inner{};
        if constexpr (std::is_integral_v<typename T::value_type>)
            read_integer(path, json, inner, problems, "null or ");
        else
            read_value(path, json, inner, problems);
        value = inner;
    } else if constexpr (std::is_enum_v<T>) {
        read_enum(path, json, value, problems);
    } else if constexpr (std::is_floating_point_v<T>) {
        if (!json.is_number() || !std::isfinite(json.get<double>()))
            return problems.not_allowed(path, json, "a finite number");
        value = json.get<double>();
    } else {
        read_integer(path, json, value, problems);
    }
}

HeadGroup read_group(const std::string& path, const Json& json, FieldProblems& problems) {
    HeadGroup group;
    if (!json.is_object()) {
        problems.not_allowed(path, json, "an object with segment_length");
        return group;
    }
    std::vector<std::string> known;
    visit_group_fields(group, [&](const GroupField& field, const auto&) { known.push_back(field.key); });
    check_keys(json, path, known, problems);
    visit_group_fields(group, [&](const GroupField& field, auto& value) {
        const std::string place = path + "." + field.key;
        if (json.contains(field.key))
            read_value(place, json[field.key], value, problems);
        else if (field.required)
            problems.add(place, "missing, and there is no default");
    });
    return group;
}

void read_groups(const std::string& path, const Json& json, std::vector<HeadGroup>& groups,
                 FieldProblems& problems) {
    constexpr size_t kMostGroups = 4096;  // validate() allows fewer; this bounds the length of the message
    if (!json.is_array()) return problems.not_allowed(path, json, "a list of head groups");
    if (json.size() > kMostGroups)
        return problems.add(path, std::to_string(json.size()) + " groups are too many to read");
    groups.clear();
    for (size_t g = 0; g < json.size(); ++g)
        groups.push_back(read_group(path + "[" + std::to_string(g) + "]", json[g], problems));
}

struct KnownPath {
    std::string section;
    std::string key;
};

KnownPath split(const std::string& path) {
    const size_t dot = path.find('.');
    return {path.substr(0, dot), path.substr(dot + 1)};
}

/// Names of the sections, or of the fields in one of them.
std::vector<std::string> known_keys(const std::string& section) {
    std::vector<std::string> known;
    const Experiment experiment;
    visit_fields(experiment, [&](const Field& field, const auto&) {
        const KnownPath path = split(field.path);
        if (section.empty() && (known.empty() || known.back() != path.section)) known.push_back(path.section);
        if (section == path.section) known.push_back(path.key);
    });
    return known;
}

void check_all_keys(const Json& root, FieldProblems& problems) {
    check_keys(root, "", known_keys(""), problems);
    for (const std::string& section : known_keys("")) {
        if (!root.contains(section)) continue;
        if (root[section].is_object())
            check_keys(root[section], section, known_keys(section), problems);
        else
            problems.not_allowed(section, root[section], "an object");
    }
}

void read_fields(const Json& root, std::span<const FieldSetting> settings, Experiment& experiment,
                 FieldProblems& problems) {
    visit_fields(experiment, [&](const Field& field, auto& value) {
        const KnownPath path = split(field.path);
        if (root.contains(path.section) && !root[path.section].is_object()) return;
        if (root.contains(path.section) && root[path.section].contains(path.key)) {
            read_value(field.path, root[path.section][path.key], value, problems);
            return;
        }
        const bool set = std::any_of(settings.begin(), settings.end(),
                                     [&](const FieldSetting& setting) { return setting.path == field.path; });
        if (field.required && !set) problems.add(field.path, "missing, and there is no default");
    });
}

Experiment read_experiment(const std::string& text, const std::string& name,
                           std::span<const FieldSetting> settings, FieldProblems& problems) {
    std::vector<std::string> doubles;
    const Json root = parse_json(text, name, kMostKeys, doubles);
    if (!root.is_object())
        throw Error(ErrorKind::bad_input,
                    name + ": " + shown(root) + " is not allowed: an object with \"problem\"");
    if (root.contains(std::string(kMachineKey)) && !root.contains("problem"))
        throw Error(ErrorKind::bad_input,
                    name + ": this is a machine model, not an experiment: give it to --machine");
    for (const std::string& message : doubles) problems.add("", message);
    Experiment experiment;
    check_all_keys(root, problems);
    read_fields(root, settings, experiment, problems);
    return experiment;
}

template <typename T>
Json value_json(const T& value) {
    if constexpr (std::is_same_v<T, StripeBlock>) {
        return value.automatic() ? Json("auto") : Json(value.tokens);
    } else if constexpr (std::is_same_v<T, std::vector<HeadGroup>>) {
        Json groups = Json::array();
        for (const HeadGroup& group : value) {
            Json& object = groups.emplace_back(Json::object());
            visit_group_fields(group, [&](const GroupField& field, const auto& member) {
                object[field.key] = value_json(member);
            });
        }
        return groups;
    } else if constexpr (std::is_same_v<T, Offset>) {
        return value.rule == Offset::Rule::fixed ? Json(value.value) : Json(name_of(value.rule));
    } else if constexpr (IsOptional<T>::value) {
        return value ? Json(*value) : Json();
    } else if constexpr (std::is_enum_v<T>) {
        return name_of(value);
    } else {
        return value;
    }
}

Json experiment_json(const Experiment& experiment) {
    Json root = Json::object();
    visit_fields(experiment, [&](const Field& field, const auto& value) {
        const KnownPath path = split(field.path);
        root[path.section][path.key] = value_json(value);
    });
    return root;
}

/// The members of `object` that are not in `defaults` with the same value, sorted by key. A member that is an
/// object is treated likewise, and left out when nothing of it differs.
nlohmann::json without_defaults(const Json& object, const Json& defaults) {
    nlohmann::json rest = nlohmann::json::object();
    for (const auto& [key, value] : object.items()) {
        const Json usual = defaults.value(key, Json());
        if (value == usual) continue;
        rest[key] = value.is_object() ? without_defaults(value, usual) : nlohmann::json(value);
    }
    return rest;
}

}  // namespace

FieldSetting parse_setting(const std::string& assignment) {
    const size_t equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0)
        throw Error(ErrorKind::bad_input,
                    quoted(assignment) + " is not a setting: FIELD=VALUE, as in ring.ranks=3");
    return {assignment.substr(0, equals), assignment.substr(equals + 1)};
}

Experiment parse_experiment(const std::string& text, const std::string& name,
                            std::span<const FieldSetting> settings) {
    FieldProblems problems;
    Experiment experiment = read_experiment(text, name, settings, problems);
    for (const FieldSetting& setting : settings) {
        try {
            set_experiment_field(experiment, setting.path, setting.text);
        } catch (const Error& error) {
            problems.add("", error.what());
        }
    }
    for (const FieldProblem& problem : validate(experiment)) problems.add_unless_told(problem);
    if (!problems.empty()) throw Error(ErrorKind::bad_input, name + ": " + problems.joined());
    return experiment;
}

Experiment parse_stored_experiment(const std::string& text, const std::string& name) {
    FieldProblems problems;
    Experiment experiment = read_experiment(text, name, {}, problems);
    if (!problems.empty()) throw Error(ErrorKind::bad_input, name + ": " + problems.joined());
    return experiment;
}

Experiment load_experiment(const std::string& path, std::span<const FieldSetting> settings,
                           const std::stop_token& stop) {
    return parse_experiment(read_text_file(path, kMaxExperimentBytes, stop),
                            shown_path(path, StreamUse::read), settings);
}

void set_experiment_field(Experiment& experiment, const std::string& path, const std::string& text) {
    std::vector<std::string> known;
    bool found = false;
    visit_fields(std::as_const(experiment), [&](const Field& field, const auto&) {
        known.push_back(field.path);
        found = found || path == field.path;
    });
    if (!found) throw Error(ErrorKind::bad_input, joined_path("", path) + ": " + unknown_key(path, known));
    if (path != "problem.head_groups") return set_field(experiment, path, text);
    std::vector<std::string> doubles;
    const Json json = parse_json(text, path, kMostKeys, doubles);
    FieldProblems problems;
    for (const std::string& message : doubles) problems.add(path, message);
    std::vector<HeadGroup> groups;
    read_groups(path, json, groups, problems);
    if (!problems.empty()) throw Error(ErrorKind::bad_input, problems.joined());
    experiment.problem.head_groups = std::move(groups);
}

std::string experiment_to_json(const Experiment& experiment) {
    return experiment_json(experiment).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string canonical_experiment(const Experiment& experiment) {
    nlohmann::json rest = without_defaults(experiment_json(experiment), experiment_json({}));
    const Json usual_group = value_json(std::vector<HeadGroup>(1)).front();
    nlohmann::json groups = nlohmann::json::array();
    for (const Json& group : value_json(experiment.problem.head_groups))
        groups.push_back(without_defaults(group, usual_group));
    rest["problem"]["head_groups"] = std::move(groups);
    return rest.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string head_groups_to_json(const std::vector<HeadGroup>& groups) { return value_json(groups).dump(); }

void save_experiment(const Experiment& experiment, const std::string& path) {
    AtomicFile file(path, {});
    file.write(experiment_to_json(experiment));
    file.commit();
}

}  // namespace ringscope
