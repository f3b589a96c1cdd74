#include "ui/tabs/simulate/time_curve.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "engine/plan/plan_size.h"
#include "ui/tabs/simulate/simulated_picture.h"

namespace ringscope {

namespace {

constexpr int64_t kQuickItems = 15'000;     // laid out in some 20 ms
constexpr int64_t kLargestItems = 300'000;  // in half a second

/// Of an experiment that is not valid none.
std::optional<int64_t> items_of(const Experiment& experiment) {
    if (!validate(experiment).empty()) return std::nullopt;
    const PlanSize size = plan_size(experiment);
    if (!is_plannable(size)) return std::nullopt;
    return lay_out_items(size);
}

double& factor_of(WhatIf& factors, CurveKind kind) {
    if (kind == CurveKind::latency) return factors.latency;
    return kind == CurveKind::rate ? factors.rate : factors.bandwidth;
}

/// Where the curve lies at `x`, between its points straight in logarithms. Unset outside.
std::optional<double> seconds_at(const TimeCurve& curve, double x) {
    for (size_t i = 1; i < curve.points.size(); ++i) {
        const CurvePoint &a = curve.points[i - 1], &b = curve.points[i];
        if (x < a.x * 0.999 || x > b.x * 1.001) continue;
        const double share = std::log(x / a.x) / std::log(b.x / a.x);
        return a.seconds * std::pow(b.seconds / a.seconds, share);
    }
    return std::nullopt;
}

/// `times` as long as now.
std::string change_words(double times) {
    if (std::fabs(times - 1) < 0.005) return "no change";
    return times < 1 ? ratio_text(1 / times) + " times as fast" : ratio_text(times) + " times as long";
}

void add_point(TimeCurve& curve, double x, const SimulatedPicture& picture) {
    CurvePoint point{.x = x, .seconds = picture.metrics.seconds, .fits = picture.fits()};
    if (is_over_ranks(curve.request.kind) && point.seconds > 0) {
        const double rate = picture.metrics.flops / (x * point.seconds);
        if (curve.points.empty()) curve.first_rate = rate;
        point.efficiency = curve.first_rate > 0 ? rate / curve.first_rate : 1;
    }
    curve.points.push_back(point);
}

}  // namespace

bool is_over_ranks(CurveKind kind) { return kind == CurveKind::strong || kind == CurveKind::weak; }

CurveRequest curve_asked(SimulationRequest base, CurveKind kind) {
    if (!is_over_ranks(kind)) factor_of(base.options.what_if, kind) = 1;
    if (kind == CurveKind::strong) base.experiment.ring.ranks = 1;
    return {std::move(base), kind};
}

double position_on(const CurveRequest& curve, const SimulationRequest& now) {
    if (is_over_ranks(curve.kind)) return now.experiment.ring.ranks;
    WhatIf factors = now.options.what_if;
    return factor_of(factors, curve.kind);
}

std::vector<double> curve_positions(const CurveRequest& request) {
    std::vector<double> positions;
    if (is_over_ranks(request.kind)) {
        for (const int ranks : doubled_ranks(most_ranks_on(*request.base.machine)))
            positions.push_back(ranks);
        return positions;
    }
    const std::optional<int64_t> items = items_of(request.base.experiment);
    if (!items || *items > kLargestItems) return positions;
    const int per_decade = *items > kQuickItems ? 4 : 12;
    for (int i = -per_decade; i <= per_decade; ++i)
        positions.push_back(std::pow(10.0, static_cast<double>(i) / per_decade));
    return positions;
}

SimulationRequest simulation_at(const CurveRequest& request, double x) {
    SimulationRequest at = request.base;
    if (!is_over_ranks(request.kind)) {
        factor_of(at.options.what_if, request.kind) = x;
        return at;
    }
    const int ranks = static_cast<int>(std::lround(x));
    if (request.kind == CurveKind::weak) at.experiment = with_same_share(at.experiment, ranks);
    at.experiment.ring.ranks = ranks;
    std::erase_if(at.options.slow_ranks, [&](const SlowRank& slow) { return slow.rank >= ranks; });
    return at;
}

void calculate_curve(const CurveRequest& request, const std::stop_token& stop,
                     const std::function<void(TimeCurve)>& publish) {
    TimeCurve curve{.request = request};
    const std::vector<double> positions = curve_positions(request);
    curve.asked = positions.size();
    if (positions.empty()) curve.problem = "too many transfers to lay out again and again";
    std::shared_ptr<const Schedule> schedule;  // one serves all factors
    for (const double x : positions) {
        const SimulationRequest at = simulation_at(request, x);
        const std::optional<int64_t> items = items_of(at.experiment);
        if (!items || *items > kLargestItems) {
            ++curve.left_out;
            continue;
        }
        const SimulatedPicture picture = simulate_picture(at, schedule, stop);
        if (picture.problem.empty())
            add_point(curve, x, picture);
        else
            curve.problem = picture.problem, ++curve.left_out;
        if (!is_over_ranks(request.kind)) schedule = picture.schedule;
        publish(curve);
    }
    if (!curve.points.empty()) curve.problem.clear();
    publish(curve);
}

std::optional<double> ideal_seconds(const TimeCurve& curve, size_t point) {
    if (!is_over_ranks(curve.request.kind)) return std::nullopt;
    return curve.points[point].seconds * curve.points[point].efficiency;
}

std::string sensitivity_sentence(const TimeCurve& curve, double x) {
    if (is_over_ranks(curve.request.kind)) return "";
    const std::optional<double> now = seconds_at(curve, x), twice = seconds_at(curve, 2 * x),
                                half = seconds_at(curve, x / 2);
    if (!now || !twice || !half || !(*now > 0)) return "";
    return std::string("Twice the ") + name_of(curve.request.kind) + ": " + change_words(*twice / *now) +
           "; half: " + change_words(*half / *now) + ".";
}

}  // namespace ringscope
