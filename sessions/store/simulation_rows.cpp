#include "sessions/store/simulation_rows.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "engine/base/error.h"
#include "sessions/machines/machine_file.h"
#include "sessions/store/figure_rows.h"
#include "sessions/strict_json.h"

namespace ringscope {

namespace {

constexpr int64_t kMostNs = int64_t{1} << 60;  // sums of a few fit

std::string options_to_json(const SimulationOptions& options) {
    Json json{{"seed", options.seed},
              {"trials", options.trials},
              {"rate", options.what_if.rate},
              {"bandwidth", options.what_if.bandwidth},
              {"latency", options.what_if.latency},
              {"slow_ranks", Json::array()}};
    for (const SlowRank& slow : options.slow_ranks)
        json["slow_ranks"].push_back({{"rank", slow.rank},
                                      {"factor", slow.factor},
                                      {"delay_step", slow.delay_step},
                                      {"delay_seconds", slow.delay_seconds},
                                      {"bytes_per_second", slow.bytes_per_second}});
    return json.dump();
}

SimulationOptions options_from_json(const Json& json) {
    SimulationOptions options;
    options.seed = json.at("seed").get<uint64_t>();
    options.trials = json.at("trials").get<int>();
    options.what_if = {json.at("rate").get<double>(), json.at("bandwidth").get<double>(),
                       json.at("latency").get<double>()};
    for (const Json& slow : json.at("slow_ranks"))
        options.slow_ranks.push_back(
            {slow.at("rank").get<int>(), slow.at("factor").get<double>(), slow.at("delay_step").get<int>(),
             slow.at("delay_seconds").get<double>(), slow.value("bytes_per_second", 0.0)});
    return options;
}

std::vector<double> trials_from_json(const Json& json) {
    auto trials = json.get<std::vector<double>>();
    if (trials.size() > static_cast<size_t>(kMaxTrials) || !std::is_sorted(trials.begin(), trials.end()) ||
        std::any_of(trials.begin(), trials.end(), [](double seconds) { return !(seconds >= 0); }))
        throw Error(ErrorKind::io, "the times of its trials cannot be");
    return trials;
}

}  // namespace

void insert_simulation(Db& db, int64_t id, const Run& run) {
    if (!run.simulation) return;
    const Simulation& simulation = *run.simulation;
    Statement insert(db, "INSERT INTO simulation (run, machine, model, options, trials) VALUES (?,?,?,?,?)");
    insert.bind(id).bind(simulation.machine->name).bind(machine_to_json(*simulation.machine));
    insert.bind(options_to_json(simulation.options)).bind(Json(simulation.trial_seconds).dump()).run();
}

void read_simulation(Db& db, int64_t id, Run& run) {
    if (!has_table(db, "simulation")) return;
    Statement select(db, "SELECT model, options, trials FROM simulation WHERE run = ?");
    select.bind(id);
    if (!select.step()) return;
    const std::string name = "run " + std::to_string(id);
    try {
        Simulation simulation;
        simulation.machine = std::make_shared<const MachineModel>(parse_machine(select.get_text(), name));
        simulation.options = options_from_json(Json::parse(select.get_text()));
        simulation.trial_seconds = trials_from_json(Json::parse(select.get_text()));
        run.simulation = std::move(simulation);
    } catch (const Error& error) {
        throw Error(ErrorKind::io, "the run is damaged: its simulation: " + std::string(error.what()));
    } catch (const Json::exception& error) {
        throw Error(ErrorKind::io, "the run is damaged: its simulation: " + std::string(error.what()));
    }
}

std::string varied_in(const std::string& options) {
    try {
        return varied_text(options_from_json(Json::parse(options)));
    } catch (const Json::exception& error) {
        throw Error(ErrorKind::io, "the options of a simulation are damaged: " + std::string(error.what()));
    }
}

void insert_step_work(Db& db, int64_t id, const Run& run) {
    const std::vector<WorkTimes>& work = run.trace.work_times;
    if (work.empty() || run.schedule == nullptr) return;
    const auto steps = static_cast<size_t>(run.schedule->steps);
    Statement insert(db,
                     "INSERT INTO step_work (run, rank, step, attend_ns, pack_ns, copy_ns, merge_ns) VALUES "
                     "(?,?,?,?,?,?,?)");
    for (size_t i = 0; i < work.size(); ++i) {
        insert.bind(id).bind(static_cast<int64_t>(i / steps)).bind(static_cast<int64_t>(i % steps));
        insert.bind(work[i].attend_ns).bind(work[i].pack_ns).bind(work[i].copy_ns).bind(work[i].merge_ns);
        insert.run();
    }
}

void read_step_work(Db& db, int64_t id, Run& run) {
    if (run.schedule == nullptr || !has_table(db, "step_work")) return;
    const auto ranks = static_cast<int64_t>(run.schedule->ranks);
    const auto steps = static_cast<int64_t>(run.schedule->steps);
    std::vector<WorkTimes> work;
    Statement select(db,
                     "SELECT rank, step, attend_ns, pack_ns, copy_ns, merge_ns FROM step_work WHERE run = ? "
                     "ORDER BY rank, "
                     "step");
    select.bind(id);
    while (select.step()) {
        const auto place = static_cast<int64_t>(work.size());
        const int64_t rank = select.get_int();
        const int64_t step = select.get_int();
        if (rank != place / steps || step != place % steps || rank >= ranks) return;
        WorkTimes& times = work.emplace_back();
        for (int64_t* time : {&times.attend_ns, &times.pack_ns, &times.copy_ns, &times.merge_ns}) {
            *time = select.get_int();
            if (*time < 0 || *time > kMostNs) return;
        }
    }
    if (static_cast<int64_t>(work.size()) == ranks * steps) run.trace.work_times = std::move(work);
}

}  // namespace ringscope
