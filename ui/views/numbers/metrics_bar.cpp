#include "ui/views/numbers/metrics_bar.h"

#include <algorithm>
#include <cmath>

#include "engine/analysis/figures.h"
#include "engine/analysis/verification_text.h"
#include "engine/base/number_text.h"
#include "ui/views/run_clock.h"
#include "ui/widgets/imgui_compat.h"
#include "ui/widgets/plot.h"

namespace ringscope {

namespace {

std::string error_details(const Verification& check) {
    return "\nThis run: " + verification_line(check) +
           ".\nEach allowed pair planned exactly once: " + (check.coverage_ok ? "yes" : "NO") + ".";
}

/// What the shown run and plan add to the formula of some figures.
std::string details(const Figure& figure, const Run* run, const Schedule* plan) {
    if (figure.unit == Unit::error && figure.headline && run)
        return run->verification ? error_details(*run->verification) : " This run was not verified.";
    if (figure.unit == Unit::flops && plan) return " Dense attention: " + flops_text(plan->dense_flops) + ".";
    return "";
}

std::string state_text(const ViewContext& context) {
    if (context.run && context.run->state != RunState::done)
        return std::string("run ") + name_of(context.run->state);
    return "";
}

}  // namespace

std::vector<MetricFigure> metric_figures(const ViewContext& context, Figures which) {
    const auto plan = shown_schedule(context);
    const Run* run = context.run && context.run->state == RunState::done ? context.run.get() : nullptr;
    const bool wrong = run && run->verification && !run->verification->passed;
    std::vector<MetricFigure> shown;
    for (const Figure& figure : figures()) {
        if (which == Figures::headline && !figure.headline) continue;
        const double value = run ? figure.of(*run) : NAN;
        MetricFigure one{figure.name};
        if (!std::isnan(value)) one.measured = figure_text(value, figure.unit);
        if (plan && figure.planned) one.predicted = figure_text(figure.planned(*plan), figure.unit);
        one.formula = std::string(figure.label) + ": " + figure.formula + details(figure, run, plan.get());
        one.alarm = wrong && figure.unit == Unit::error;
        if (one.alarm) one.measured += " WRONG";
        shown.push_back(std::move(one));
    }
    return shown;
}

void MetricsBar::draw(ViewContext& context, ImVec2 size) {
    ImGui::PushID("metrics");
    const Canvas canvas = begin_canvas("metrics/bar", size, context.items, "metrics");
    clicked = canvas.clicked;
    const Theme& theme = context.theme;
    const bool stale = context.run && context.plan && !context.run_is_current;
    float x = canvas.box.min.x + theme.px(4);
    const std::string state = stale ? "earlier settings:" : state_text(context);
    const std::vector<MetricFigure> figures = metric_figures(context, Figures::headline);
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
