// How the time depends on one thing that is turned: a rate of the machine, or the size of the ring. Pure.
//
//   efficiency of p ranks = (flops_p / (p T_p)) / (flops_1 / T_1)
//
// so 1 is ideal for a ring that grows under the same problem as well as for one that grows with it.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "ui/tabs/simulate/what_if_settings.h"

namespace ringscope {

enum class CurveKind { bandwidth, latency, rate, strong, weak };
inline constexpr int kCurveKinds = 5;
template <>
struct EnumNames<CurveKind> {
    static constexpr const char* names[] = {"bandwidth", "latency", "rate", "strong scaling", "weak scaling"};
};
/// The horizontal axis counts ranks, not factors.
bool is_over_ranks(CurveKind kind);

struct CurveRequest {
    SimulationRequest base;  // what is swept is neutral in it, so that its slider leaves the curve as it is
    CurveKind kind = CurveKind::bandwidth;
    bool operator==(const CurveRequest&) const = default;
};
CurveRequest curve_asked(SimulationRequest base, CurveKind kind);

/// Where the sliders stand on the curve's horizontal axis.
double position_on(const CurveRequest& curve, const SimulationRequest& now);

struct CurvePoint {
    double x = 1;  // a factor, or ranks
    double seconds = 0;
    double efficiency = 1;  // over ranks
    bool fits = true;       // the memory; times are as if it did
};

struct TimeCurve {
    CurveRequest request;
    std::vector<CurvePoint> points{};  // ascending
    size_t asked = 0;                  // points in all; fewer are there while it is calculated
    size_t left_out = 0;               // sizes that cannot be, or would take too long to lay out
    double first_rate = 0;             // FLOP/s per rank of the first point, over ranks
    std::string problem{};             // one line: why there are no points; "" else
};

/// Factors or ranks of the points, ascending. A problem that takes long to lay out gets fewer.
std::vector<double> curve_positions(const CurveRequest& request);
/// The simulation of the point at `x`.
SimulationRequest simulation_at(const CurveRequest& request, double x);

/// Publishes after every point. Throws Error(cancelled) only.
void calculate_curve(const CurveRequest& request, const std::stop_token& stop,
                     const std::function<void(TimeCurve)>& publish);

/// Ideal time of a scaling curve at its point: the work at the rate of its first. Unset elsewhere.
std::optional<double> ideal_seconds(const TimeCurve& curve, size_t point);

/// "twice the bandwidth: 1.21 times as fast; half: 1.34 times as long", from the points around `x`; "" off the curve.
std::string sensitivity_sentence(const TimeCurve& curve, double x);

}  // namespace ringscope
