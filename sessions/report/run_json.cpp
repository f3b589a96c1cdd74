#include "sessions/report/run_json.h"

#include <cmath>

#include <nlohmann/json.hpp>

#include "engine/analysis/figures.h"
#include "engine/analysis/verification_text.h"
#include "engine/run/version.h"
#include "engine/simulate/replay.h"
#include "sessions/experiment_file.h"
#include "sessions/report/streamed_json.h"
#include "sessions/report/waterfall_json.h"
#include "sessions/strict_json.h"

namespace ringscope {

namespace {

std::string text_of(const Json& json) {
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// JSON has no infinities: they become null.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(); }

Json by_purpose(const BytesByPurpose& bytes) {
    static constexpr const char* keys[] = {"query", "own_kv", "travelling_kv", "output", "lse", "workspace"};
    static_assert(std::size(keys) == kPurposes);
    Json json = Json::object();
    for (size_t i = 0; i < bytes.size(); ++i) json[keys[i]] = bytes[i];
    return json;
}

Json machine_json(const Machine& machine) {
    return {{"host", machine.host},
            {"cpu", machine.cpu},
            {"cores", machine.cores},
            {"memory_bytes", machine.memory_bytes},
            {"os", machine.os}};
}

Json rank_json(const RankMetrics& rank) {
    Json json{{"rank", rank.rank}};
    for (const RankFigure& figure : rank_figures())
        json[figure.key] = number_json(figure.of(rank), figure.unit);
    json["peak_by_purpose"] = by_purpose(rank.peak_by_purpose);
    return json;
}

Json row_error_json(const RowError& row) {
    if (row.allowed == 0) return Json();
    return {{"batch", row.batch_index},
            {"head", row.head},
            {"token", row.token},
            {"error", number(row.error)},
            {"allowed", number(row.allowed)}};
}

Json verification_json(const Verification& v) {
    return {{"checked_rows", v.checked_rows},
            {"total_rows", v.total_rows},
            {"max_abs_error", number(v.max_abs_error)},
            {"relative_error", number(v.relative_error)},
            {"max_row_relative_error", number(v.max_row_relative_error)},
            {"max_lse_error", number(v.max_lse_error)},
            {"error_share", number(v.error_share())},
            {"worst_o", row_error_json(v.worst_o)},
            {"worst_lse", row_error_json(v.worst_lse)},
            {"wrong_o_rows", v.wrong_o_rows},
            {"wrong_lse_rows", v.wrong_lse_rows},
            {"wrong_empty_rows", v.wrong_empty_rows},
            {"unjudged_rows", v.unjudged_rows},
            {"coverage_ok", v.coverage_ok},
            {"failures", failures_of(v)},
            {"passed", v.passed}};
}

/// Of a simulated run: the machine it was laid out on, what was varied, and the spread over trials.
void add_simulation(const Simulation& simulation, Json& json) {
    json["machine"] = simulation.machine->name;
    const SimulationOptions& options = simulation.options;
    json["what_if"] = {{"rate", options.what_if.rate},
                       {"bandwidth", options.what_if.bandwidth},
                       {"latency", options.what_if.latency}};
    json["slow_ranks"] = Json::array();
    for (const SlowRank& slow : options.slow_ranks)
        json["slow_ranks"].push_back(
            {{"rank", slow.rank},
             {"factor", slow.factor},
             {"delay_step", slow.delay_step < 0 ? Json() : Json(slow.delay_step)},
             {"delay_seconds", slow.delay_seconds},
             {"bytes_per_second", slow.bytes_per_second > 0 ? Json(slow.bytes_per_second) : Json()}});
    const std::vector<double>& trials = simulation.trial_seconds;
    if (trials.empty()) return;
    const auto at = [&](double share) {
        return trials[static_cast<size_t>(std::lround(share * static_cast<double>(trials.size() - 1)))];
    };
    json["trials"] = {{"count", trials.size()},
                      {"seed", options.seed},
                      {"min", trials.front()},
                      {"p10", at(0.1)},
                      {"median", trials[(trials.size() - 1) / 2]},
                      {"p90", at(0.9)},
                      {"max", trials.back()}};
}

/// With more ranks than cores: what the run's own work comes to on devices of their own.
Json replayed_json(const Run& replayed) {
    const Metrics& metrics = replayed.metrics;
    Json json{{"seconds", metrics.seconds},
              {"overlap_efficiency", metrics.overlap_efficiency},
              {"compute_imbalance", metrics.compute_imbalance},
              {"link", replayed.link},
              {"clock", clock_text(replayed)},
              {"ranks", Json::array()}};
    for (const RankMetrics& rank : metrics.ranks)
        json["ranks"].push_back({{"rank", rank.rank},
                                 {"compute_seconds", rank.compute_seconds},
                                 {"wait_seconds", rank.wait_seconds()},
                                 {"transfer_seconds", rank.transfer_seconds}});
    json["waterfall"] = waterfall_json(replayed);
    json["stragglers"] = stragglers_json(replayed);
    return json;
}

Json figures_json(const Run& run) {
    Json json{{"origin", name_of(run.origin)},
              {"clock", clock_text(run)},
              {"state", name_of(run.state)},
              {"error", run.error.empty() ? Json() : Json(run.error)}};
    for (const Figure& figure : figures()) json[figure.key] = number_json(figure.of(run), figure.unit);
    json.update({{"device", run.device},
                 {"kernel", run.kernel},
                 {"transport", run.transport},
                 {"threads", run.threads},
                 {"ranks", run.schedule ? run.schedule->ranks : run.experiment.ring.ranks},
                 {"strategy", name_of(run.schedule ? run.schedule->strategy : run.experiment.ring.strategy)},
                 {"input", run.input_name.empty() ? Json() : Json(run.input_name)},
                 {"version", run.version},
                 {"revision", run.revision},
                 {"started_utc_ms", run.started_utc_ms},
                 {"spans", run.trace.spans.size()}});
    json["waterfall"] = waterfall_json(run);
    json["stragglers"] = stragglers_json(run);
    if (run.simulation) add_simulation(*run.simulation, json);
    return json;
}

/// What a kept trace has not, beside the figures; null there.
constexpr const char* kOnlyOfRuns[] = {
    "experiment_hash", "input",    "host",   "device",       "kernel",          "dtype",        "seq_len",
    "ranks",           "strategy", "layout", "output_bytes", "same_experiment", "verify_passed"};

Json summary_json(const RunSummary& s) {
    Json json{{"id", s.id},
              {"kind", s.is_trace ? "trace" : "run"},
              {"uuid", s.uuid},
              {"name", s.name},
              {"note", s.note},
              {"tags", s.tags},
              {"baseline", s.baseline},
              {"archived", s.archived},
              {"experiment_hash", s.experiment_hash},
              {"started_utc_ms", s.started_utc_ms},
              {"state", state_text(s)},
              {"origin", name_of(s.origin)},
              {"error", s.error.empty() ? Json() : Json(s.error)},
              {"version", s.version},
              {"revision", s.revision},
              {"input", s.input_name.empty() ? Json() : Json(s.input_name)},
              {"machine", s.machine.empty() ? Json() : Json(s.machine)},
              {"varied", s.varied.empty() ? Json() : Json(s.varied)},
              {"host", s.host},
              {"device", s.device},
              {"kernel", s.kernel},
              {"settings", s.settings},
              {"dtype", s.dtype},
              {"seq_len", s.seq_len},
              {"ranks", s.ranks},
              {"strategy", s.strategy},
              {"layout", s.layout},
              {"verified", s.verified},
              {"verify_passed", s.verified ? Json(s.verify_passed) : Json()},
              {"spans", s.spans},
              {"output_bytes", s.output_bytes},
              {"same_experiment", s.same_experiment}};
    for (const Figure& figure : figures())
        json[figure.list_key()] = number_json(s.figures[figure], figure.unit);
    if (s.is_trace)
        for (const char* key : kOnlyOfRuns) json[key] = nullptr;
    return json;
}

Json stream_json(const Stream& stream) {
    return {{"segment_length", stream.segment_length},
            {"dilation_rate", stream.dilation_rate},
            {"offset", stream.offset},
            {"dilated", stream.dilated},
            {"kv_heads", stream.kv_heads}};
}

}  // namespace

std::string streamed_to_json(const StreamedSimulation& streamed, const Experiment& experiment,
                             const Simulation& simulation) {
    Run run;
    run.experiment = experiment;
    run.origin = Origin::simulated;
    run.device = streamed.device;
    run.kernel = "model";
    run.transport = streamed.transport;
    run.threads = simulation.machine->device.workers;
    run.simulation = simulation;
    run.simulation->trial_seconds = streamed.trial_seconds;
    run.metrics = streamed.metrics;
    run.version = version();
    run.revision = revision();
    Json json{{"run", figures_json(run)}, {"ranks", Json::array()}};
    json["run"]["steps"] = streamed.steps;
    json["run"]["ranks"] = streamed.ranks;
    for (const RankMetrics& rank : streamed.metrics.ranks) json["ranks"].push_back(rank_json(rank));
    json["experiment"] = Json::parse(experiment_to_json(experiment));
    return text_of(json);
}

std::string run_to_json(const Run& run, std::optional<int64_t> run_id) {
    Json json = Json::object();
    if (run_id) json["run_id"] = *run_id;
    json["run"] = figures_json(run);
    json["ranks"] = Json::array();
    for (const RankMetrics& rank : run.metrics.ranks) json["ranks"].push_back(rank_json(rank));
    if (shares_cores(run) && why_not_replayable(run).empty()) json["replayed"] = replayed_json(*replay(run));
    if (run.verification) json["verify"] = verification_json(*run.verification);
    json["machine"] = machine_json(run.machine);
    json["experiment"] = Json::parse(experiment_to_json(run.experiment));
    return text_of(json);
}

std::string plan_to_json(const Schedule& schedule) {
    Json json{{"bytes_on_wire", schedule.bytes_on_wire},
              {"flops", number(schedule.flops)},
              {"dense_flops", number(schedule.dense_flops)},
              {"steps", schedule.steps},
              {"strategy", name_of(schedule.strategy)},
              {"phases", schedule.phases},
              {"transfers", schedule.transfers.size()},
              {"stripe_block", schedule.placement.stripe_block()},
              {"pairs_planned", schedule.pairs_planned},
              {"pairs_allowed", schedule.pairs_allowed},
              {"predicted_peak_bytes_max", predicted_peak_bytes_max(schedule)},
              {"predicted_bytes_all_ranks", predicted_bytes_all_ranks(schedule)}};
    json["ranks"] = Json::array();
    for (size_t rank = 0; rank < schedule.rank_plans.size(); ++rank) {
        const RankPlan& plan = schedule.rank_plans[rank];
        json["ranks"].push_back({{"rank", rank},
                                 {"tokens", plan.tokens},
                                 {"sent_bytes", plan.sent_bytes},
                                 {"received_bytes", plan.received_bytes},
                                 {"predicted_peak_bytes", plan.predicted_peak_bytes()},
                                 {"predicted_by_purpose", by_purpose(plan.predicted)},
                                 {"flops", number(plan.flops)}});
    }
    json["streams"] = Json::array();
    for (const Stream& stream : schedule.streams) json["streams"].push_back(stream_json(stream));
    json["experiment"] = Json::parse(experiment_to_json(schedule.experiment));
    return text_of(json);
}

std::string summaries_to_json(std::span<const RunSummary> runs) {
    Json json{{"runs", Json::array()}};
    for (const RunSummary& run : runs) json["runs"].push_back(summary_json(run));
    return text_of(json);
}

std::string summary_to_json(const RunSummary& run) { return text_of(summary_json(run)); }

}  // namespace ringscope
