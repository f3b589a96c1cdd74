#include "sessions/machines/machine_file.h"

#include <cmath>

#include "engine/base/error.h"
#include "sessions/atomic_file.h"
#include "sessions/input_file.h"
#include "sessions/json_fields.h"
#include "sessions/standard_stream.h"

namespace ringscope {

namespace {

// Members of each struct, in the order of the file: visit(key, member, required).

template <typename Model, typename Visit>
requires std::is_same_v<std::remove_const_t<Model>, PeakRate>
void visit_members(Model& peak, const Visit& visit) {
    visit("dtype", peak.dtype, true);
    visit("flops_per_second", peak.flops_per_second, true);
}

template <typename Model, typename Visit>
requires std::is_same_v<std::remove_const_t<Model>, AttentionCurve>
void visit_members(Model& curve, const Visit& visit) {
    visit("dtype", curve.dtype, true);
    visit("head_dim", curve.head_dim, true);
    visit("causal", curve.causal, true);
    visit("share", curve.share, true);
    visit("half_keys", curve.half_keys, false);
    visit("half_rows", curve.half_rows, false);
}

template <typename Model, typename Visit>
requires std::is_same_v<std::remove_const_t<Model>, DeviceModel>
void visit_members(Model& device, const Visit& visit) {
    visit("name", device.name, true);
    visit("kind", device.kind, true);
    visit("workers", device.workers, false);
    visit("most_ranks", device.most_ranks, false);
    visit("memory_bytes", device.memory_bytes, true);
    visit("peaks", device.peaks, true);
    visit("curves", device.curves, true);
    visit("launch_seconds", device.launch_seconds, false);
    visit("step_seconds", device.step_seconds, false);
    visit("pack_bytes_per_second", device.pack_bytes_per_second, true);
    visit("merge_bytes_per_second", device.merge_bytes_per_second, true);
    visit("merges_in_kernel", device.merges_in_kernel, false);
    visit("jitter", device.jitter, false);
}

template <typename Model, typename Visit>
requires std::is_same_v<std::remove_const_t<Model>, LinkModel>
void visit_members(Model& link, const Visit& visit) {
    visit("name", link.name, true);
    visit("scope", link.scope, true);
    visit("count", link.count, false);
    visit("latency_seconds", link.latency_seconds, true);
    visit("bytes_per_second", link.bytes_per_second, true);
    visit("full_duplex", link.full_duplex, false);
    visit("shares", link.shares, false);
}

template <typename Model, typename Visit>
requires std::is_same_v<std::remove_const_t<Model>, MachineSource>
void visit_members(Model& source, const Visit& visit) {
    visit("field", source.field, true);
    visit("source", source.source, true);
}

template <typename Model, typename Visit>
requires std::is_same_v<std::remove_const_t<Model>, MachineModel>
void visit_members(Model& machine, const Visit& visit) {
    visit("name", machine.name, true);
    visit("title", machine.title, true);
    visit("hosts", machine.hosts, false);
    visit("devices_per_host", machine.devices_per_host, true);
    visit("device", machine.device, true);
    visit("links", machine.links, false);
    visit("same_device", machine.same_device, false);
    visit("same_host", machine.same_host, false);
    visit("between_hosts", machine.between_hosts, false);
    visit("message_seconds", machine.message_seconds, false);
    visit("receives_at_once", machine.receives_at_once, false);
    visit("gather", machine.gather, false);
    visit("rank_placement", machine.rank_placement, false);
    visit("sources", machine.sources, false);
}

template <typename T>
concept Struct = requires(T& model) {
    visit_members(model, [](const char*, auto&, bool) {});
};

template <typename T>
struct IsList : std::false_type {};
template <typename T>
struct IsList<std::vector<T>> : std::true_type {};

template <Struct T>
void read_struct(const std::string& path, const Json& json, T& value, FieldProblems& problems);

template <typename T>
void read_value(const std::string& path, const Json& json, T& value, FieldProblems& problems) {
    if constexpr (std::is_same_v<T, bool>) {
        if (!json.is_boolean()) return problems.not_allowed(path, json, "true or false");
        value = json.get<bool>();
    } else if constexpr (std::is_same_v<T, std::string>) {
        if (!json.is_string()) return problems.not_allowed(path, json, "a text");
        value = json.get<std::string>();
    } else if constexpr (std::is_enum_v<T>) {
        read_enum(path, json, value, problems);
    } else if constexpr (std::is_floating_point_v<T>) {
        if (!json.is_number() || !std::isfinite(json.get<double>()))
            return problems.not_allowed(path, json, "a finite number");
        value = json.get<double>();
    } else if constexpr (std::is_integral_v<T>) {
        read_integer(path, json, value, problems);
    } else if constexpr (IsList<T>::value) {
        constexpr size_t kMostEntries = 4096;
        if (!json.is_array()) return problems.not_allowed(path, json, "a list");
        if (json.size() > kMostEntries)
            return problems.add(path, std::to_string(json.size()) + " entries are too many to read");
        value.clear();
        for (size_t i = 0; i < json.size(); ++i)
            read_struct(path + "[" + std::to_string(i) + "]", json[i], value.emplace_back(), problems);
    } else {
        read_struct(path, json, value, problems);
    }
}

template <Struct T>
void read_struct(const std::string& path, const Json& json, T& value, FieldProblems& problems) {
    if (!json.is_object()) return problems.not_allowed(path, json, "an object");
    std::vector<std::string> known;
    if constexpr (std::is_same_v<T, MachineModel>) known.emplace_back(kMachineKey);
    visit_members(value, [&](const char* key, const auto&, bool) { known.emplace_back(key); });
    check_keys(json, path, known, problems);
    visit_members(value, [&](const char* key, auto& member, bool required) {
        const std::string place = joined_path(path, key);
        if (json.contains(key))
            read_value(place, json[key], member, problems);
        else if (required)
            problems.add(place, "missing, and there is no default");
    });
}

template <typename T>
Json value_json(const T& value) {
    if constexpr (std::is_enum_v<T>) {
        return name_of(value);
    } else if constexpr (IsList<T>::value) {
        Json list = Json::array();
        for (const auto& entry : value) list.push_back(value_json(entry));
        return list;
    } else if constexpr (Struct<const T>) {
        Json object = Json::object();
        visit_members(value,
                      [&](const char* key, const auto& member, bool) { object[key] = value_json(member); });
        return object;
    } else {
        return value;
    }
}

void check_version(const Json& root, FieldProblems& problems) {
    const std::string key(kMachineKey);
    if (!root.contains(key)) return problems.add(key, "missing: a machine file says " + key + ": 1");
    const Json& version = root[key];
    if (!version.is_number_integer() || version != kMachineVersion)
        problems.not_allowed(key, version, std::to_string(kMachineVersion));
}

}  // namespace

MachineModel parse_machine(const std::string& text, const std::string& name) {
    std::vector<std::string> doubles;
    const Json root = parse_json(text, name, kMostKeys, doubles);
    if (!root.is_object())
        throw Error(ErrorKind::bad_input, name + ": " + shown(root) + " is not allowed: an object with \"" +
                                              std::string(kMachineKey) + "\"");
    if (!root.contains(std::string(kMachineKey)) && root.contains("problem"))
        throw Error(ErrorKind::bad_input,
                    name + ": this is an experiment, not a machine model: give it to --experiment");
    FieldProblems problems;
    for (const std::string& message : doubles) problems.add("", message);
    check_version(root, problems);
    MachineModel machine;
    read_struct("", root, machine, problems);
    for (const FieldProblem& problem : validate(machine)) problems.add_unless_told(problem);
    if (!problems.empty()) throw Error(ErrorKind::bad_input, name + ": " + problems.joined());
    return machine;
}

MachineModel load_machine_file(const std::string& path, const std::stop_token& stop) {
    return parse_machine(read_text_file(path, kMaxMachineBytes, stop), shown_path(path, StreamUse::read));
}

std::string machine_to_json(const MachineModel& machine) {
    Json root = Json::object();
    root[std::string(kMachineKey)] = kMachineVersion;
    root.update(value_json(machine));
    return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void save_machine(const MachineModel& machine, const std::string& path) {
    AtomicFile file(path, {});
    file.write(machine_to_json(machine));
    file.commit();
}

}  // namespace ringscope
