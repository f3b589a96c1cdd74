#include "ui/tabs/simulate/what_if_panel.h"

#include <algorithm>

#include "engine/base/number_text.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

/// A label, a slider and a button that sets the slider back.
class SliderRow {
  public:
    SliderRow(WidgetContext ui, const char* label, const std::string& help)
        : ui_(ui), label_(label), help_(help), name_(std::string("simulate/") + label) {
        const float labels = ImGui::CalcTextSize("how many times").x + ImGui::GetStyle().ItemSpacing.x;
        const float reset = button_width(kReset) + ImGui::GetStyle().ItemSpacing.x;
        const float left = ImGui::GetCursorPosX();
        ImGui::AlignTextToFramePadding();
        ImGui::TextUnformatted(label);
        tooltip(ui.theme, help);
        ImGui::SameLine(left + labels);
        ImGui::SetNextItemWidth(std::max(1.0f, ImGui::GetContentRegionAvail().x - reset));
    }

    bool factor(double& value, double least, double most) {
        const bool changed =
            ImGui::SliderScalar(("##" + name_).c_str(), ImGuiDataType_Double, &value, &least, &most, "%.2fx",
                                ImGuiSliderFlags_Logarithmic | ImGuiSliderFlags_AlwaysClamp);
        return done(changed, exact_text(value));
    }
    bool whole(int& value, int least, int most, const char* format, bool logarithmic) {
        const ImGuiSliderFlags scale = logarithmic ? ImGuiSliderFlags_Logarithmic : ImGuiSliderFlags_None;
        const bool changed = ImGui::SliderInt(("##" + name_).c_str(), &value, least, most, format,
                                              scale | ImGuiSliderFlags_AlwaysClamp);
        return done(changed, std::to_string(value));
    }
    /// Behind the slider. `neutral`: there is nothing to set back.
    bool reset(bool neutral) {
        ImGui::SameLine();
        return button(ui_, name_ + "/reset", kReset, "Set it back.",
                      neutral ? "it stands there already" : "");
    }

  private:
    static constexpr const char* kReset = "x";

    bool done(bool changed, const std::string& text) {
        ui_.items.add_last(name_, text);
        tooltip(ui_.theme, help_ + "\nCtrl-click to type a value.");
        return changed;
    }

    WidgetContext ui_;
    const char* label_;
    std::string help_;
    std::string name_;
};

void draw_factor(WidgetContext ui, const char* label, double& value, const std::string& help) {
    SliderRow row(ui, label, help);
    row.factor(value, kLeastFactor, kMostFactor);
    if (row.reset(value == 1)) value = 1;
}

void draw_slow_rank(WhatIfSettings& settings, int ranks, WidgetContext ui) {
    settings.slow_rank = std::min(settings.slow_rank, ranks - 1);
    {
        SliderRow row(ui, "slow rank", "One rank whose work takes longer. Leftmost: none.");
        row.whole(settings.slow_rank, -1, ranks - 1, settings.slow_rank < 0 ? "none" : "rank %d", false);
        if (row.reset(settings.slow_rank < 0)) settings.slow_rank = -1;
    }
    ImGui::BeginDisabled(settings.slow_rank < 0);
    SliderRow row(ui, "how many times", "How many times as long the slow rank's work takes.");
    row.factor(settings.slow_factor, 1, kMostFactor);
    ImGui::EndDisabled();
    if (row.reset(settings.slow_factor == 2)) settings.slow_factor = 2;
}

}  // namespace

void draw_what_if(WhatIfSettings& settings, const MachineModel& machine, int asked_ranks, WidgetContext ui) {
    text_item(ui, "simulate/what if", "What if", ui.theme.text_dim);
    ImGui::SameLine();
    if (button(ui, "simulate/reset", "Reset all", "The machine and the ring as they are.",
               settings == WhatIfSettings{} ? "nothing is changed" : ""))
        settings = {};
    draw_factor(ui, "bandwidth", settings.factors.bandwidth, "Bytes per second of every link.");
    draw_factor(ui, "latency", settings.factors.latency, "Time until the first byte, of every link.");
    draw_factor(ui, "rate", settings.factors.rate, "FLOPs per second of every device.");
    const int most = most_ranks_on(machine);
    int ranks = settings.ranks > 0 ? settings.ranks : asked_ranks;
    SliderRow row(
        ui, "ranks",
        "Ring size, up to the machine's " + count_text(most) + (most == 1 ? " place." : " places."));
    if (row.whole(ranks, 1, std::max(most, 1), "%d", true)) settings.ranks = ranks == asked_ranks ? 0 : ranks;
    if (row.reset(settings.ranks == 0)) settings.ranks = 0;
    draw_slow_rank(settings, settings.ranks > 0 ? settings.ranks : asked_ranks, ui);
}

}  // namespace ringscope
