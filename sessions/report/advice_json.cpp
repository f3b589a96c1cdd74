#include "sessions/report/advice_json.h"

#include <nlohmann/json.hpp>

#include "sessions/experiment_file.h"

namespace ringscope {

namespace {

using Json = nlohmann::ordered_json;

Json settings_json(const AdvisedSettings& settings) {
    Json object = Json::object();
    for (const auto& [path, text] : assignments_of(settings)) object[path] = text;
    return object;
}

Json candidate_json(const AdvisedCandidate& candidate) {
    return {{"name", words_of(candidate.settings)},
            {"settings", settings_json(candidate.settings)},
            {"rank_placement", name_of(candidate.settings.placement)},
            {"asked", candidate.asked},
            {"seconds", candidate.seconds ? Json(*candidate.seconds) : Json(nullptr)},
            {"peak_bytes", candidate.device_bytes},
            {"bytes_on_wire", candidate.bytes_on_wire},
            {"fits", candidate.fits},
            {"reason", candidate.reason}};
}

Json longest_json(const LongestCase& longest) {
    return {{"name", longest.name},
            {"tokens", longest.longest.tokens},
            {"settings", settings_json(longest.longest.settings)},
            {"limit", longest.longest.limit}};
}

Json points_json(const std::vector<ScalingPoint>& points) {
    Json list = Json::array();
    for (const ScalingPoint& point : points)
        list.push_back({{"ranks", point.ranks},
                        {"seq_len", point.tokens},
                        {"seconds", point.seconds},
                        {"efficiency", point.efficiency},
                        {"fits", point.fits}});
    return list;
}

}  // namespace

std::string advice_to_json(const Advice& advice, const MachineModel& machine) {
    Json object{{"machine",
                 {{"name", machine.name},
                  {"title", machine.title},
                  {"devices", machine.devices()},
                  {"memory_bytes", machine.device.memory_bytes}}}};
    object["best"] = advice.best ? candidate_json(*advice.best) : Json(nullptr);
    if (advice.best) object["best"]["summary"] = advice.summary;
    object["candidates"] = Json::array();
    for (const AdvisedCandidate& candidate : advice.candidates)
        object["candidates"].push_back(candidate_json(candidate));
    object["border"] = {{"tokens", advice.border.tokens ? Json(*advice.border.tokens) : Json(nullptr)},
                        {"reason", advice.border.reason}};
    object["longest_sequence"] = longest_json(advice.longest.front());
    for (const LongestCase& longest : advice.longest)
        object["longest_sequence"]["cases"].push_back(longest_json(longest));
    object["sensitivity"] = Json::array();
    for (const Sensitivity& one : advice.sensitivity)
        object["sensitivity"].push_back({{"quantity", one.quantity},
                                         {"elasticity", one.elasticity},
                                         {"half_seconds", one.half_seconds},
                                         {"double_seconds", one.double_seconds},
                                         {"text", one.words}});
    object["strong"] = points_json(advice.strong);
    object["weak"] = points_json(advice.weak);
    object["search"] = {{"considered", advice.considered}, {"laid_out", advice.laid_out}};
    object["experiment"] = Json::parse(experiment_to_json(advice.experiment));
    return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace ringscope
