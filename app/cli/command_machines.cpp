// ringscope machines: the machine models there are, and what one of them says.
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/machine_option.h"
#include "app/cli/text_table.h"
#include "app/process/standard_output.h"
#include "engine/base/error.h"
#include "engine/base/number_text.h"
#include "sessions/machines/machine_file.h"

namespace ringscope {

namespace {

/// Where a machine's numbers come from, in one line.
std::string source_line(const MachineModel& machine) {
    for (const MachineSource& source : machine.sources)
        if (source.field == "machine") return source.source;
    return machine.sources.empty() ? "" : machine.sources.front().source;
}

std::string list_to_json(const MachineList& list) {
    nlohmann::ordered_json object{{"machines", nlohmann::ordered_json::array()}};
    for (const MachineEntry& entry : list.machines) {
        const MachineModel& machine = *entry.machine;
        object["machines"].push_back({{"name", machine.name},
                                      {"title", machine.title},
                                      {"devices", machine.devices()},
                                      {"hosts", machine.hosts},
                                      {"device", machine.device.name},
                                      {"most_ranks", machine.most_ranks()},
                                      {"memory_bytes", machine.device.memory_bytes},
                                      {"source", source_line(machine)},
                                      {"file", entry.file},
                                      {"own", entry.is_own}});
    }
    return object.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string list_to_text(const MachineList& list) {
    if (list.machines.empty()) return "no machine models are installed\n";
    TextTable table({{"name", Align::left}, {"devices"}, {"memory"}, {"", Align::left}});
    for (const MachineEntry& entry : list.machines) {
        const MachineModel& machine = *entry.machine;
        table.add_row({machine.name, std::to_string(machine.devices()),
                       bytes_text(static_cast<double>(machine.device.memory_bytes)), machine.title});
    }
    return table.text();
}

std::string peaks_text(const MachineModel& machine) {
    std::string text;
    for (const PeakRate& peak : machine.device.peaks)
        text += (text.empty() ? "" : ", ") + std::string(name_of(peak.dtype)) + " " +
                flops_text(peak.flops_per_second) + "/s";
    return text + (machine.device.workers > 1 ? " per core" : "");
}

/// Fields with one source stand in one line.
std::string sources_text(const MachineModel& machine) {
    std::string text = machine.sources.empty() ? "" : "\nWhere the numbers come from\n";
    for (size_t i = 0; i < machine.sources.size(); ++i) {
        const MachineSource& source = machine.sources[i];
        const bool more = i + 1 < machine.sources.size() && machine.sources[i + 1].source == source.source;
        text += source.field + (more ? ", " : ": " + source.source + "\n");
    }
    return text;
}

std::string machine_to_text(const MachineModel& machine) {
    const DeviceModel& device = machine.device;
    std::string text = machine.name + ": " + machine.title + "\n\n";
    text += std::to_string(machine.hosts) + (machine.hosts == 1 ? " host" : " hosts") + " of " +
            std::to_string(machine.devices_per_host) +
            (machine.devices_per_host == 1 ? " device, " : " devices, ") + device.name + ": " +
            std::to_string(device.workers) + (device.workers == 1 ? " worker, " : " workers, ") +
            bytes_text(static_cast<double>(device.memory_bytes)) + ", " + peaks_text(machine) + "\n\n";
    TextTable curves({{"dtype", Align::left},
                      {"head dim"},
                      {"blocks", Align::left},
                      {"share of peak"},
                      {"half at keys"},
                      {"half at rows"}});
    for (const AttentionCurve& curve : device.curves)
        curves.add_row({name_of(curve.dtype), std::to_string(curve.head_dim),
                        curve.causal ? "cut by the causal edge" : "whole", percent_text(curve.share),
                        short_count_text(curve.half_keys), short_count_text(curve.half_rows)});
    TextTable links({{"link", Align::left},
                     {"one for each", Align::left},
                     {"rate"},
                     {"latency"},
                     {"shares", Align::left}});
    for (const LinkModel& link : machine.links)
        links.add_row({link.name,
                       link.count > 1 ? std::to_string(link.count) + " for each " + name_of(link.scope)
                                      : name_of(link.scope),
                       bytes_text(link.bytes_per_second) + "/s", seconds_text(link.latency_seconds),
                       link.shares});
    text += curves.text() + "\n" + links.text();
    return text + sources_text(machine);
}

int machines_command(const std::string& name, bool json, const std::stop_token& stop) {
    if (!name.empty()) {
        const auto machine = find_machine(name, machine_folders(), stop);
        print(json ? machine_to_json(*machine) : machine_to_text(*machine));
        return 0;
    }
    const MachineList list = list_machines(machine_folders());
    for (const std::string& problem : list.problems) print_error(problem);
    print(json ? list_to_json(list) : list_to_text(list));
    return 0;
}

}  // namespace

void declare_machines(Arguments& program, std::stop_token stop) {
    struct MachinesCommand {
        std::string name;
        bool json = false;
    };
    auto command = std::make_shared<MachinesCommand>();
    Arguments arguments = program.command("machines", "List machine models, or show one", [command, stop] {
        return machines_command(command->name, command->json, stop);
    });
    arguments.optional_positional("MACHINE", command->name, "Show this one: a name, or a file");
    arguments.suggest("MACHINE", suggested_machines);
    arguments.flag("--json", command->json, "Print one JSON object");
}

}  // namespace ringscope
