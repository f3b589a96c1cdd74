#include "ui/tabs/simulate/advice_table.h"

#include <algorithm>

#include "engine/base/number_text.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

/// The answer of an experiment that differs in its ring alone is the same but for the row that was asked for.
bool is_about(const AdviceAnswer& answer, const AdviceRequest& asked) {
    AdviceRequest same_ring = asked;
    same_ring.experiment.ring = answer.request.experiment.ring;
    return answer.request == same_ring;
}

std::string times_best(const AdvisedCandidate& row, double best) {
    if (!row.seconds) return "-";
    return seconds_text(*row.seconds) + (*row.seconds > best ? "  x" + ratio_text(*row.seconds / best) : "");
}

void draw_row(const AdvisedCandidate& row, int index, const Advice& advice, WidgetContext ui,
              AdviceChoice& choice) {
    const std::string name = "simulate/advice/" + std::to_string(index + 1);
    const double best = advice.best && advice.best->seconds ? *advice.best->seconds : 0;
    const ImU32 colour = row.fits ? ui.theme.text : ui.theme.error;
    ImGui::TableNextRow();
    ImGui::TableNextColumn();
    if (button(ui, name + "/apply", "Apply",
               "Write these settings into the experiment. Ctrl-Z takes it back.",
               row.fits ? "" : "it does not fit the memory"))
        choice.apply = row.settings;
    ImGui::TableNextColumn();
    ImGui::AlignTextToFramePadding();
    const std::string words = words_of(row.settings) + (row.asked ? " (as asked)" : "");
    text_item(ui, name, fitted(words, ImGui::GetContentRegionAvail().x), colour);
    tooltip(ui.theme, words);
    ImGui::TableNextColumn();
    ImGui::AlignTextToFramePadding();
    text_item(ui, name + "/time", times_best(row, best), colour);
    ImGui::TableNextColumn();
    ImGui::AlignTextToFramePadding();
    text_item(ui, name + "/memory",
              row.device_bytes > 0 ? bytes_text(static_cast<double>(row.device_bytes)) : "-", colour);
    ImGui::TableNextColumn();
    ImGui::AlignTextToFramePadding();
    text_item(ui, name + "/reason", fitted(row.reason, ImGui::GetContentRegionAvail().x), ui.theme.text_dim);
    tooltip(ui.theme, row.reason);
}

void draw_rows(const Advice& advice, WidgetContext ui, AdviceChoice& choice) {
    const ImGuiTableFlags flags =
        ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerV | ImGuiTableFlags_ScrollY;
    if (!ImGui::BeginTable("##advice", 5, flags, {0, std::max(1.0f, ImGui::GetContentRegionAvail().y)}))
        return;
    ImGui::TableSetupScrollFreeze(0, 1);
    const float em = ImGui::GetFontSize();
    ImGui::TableSetupColumn("", ImGuiTableColumnFlags_WidthFixed, button_width("Apply"));
    ImGui::TableSetupColumn("settings", ImGuiTableColumnFlags_WidthStretch, 2);
    ImGui::TableSetupColumn("time, x best", ImGuiTableColumnFlags_WidthFixed, 8.5f * em);
    ImGui::TableSetupColumn("per device", ImGuiTableColumnFlags_WidthFixed, 5 * em);
    ImGui::TableSetupColumn("why", ImGuiTableColumnFlags_WidthStretch, 3);
    ImGui::TableHeadersRow();
    int index = 0;
    for (const AdvisedCandidate& row : advice.candidates) draw_row(row, index++, advice, ui, choice);
    ImGui::EndTable();
}

void draw_words(const Advice& advice, WidgetContext ui) {
    wrapped_item(ui, "simulate/advice/summary", advice.summary, ui.theme.text);
    std::string more = advice.border.reason;
    for (const LongestCase& longest : advice.longest)
        if (longest.name == "best")
            more += (more.empty() ? "" : " ") + std::string("Longest sequence that fits: ") +
                    count_text(longest.longest.tokens) + " tokens.";
    if (!more.empty()) wrapped_item(ui, "simulate/advice/limits", more, ui.theme.text_dim);
}

}  // namespace

AdviceChoice draw_advice(const AdviceSearch& search, const AdviceRequest& asked, double now_seconds,
                         WidgetContext ui) {
    AdviceChoice choice;
    const std::shared_ptr<const AdviceAnswer>& answer = search.answer();
    if (search.searching()) {
        choice.cancel = button(ui, "simulate/advice/cancel", "Cancel", "Stop the search.");
        ImGui::SameLine();
        const double seconds = std::max(0.0, now_seconds - search.started_seconds());
        text_item(ui, "simulate/advice/state", "Searching for the best settings, " + seconds_text(seconds),
                  ui.theme.text_dim);
        return choice;
    }
    choice.start =
        button(ui, "simulate/advice/start", "Advise",
               "Search strategy, ring size, layout, overlap and placement for the least time on this "
               "machine. Takes seconds, and every core.");
    ImGui::SameLine();
    const bool current = answer && is_about(*answer, asked);
    const char* state = !answer    ? "finds the best settings for this problem on this machine."
                        : !current ? "The advice below is for other settings or another machine."
                                   : "The advice:";
    text_item(ui, "simulate/advice/state", state, answer && !current ? ui.theme.warning : ui.theme.text_dim);
    if (!answer) return choice;
    if (!answer->problem.empty()) {
        wrapped_item(ui, "simulate/advice/problem", answer->problem, ui.theme.error);
        return choice;
    }
    draw_words(*answer->advice, ui);
    draw_rows(*answer->advice, ui, choice);
    return choice;
}

}  // namespace ringscope
