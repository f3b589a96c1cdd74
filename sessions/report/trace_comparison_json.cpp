#include "sessions/report/trace_comparison_json.h"

#include <nlohmann/json.hpp>
#include <optional>

namespace ringscope {

namespace {

using Json = nlohmann::ordered_json;

Json optional_number(const std::optional<int64_t>& value) { return value ? Json(*value) : Json(); }

Json trace_json(const ImportedTrace& trace, const TraceComparison& comparison, size_t index) {
    return {{"name", trace.name},
            {"rank", optional_number(trace.rank)},
            {"world_size", optional_number(trace.world_size)},
            {"offset_ns", comparison.offset_ns[index]},
            {"length_ns", trace.length_ns},
            {"slices", trace.slices()},
            {"own_ns", comparison.difference.own_ns[index]}};
}

Json times_json(const NameTimes& times) {
    return {{"slices", times.slices},       {"total_ns", times.total_ns},        {"own_ns", times.own_ns},
            {"min_ns", times.least_ns},     {"max_ns", times.most_ns},           {"mean_ns", times.mean_ns},
            {"median_ns", times.median_ns}, {"deviation_ns", times.deviation_ns}};
}

Json name_json(const NameDifference& name) {
    Json json{{"name", name.name}, {"category", name.category}, {"traces", Json::array()}};
    for (const NameTimes& times : name.in) json["traces"].push_back(times_json(times));
    if (name.in.size() < 2) return json;
    const std::optional<double> error = name.mean_change_error_ns();
    json["changed_trace"] = name.trace;
    json["own_change_ns"] = name.own_change_ns();
    json["total_change_ns"] = name.total_change_ns();
    json["mean_change_ns"] = name.mean_change_ns();
    json["mean_change_error_ns"] = error ? Json(*error) : Json();
    return json;
}

Json rank_json(const RankTimes& times, size_t job) {
    return {{"job", job},
            {"rank", times.rank},
            {"trace", times.trace},
            {"begin_ns", times.begin_ns},
            {"end_ns", times.end_ns},
            {"busy_ns", times.busy_ns},
            {"communication_ns", times.communication_ns},
            {"exposed_communication_ns", times.exposed_ns},
            {"waiting_ns", times.waiting_ns},
            {"matched", times.matched},
            {"unmatched", times.unmatched},
            {"skew_ns", times.skew_ns},
            {"transfer_ns", times.transfer_ns},
            {"last_to_begin", times.last_to_begin},
            {"cost_to_others_ns", times.cost_ns},
            {"late_ns", times.late_ns},
            {"steps", times.steps},
            {"last_to_end_step", times.last_to_end}};
}

Json totals_json(const MatchTotals& totals, size_t job) {
    return {{"job", job},
            {"kind", name_of(totals.kind)},
            {"name", totals.name},
            {"matches", totals.matches},
            {"skew_ns", totals.skew_ns},
            {"transfer_ns", totals.transfer_ns},
            {"most_skew_ns", totals.most_skew_ns},
            {"last_rank", totals.last_rank < 0 ? Json() : Json(totals.last_rank)},
            {"times_last", totals.times_last}};
}

Json match_json(const TraceMatch& match, size_t job) {
    Json json{
        {"job", job},
        {"kind", name_of(match.kind)},
        {"name", match.name},
        {"number", match.number},
        {"skew_ns", match.skew_ns},
        {"transfer_ns", match.transfer_ns},
        {"last_rank", match.last < 0 ? Json() : Json(match.parts[static_cast<size_t>(match.last)].rank)},
        {"late_ns", match.late_ns},
        {"contradicts_clocks", match.contradicts_clocks},
        {"ranks", Json::array()}};
    for (const TraceMatch::Part& part : match.parts)
        json["ranks"].push_back({{"rank", part.rank},
                                 {"begin_ns", part.begin_ns},
                                 {"end_ns", part.end_ns},
                                 {"skew_ns", part.skew_ns},
                                 {"transfer_ns", part.transfer_ns}});
    return json;
}

}  // namespace

std::string trace_comparison_to_json(const ImportedTraces& traces, const TraceComparison& comparison) {
    Json json{{"sentences", comparison.sentences},
              {"clock", {{"source", comparison.clock_source}}},
              {"traces", Json::array()},
              {"names", Json::array()},
              {"stragglers", Json::array()},
              {"communications", Json::array()},
              {"pairs", Json::array()}};
    for (size_t i = 0; i < traces.size(); ++i)
        json["traces"].push_back(trace_json(*traces[i], comparison, i));
    for (const NameDifference& name : comparison.difference.names) json["names"].push_back(name_json(name));
    for (size_t job = 0; job < comparison.jobs.size(); ++job) {
        for (const RankTimes& rank : comparison.jobs[job].ranks)
            json["stragglers"].push_back(rank_json(rank, job));
        for (const MatchTotals& totals : comparison.jobs[job].names)
            json["communications"].push_back(totals_json(totals, job));
        for (const TraceMatch& match : comparison.jobs[job].matches)
            json["pairs"].push_back(match_json(match, job));
    }
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ringscope
