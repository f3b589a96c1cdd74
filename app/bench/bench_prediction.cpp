#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "app/bench/bench.h"
#include "engine/calibrate/calibration.h"
#include "engine/calibrate/prediction_check.h"

namespace ringscope {

namespace {

nlohmann::ordered_json row_of(Disturbance disturbance, const CheckedPrediction& checked) {
    const Experiment& e = checked.experiment;
    return {{"disturbance", name_of(disturbance)},
            {"seq_len", e.problem.seq_len},
            {"heads", e.problem.heads},
            {"kv_heads", e.problem.kv_heads.value_or(e.problem.heads)},
            {"head_dim", e.problem.head_dim},
            {"dtype", name_of(e.problem.dtype)},
            {"causal", e.problem.causal},
            {"head_groups", e.problem.head_groups.size()},
            {"ranks", e.ring.ranks},
            {"strategy", name_of(e.ring.strategy)},
            {"layout", name_of(e.ring.layout)},
            {"overlap", e.ring.overlap},
            {"measured_seconds", checked.measured_seconds},
            {"predicted_over_measured", checked.predicted_over_measured}};
}

nlohmann::ordered_json summary_of(Disturbance disturbance, const std::vector<CheckedPrediction>& checked) {
    std::vector<double> errors;
    for (const CheckedPrediction& one : checked) errors.push_back(std::abs(one.predicted_over_measured - 1));
    std::sort(errors.begin(), errors.end());
    return {{"disturbance", name_of(disturbance)},
            {"problems", errors.size()},
            {"median_error", errors[errors.size() / 2]},
            {"worst_error", errors.back()}};
}

}  // namespace

nlohmann::ordered_json bench_prediction(std::stop_token stop) {
    const Calibration calibration = calibrate({}, stop);
    nlohmann::ordered_json report{{"results", nlohmann::ordered_json::array()},
                                  {"errors", nlohmann::ordered_json::array()}};
    for (const Disturbance disturbance : {Disturbance::none, Disturbance::delay, Disturbance::slow_link}) {
        PredictionCheckOptions options;
        options.disturbance = disturbance;
        const std::vector<CheckedPrediction> checked = check_predictions(calibration, options, stop);
        for (const CheckedPrediction& one : checked) report["results"].push_back(row_of(disturbance, one));
        report["errors"].push_back(summary_of(disturbance, checked));
    }
    return report;
}

}  // namespace ringscope
