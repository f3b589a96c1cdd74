#include "ui/tabs/compare/run_axes.h"

#include <algorithm>
#include <cmath>

#include "engine/base/error.h"

namespace ringscope {

namespace {

constexpr double kLogarithmicFrom = 20;
constexpr float kEdge = 1e-4f;  // of an axis: a range includes what stands on its end

}  // namespace

const std::vector<RunAxis>& run_axes() {
    static const std::vector<RunAxis> axes = [] {
        std::vector<RunAxis> all{
            {"ranks", "ranks", Unit::count, [](const RunSummary& r) { return static_cast<double>(r.ranks); }},
            {"seq_len", "sequence", Unit::count,
             [](const RunSummary& r) { return static_cast<double>(r.seq_len); }}};
        for (const Figure& figure : figures())
            if (figure.headline && figure.unit != Unit::error)
                all.push_back({figure.list_key(), figure.name, figure.unit, nullptr, &figure});
        return all;
    }();
    return axes;
}

int run_axis(std::string_view key) {
    const auto& axes = run_axes();
    const auto at =
        std::find_if(axes.begin(), axes.end(), [&](const RunAxis& axis) { return key == axis.key; });
    RINGSCOPE_CHECK(at != axes.end());
    return static_cast<int>(at - axes.begin());
}

float FigureScale::share_of(double value) const {
    if (std::isnan(value)) return 0;
    if (!(most > least)) return 0.5f;
    const double share =
        logarithmic ? std::log(value / least) / std::log(most / least) : (value - least) / (most - least);
    return static_cast<float>(std::clamp(share, 0.0, 1.0));
}

double FigureScale::value_at(float share) const {
    if (logarithmic) return least * std::pow(most / least, static_cast<double>(share));
    return least + (most - least) * static_cast<double>(share);
}

FigureScale make_scale(std::vector<double> values) {
    std::erase_if(values, [](double value) { return std::isnan(value); });
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
        if (run.state != RunState::done || !std::isfinite(run.figures["seconds"]))
            ++plot.unfinished;
        else if (plot.runs.size() < kMostPlottedRuns)
            plot.runs.push_back(&run);
        else
            ++plot.left_out;
    }
    plot.shares.resize(plot.runs.size());
    for (const RunAxis& axis : run_axes()) {
        std::vector<double> values;
        for (const RunSummary* run : plot.runs) values.push_back(axis.value(*run));
        const FigureScale& scale = plot.scales.emplace_back(make_scale(values));
        for (size_t run = 0; run < values.size(); ++run)
            plot.shares[run].push_back(scale.share_of(values[run]));
    }
    return plot;
}

bool RunBrush::keeps(const std::vector<float>& shares) const {
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
    for (const RunAxis& axis : run_axes())
        text += std::string("\n") + axis.label + "  " + figure_text(axis.value(run), axis.unit);
    return text;
}

}  // namespace ringscope
