#include "ui/tabs/simulate/simulate_tab.h"

#include <algorithm>

#include "engine/base/number_text.h"
#include "ui/tabs/simulate/advice_table.h"
#include "ui/tabs/simulate/curve_chart.h"
#include "ui/tabs/simulate/machine_list.h"
#include "ui/tabs/simulate/rank_bars.h"
#include "ui/tabs/simulate/what_if_panel.h"
#include "ui/widgets/imgui_compat.h"
#include "ui/widgets/plot.h"

namespace ringscope {

namespace {

constexpr float kDimmed = 0.5f;

bool is_done(const Run* run) { return run && run->state == RunState::done && run->schedule; }

/// A dim label and a value, beside the last pair where there is room.
void draw_figure(WidgetContext ui, bool first, const char* name, const char* label, const std::string& value,
                 const std::string& help) {
    const float gap = ImGui::GetStyle().ItemSpacing.x;
    const float width = ImGui::CalcTextSize(label).x + gap + ImGui::CalcTextSize(value.c_str()).x;
    if (!first) {
        ImGui::SameLine(0, ui.theme.px(18));
        if (ImGui::GetContentRegionAvail().x < width) ImGui::NewLine();
    }
    text_item(ui, std::string("simulate/") + name + "/label", label, ui.theme.text_dim);
    tooltip(ui.theme, help);
    ImGui::SameLine();
    text_item(ui, std::string("simulate/") + name, value, ui.theme.text);
    tooltip(ui.theme, help);
}

void draw_figures(const SimulatedPicture& picture, WidgetContext ui) {
    const Metrics& metrics = picture.metrics;
    draw_figure(ui, true, "wire", "on the wire", bytes_text(static_cast<double>(metrics.bytes_on_wire)),
                "Bytes that all ranks send together.");
    draw_figure(ui, false, "overlap", "overlap", ratio_text(metrics.overlap_efficiency),
                "The share of transfer time that computing hides; 1 when nothing is sent.");
    draw_figure(ui, false, "imbalance", "imbalance", ratio_text(metrics.compute_imbalance),
                "The busiest rank's computing over the mean; 1 is even.");
    draw_figure(ui, false, "speed", "rate", rate_text(metrics.gflops_per_second * 1e9),
                "Work of all ranks over the time.");
}

}  // namespace

std::string beside_run_sentence(const Run& run, double predicted_seconds) {
    if (!is_done(&run) || !(run.metrics.seconds > 0)) return "";
    return std::string("The shown run took ") + seconds_text(run.metrics.seconds) + " (" +
           name_of(run.origin) + " on " + run.device + "): the prediction is " +
           ratio_text(predicted_seconds / run.metrics.seconds) + " times that.";
}

/// By name; what is no longer there is replaced by the first choice.
const MachineModel* SimulateTab::choose_machine(const Inputs& in, int ranks) {
    machine_.reset();
    if (!in.machines || in.machines->empty()) return nullptr;
    const auto named = [&](const MachineEntry& entry) { return entry.machine->name == machine; };
    auto chosen = std::find_if(in.machines->begin(), in.machines->end(), named);
    if (chosen == in.machines->end())
        chosen = in.machines->begin() + static_cast<std::ptrdiff_t>(first_choice(*in.machines, ranks));
    machine_ = chosen->machine;
    machine = machine_->name;
    return machine_.get();
}

const Experiment& SimulateTab::experiment_of(const TabContext& context) const {
    return of_run && context.in.run ? context.in.run->experiment : context.experiment;
}

void SimulateTab::draw_sources(TabContext& context) {
    const WidgetContext ui = context.ui;
    const bool has_run = is_done(context.in.run.get());
    if (!has_run) of_run = false;
    text_item(ui, "simulate/settings of", "Settings of", ui.theme.text_dim);
    ImGui::SameLine();
    if (toggle(ui, "simulate/of panel", "the panel", !of_run,
               "The experiment as it stands on the Workbench."))
        of_run = false;
    beside_or_below(button_width("the shown run"));
    ImGui::BeginDisabled(!has_run);
    if (toggle(ui, "simulate/of run", "the shown run", of_run,
               has_run ? "The run of the Workbench: its settings, with the time that it took beside."
                       : "No run is finished yet."))
        of_run = true;
    ImGui::EndDisabled();
}

void SimulateTab::draw_choices(TabContext& context) {
    const WidgetContext ui = context.ui;
    const std::vector<MachineEntry>& machines = *context.in.machines;
    const Experiment& experiment = experiment_of(context);
    const int asked = experiment.ring.ranks;
    text_item(ui, "simulate/machines", "Machine", ui.theme.text_dim);
    const float rows = std::clamp<float>(static_cast<float>(machines.size()), 3, 9);
    const float list = std::min(ImGui::GetTextLineHeightWithSpacing() * rows,
                                std::max(1.0f, ImGui::GetContentRegionAvail().y * 0.28f));
    const int clicked = draw_machine_list(machines, machine, list, ui);
    if (clicked >= 0) machine = machines[static_cast<size_t>(clicked)].machine->name;
    choose_machine(context.in, asked);
    what_if.ranks = std::min(what_if.ranks, most_ranks_on(*machine_));
    ImGui::Spacing();
    draw_topology(*machine_, what_if.ranks > 0 ? what_if.ranks : asked, ui);
    ImGui::Spacing();
    draw_sources(context);
    ImGui::Spacing();
    draw_what_if(what_if, *machine_, asked, ui);
}

void SimulateTab::draw_problem(const SimulatedPicture& picture, WidgetContext ui) {
    const int most = most_ranks_on(*picture.request.machine);
    if (picture.request.experiment.ring.ranks > most) {
        const std::string label = "Simulate " + count_text(most) + (most == 1 ? " rank" : " ranks");
        if (button(ui, "simulate/most ranks", label.c_str(), "The ring on every place of the machine."))
            what_if.ranks = most;
    }
    empty_state(ui, "simulate/problem", "No time on " + picture.request.machine->name, picture.problem);
}

void SimulateTab::draw_headline(const SimulatedPicture& picture, TabContext& context) {
    const WidgetContext ui = context.ui;
    push_font(ui.theme.headline_font ? ui.theme.headline_font : ui.theme.title_font);
    text_item(ui, "simulate/seconds", seconds_text(picture.metrics.seconds), ui.theme.text);
    pop_font();
    tooltip(ui.theme, "Simulated: the schedule laid out on the machine's model. Nothing ran.");
    ImGui::SameLine(0, ui.theme.px(14));
    ImGui::BeginGroup();
    const char* show = "Show in the Workbench";
    wrapped_item(ui, "simulate/sentence", "simulated " + predicted_sentence(picture), ui.theme.text_dim);
    if (button(ui, "simulate/show", show, "The simulated run in Timeline, Ring and Memory."))
        context.commands.push_back(ShowSimulation{picture.request.experiment,
                                                  {picture.request.machine, picture.request.options, {}}});
    ImGui::EndGroup();
    const std::string beside = of_run ? beside_run_sentence(*context.in.run, picture.metrics.seconds) : "";
    if (!beside.empty()) wrapped_item(ui, "simulate/beside", beside, ui.theme.text);
    wrapped_item(ui, "simulate/loss", picture.largest_loss, ui.theme.text);
    wrapped_item(ui, "simulate/memory", memory_sentence(picture),
                 picture.fits() ? ui.theme.text_dim : ui.theme.error);
    draw_figures(picture, ui);
}

void SimulateTab::draw_curve(const SimulatedPicture& picture, ImVec2 size, TabContext& context) {
    const WidgetContext ui = context.ui;
    if (!ImGui::BeginChild("##curve", size)) {
        ImGui::EndChild();
        return;
    }
    text_item(ui, "simulate/curve title", "Time against", ui.theme.text);
    for (int kind = 0; kind < kCurveKinds; ++kind) {
        const char* name = EnumNames<CurveKind>::names[kind];
        beside_or_below(button_width(name));
        const auto choice = static_cast<CurveKind>(kind);
        const char* help = choice == CurveKind::strong ? "The same problem on 1, 2, 4 .. ranks."
                           : choice == CurveKind::weak
                               ? "As many tokens per rank as now, on 1, 2, 4 .. ranks."
                               : "A tenth to ten times what the machine has.";
        if (toggle(ui, std::string("simulate/curve/") + name, name, curve_kind == choice, help))
            curve_kind = choice;
    }
    const CurveRequest asked = curve_asked(picture.request, curve_kind);
    // The picture of a moment ago would ask for curves that nobody sees.
    if (!simulation.calculating()) curve.update(asked);
    const CurveChart chart{.curve = curve.curve().get(),
                           .stale = !curve.is_current() || simulation.calculating(),
                           .at = position_on(asked, picture.request),
                           .seconds = picture.metrics.seconds};
    const std::string copied = draw_curve_chart(chart, ImGui::GetContentRegionAvail(), ui);
    if (!copied.empty()) context.commands.push_back(CopyText{copied});
    ImGui::EndChild();
}

/// Beside each other where both have room, else one above the other.
void SimulateTab::draw_pictures(const SimulatedPicture& picture, ImVec2 size, TabContext& context) {
    const bool beside = size.x > context.ui.theme.px(640);
    const float gap = ImGui::GetStyle().ItemSpacing.x;
    const ImVec2 part = beside ? ImVec2(std::max(1.0f, (size.x - gap) / 2), std::max(1.0f, size.y))
                               : ImVec2(std::max(1.0f, size.x), std::max(1.0f, (size.y - gap) / 2));
    const std::string copied = draw_rank_bars(picture, part, context.ui);
    if (!copied.empty()) context.commands.push_back(CopyText{copied});
    if (beside) ImGui::SameLine();
    draw_curve(picture, part, context);
}

void SimulateTab::draw_advice_of(TabContext& context) {
    begin_flat_child("##advice area", {0, 0});
    const AdviceRequest asked{experiment_of(context), machine_, what_if.factors};
    const AdviceChoice choice = draw_advice(advice, asked, context.in.seconds, context.ui);
    if (choice.start) advice.start(asked, context.in.seconds);
    if (choice.cancel) advice.cancel();
    if (choice.apply) {
        context.experiment = with_settings(experiment_of(context), *choice.apply);
        of_run = false;
        what_if.ranks = 0;
    }
    ImGui::EndChild();
}

void SimulateTab::draw_result(TabContext& context) {
    const SimulatedPicture& picture = *simulation.picture();
    const WidgetContext ui = context.ui;
    if (!picture.problem.empty()) {
        curve.pause();
        return draw_problem(picture, ui);
    }
    if (simulation.calculating()) ImGui::PushStyleVar(ImGuiStyleVar_Alpha, ImGui::GetStyle().Alpha * kDimmed);
    draw_headline(picture, context);
    ImGui::Separator();
    ImVec2 room = ImGui::GetContentRegionAvail();
    const bool has_table = advice.answer() && advice.answer()->advice && !advice.searching();
    const float table = has_table ? room.y * 0.42f : ImGui::GetFrameHeightWithSpacing() * 1.2f;
    draw_pictures(picture, {room.x, std::max(1.0f, room.y - table - ImGui::GetStyle().ItemSpacing.y)},
                  context);
    if (simulation.calculating()) ImGui::PopStyleVar();
    draw_advice_of(context);
}

void SimulateTab::draw(TabContext& context) {
    const WidgetContext ui = context.ui;
    if (!choose_machine(context.in, experiment_of(context).ring.ranks)) {
        const bool reading = !context.in.machines;
        empty_state(ui, "simulate/empty", reading ? "Reading machine models" : "No machine model",
                    reading ? "They appear here in a moment."
                            : "Neither this installation nor your own folder has any. The command "
                              "ringscope calibrate measures this machine and writes its model.");
        return;
    }
    const ImVec2 room = ImGui::GetContentRegionAvail();
    const float left = std::min(ui.theme.px(300), std::max(1.0f, room.x * 0.45f));
    begin_flat_child("##choices", {left, 0});
    draw_choices(context);
    ImGui::EndChild();
    ImGui::SameLine();
    advice.update();
    simulation.update(simulation_asked(experiment_of(context), machine_, what_if));
    begin_flat_child("##result", {0, 0});
    if (simulation.picture())
        draw_result(context);
    else
        empty_state(ui, "simulate/first", "Simulating ..", "The first result appears here in a moment.");
    ImGui::EndChild();
}

}  // namespace ringscope
