#include "ui/tabs/compare/run_axes.h"

#include <algorithm>
#include <cmath>

namespace ringscope {

namespace {

constexpr double kLogarithmicFrom = 20;
constexpr float kEdge = 1e-4f;  // of an axis: a range includes what stands on its end

}  // namespace

float FigureScale::share_of(double value) const {
    if (!(most > least)) return 0.5f;
    const double share =
        logarithmic ? std::log(value / least) / std::log(most / least) : (value - least) / (most - least);
    return static_cast<float>(std::clamp(share, 0.0, 1.0));
}

double FigureScale::value_at(float share) const {
    if (logarithmic) return least * std::pow(most / least, static_cast<double>(share));
    return least + (most - least) * static_cast<double>(share);
}

FigureScale make_scale(const std::vector<double>& values) {
    if (values.empty()) return {};
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    return {*least, *most, *least > 0 && *most / *least > kLogarithmicFrom};
}

RunPlot make_run_plot(std::shared_ptr<const std::vector<RunSummary>> list) {
    RunPlot plot;
    plot.list = std::move(list);
    if (!plot.list) return plot;
    for (const RunSummary& run : *plot.list) {
        if (run.archived || run.is_trace) continue;
        const bool finite = std::all_of(std::begin(kRunAxes), std::end(kRunAxes), [&](const RunAxis& figure) {
            return std::isfinite(figure.value(run));
        });
        if (run.state != RunState::done || !finite)
            ++plot.unfinished;
        else if (plot.runs.size() < kMostPlottedRuns)
            plot.runs.push_back(&run);
        else
            ++plot.left_out;
    }
    plot.shares.resize(plot.runs.size());
    for (size_t figure = 0; figure < std::size(kRunAxes); ++figure) {
        std::vector<double> values;
        for (const RunSummary* run : plot.runs) values.push_back(kRunAxes[figure].value(*run));
        plot.scales[figure] = make_scale(values);
        for (size_t run = 0; run < values.size(); ++run)
            plot.shares[run][figure] = plot.scales[figure].share_of(values[run]);
    }
    return plot;
}

bool RunBrush::keeps(const std::array<float, kRunAxisCount>& shares) const {
    for (size_t figure = 0; figure < shares.size(); ++figure)
        if (const auto& range = ranges[figure];
            range && (shares[figure] < range->from - kEdge || shares[figure] > range->to + kEdge))
            return false;
    return true;
}

bool RunBrush::active() const {
    return std::any_of(ranges.begin(), ranges.end(), [](const auto& range) { return range.has_value(); });
}

std::string run_text(const RunSummary& run) {
    std::string text = run.name + "\n" + run.settings + "\n";
    text += !run.verified       ? "not verified"
            : run.verify_passed ? "answer verified"
                                : "WRONG ANSWER: never the best";
    for (const RunAxis& figure : kRunAxes)
        text += std::string("\n") + figure.label + "  " + figure_text(figure.value(run), figure.unit);
    return text;
}

}  // namespace ringscope
