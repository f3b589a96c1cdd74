// ringscope bench: measurements of this program on this machine.
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "app/bench/bench.h"
#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/text_table.h"
#include "app/process/standard_output.h"
#include "engine/base/number_text.h"
#include "engine/host/machine.h"
#include "engine/run/version.h"

namespace ringscope {

namespace {

using Json = nlohmann::ordered_json;

/// In the order in which they run when no name is given.
struct Bench {
    const char* name;
    Json (*measure)(std::stop_token);
};
constexpr Bench kBenches[] = {
    {"peak", bench_peak},
    {"plan", bench_plan},
    {"memory", bench_memory},
    {"ring", bench_ring},
    {"simulate", bench_simulate},
    {"prediction", bench_prediction},
    {"replay", bench_replay},
    {"store", bench_store},
#ifdef RINGSCOPE_WINDOW
    {"frame", bench_frame},
    {"slider", bench_slider},
#endif
    {"attention", bench_attention_kernels},
};

std::vector<std::string> bench_names() {
    std::vector<std::string> names;
    for (const Bench& bench : kBenches) names.emplace_back(bench.name);
    return names;
}

Json machine_json() {
    const Machine machine = this_machine();
    return {{"host", machine.host},   {"cpu", machine.cpu},
            {"cores", machine.cores}, {"memory_bytes", machine.memory_bytes},
            {"os", machine.os},       {"version", version()}};
}

std::string cell(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    return value.is_number_float() ? ratio_text(value.get<double>()) : value.dump();
}

std::string results_text(const Json& results) {
    std::vector<TextTable::Column> columns;
    for (const auto& [key, unused] : results.front().items()) columns.push_back({key, Align::right});
    TextTable table(columns);
    for (const Json& result : results) {
        std::vector<std::string> cells;
        for (const auto& [unused, value] : result.items()) cells.push_back(cell(value));
        table.add_row(cells);
    }
    return table.text();
}

int bench_command(const std::string& wanted, bool as_json, std::stop_token stop) {
    Json all = Json::array();
    for (const Bench& bench : kBenches) {
        if (!wanted.empty() && wanted != bench.name) continue;
        Json report{{"bench", bench.name}, {"machine", machine_json()}};
        report.update(bench.measure(stop));
        if (!as_json) print(std::string(bench.name) + "\n" + results_text(report["results"]) + "\n");
        all.push_back(std::move(report));
    }
    if (as_json) print((wanted.empty() ? Json{{"benches", all}} : all.front()).dump(2) + "\n");
    return 0;
}

}  // namespace

void declare_bench(Arguments& program, std::stop_token stop) {
    struct BenchCommand {
        std::string name;
        bool json = false;
    };
    auto command = std::make_shared<BenchCommand>();
    Arguments arguments = program.command("bench", "Measure this program on this machine", [command, stop] {
        return bench_command(command->name, command->json, stop);
    });
    arguments.optional_positional("NAME", command->name, "One measurement, all when not given",
                                  bench_names());
    arguments.flag("--json", command->json, "Print one JSON object");
}

}  // namespace ringscope
