#include "ui/views/numbers/metrics_bar.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "ui/views/run_clock.h"
#include "ui/widgets/imgui_compat.h"
#include "ui/widgets/plot.h"

namespace ringscope {

namespace {

double planned_imbalance(const Schedule& schedule) {
    double most = 0;
    for (const RankPlan& plan : schedule.rank_plans) most = std::max(most, plan.flops);
    return schedule.flops > 0 ? most / (schedule.flops / schedule.ranks) : 1;
}

int64_t measured_peak(const Metrics& metrics) {
    int64_t peak = 0;
    for (const RankMetrics& rank : metrics.ranks) peak = std::max(peak, rank.peak_bytes);
    return peak;
}

MetricFigure error_figure(const Run* run) {
    MetricFigure figure{
        "error", "", "",
        "Largest absolute difference of an output element from the float64 reference: ", false};
    if (!run || !run->verification) {
        figure.formula += "not verified.";
        return figure;
    }
    const Verification& check = *run->verification;
    figure.measured = error_text(check.max_abs_error) + (check.passed ? "" : " WRONG");
    figure.alarm = !check.passed;
    figure.formula += error_text(check.max_abs_error) +
                      ".\nRelative error |o - ref| / |ref| = " + error_text(check.relative_error) +
                      ", allowed " + error_text(check.allowed_relative_error) + ".\nChecked " +
                      count_text(check.checked_rows) + " of " + count_text(check.total_rows) +
                      " rows; each allowed pair planned exactly once: " + (check.coverage_ok ? "yes" : "NO") +
                      ".";
    return figure;
}

std::string state_text(const ViewContext& context) {
    if (context.run && context.run->state != RunState::done)
        return std::string("run ") + name_of(context.run->state);
    return "";
}

}  // namespace

std::vector<MetricFigure> metric_figures(const ViewContext& context) {
    const Schedule* plan = shown_schedule(context);
    const Run* run = context.run && context.run->state == RunState::done ? context.run : nullptr;
    const Metrics none;
    const Metrics& m = run ? run->metrics : none;
    const auto measured = [&](const std::string& text) { return run ? text : std::string(); };
    const auto planned = [&](auto text) { return plan ? text(*plan) : std::string(); };
    std::vector<MetricFigure> figures;
    figures.push_back(error_figure(run));
    figures.push_back({"time", measured(seconds_text(m.seconds)), "",
                       "Wall time from the ranks' common start to the last rank's end."});
    figures.push_back(
        {"overlap", measured(percent_text(m.overlap_efficiency)), "",
         "Overlap efficiency = 1 - exposed transfer time / total transfer time, summed over ranks: the share "
         "of the transfers hidden behind compute. 100% when nothing is sent."});
    figures.push_back({"imbalance", measured(ratio_text(m.compute_imbalance)),
                       planned([](const Schedule& s) { return ratio_text(planned_imbalance(s)); }),
                       "Compute imbalance = the largest rank's core seconds / their mean over ranks. "
                       "Predicted: the same of "
                       "the planned FLOPs."});
    figures.push_back({"speed", measured(rate_text(m.gflops_per_second * 1e9)), "",
                       "FLOPs / time, with 4 x head_dim FLOPs for each (query, key) pair really attended."});
    figures.push_back(
        {"sent", measured(bytes_text(static_cast<double>(m.bytes_on_wire))),
         planned([](const Schedule& s) { return bytes_text(static_cast<double>(s.bytes_on_wire)); }),
         "Bytes sent, summed over ranks. Predicted: the sum over the schedule's transfers."});
    figures.push_back({"peak", measured(bytes_text(static_cast<double>(measured_peak(m)))),
                       planned([](const Schedule& s) {
                           return bytes_text(static_cast<double>(predicted_peak_bytes_max(s)));
                       }),
                       "The largest rank's peak bytes: Q, own K/V, travelling K/V, output, LSE and "
                       "workspace. Predicted from "
                       "the schedule."});
    figures.push_back(
        {"work", measured(flops_text(m.flops)),
         planned([](const Schedule& s) { return flops_text(s.flops); }),
         "FLOPs = 4 x head_dim for each (query, key) pair really attended, all heads and batch entries." +
             planned(
                 [](const Schedule& s) { return " Dense attention: " + flops_text(s.dense_flops) + "."; })});
    return figures;
}

void MetricsBar::draw(ViewContext& context, ImVec2 size) {
    ImGui::PushID("metrics");
    const Canvas canvas = begin_canvas("metrics/bar", size, context.items, "metrics");
    clicked = canvas.clicked;
    const Theme& theme = context.theme;
    const bool stale = context.run && context.plan && !context.run_is_current;
    float x = canvas.box.min.x + theme.px(4);
    const std::string state = stale ? "earlier settings:" : state_text(context);
    const std::vector<MetricFigure> figures = metric_figures(context);
    // Every figure comes before any figure's prediction, which a tooltip tells as well; and small letters
    // before a figure is left out.
    ImFont* font = theme.text_font;
    float gap = theme.px(14);
    const auto width_of_all = [&](bool with_plans) {
        float whole = state.empty() ? 0 : text_size(font, state).x + gap;
        for (const MetricFigure& f : figures) {
            const std::string plan = with_plans && !f.predicted.empty() ? " (plan " + f.predicted + ")" : "";
            const std::string value = f.measured.empty() ? "-" : f.measured;
            whole += text_size(font, std::string(f.name) + " " + value + plan).x + gap;
        }
        return whole - gap;
    };
    const bool plans_fit = x + width_of_all(true) <= canvas.box.max.x;
    if (!plans_fit && x + width_of_all(false) > canvas.box.max.x) {
        font = theme.small_font;
        gap = theme.px(9);
    }
    const float y = canvas.box.min.y + std::max((canvas.box.height() - text_size(font, "0").y) / 2, 0.0f);
    const auto put = [&](const std::string& text, ImU32 colour) {
        draw_text(*canvas.list, font, {x, y}, colour, text, canvas.box);
        x += text_size(font, text).x;
    };
    if (!state.empty() && x + text_size(font, state).x < canvas.box.max.x) {
        put(state, stale ? theme.warning : theme.error);
        x += gap;
    }
    for (const MetricFigure& figure : figures) {
        const std::string name = std::string(figure.name) + " ";
        const std::string value = figure.measured.empty() ? "-" : figure.measured;
        const std::string plan = figure.predicted.empty() ? "" : " (plan " + figure.predicted + ")";
        const float width = text_size(font, name + value).x;
        if (x + width > canvas.box.max.x) break;
        const float left = x;
        put(name, theme.text_dim);
        put(value, figure.alarm ? theme.error : theme.text);
        if (plans_fit) put(plan, theme.text_dim);
        const Box box{{left, canvas.box.min.y}, {x, canvas.box.max.y}};
        context.items.add(std::string("metrics/") + figure.name, box.min, box.max, value);
        if (canvas.hovered && box.contains(canvas.mouse)) {
            tooltip(std::string(figure.name) + ": " + value +
                    (figure.predicted.empty() ? "" : "\npredicted: " + figure.predicted) + "\n\n" +
                    figure.formula + "\n\nClick for all numbers.");
        }
        x += gap;
    }
    ImGui::PopID();
}

}  // namespace ringscope
