#include "ui/window/workbench.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "ui/settings/prediction_panel.h"
#include "ui/settings/settings_panel.h"
#include "ui/widgets/imgui_compat.h"
#include "ui/window/actions.h"
#include "ui/window/transport_strip.h"

namespace ringscope {

namespace {

/// Areas touch: the bars between them are the only space.
struct Tight {
    Tight() { ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0)); }
    ~Tight() { ImGui::PopStyleVar(); }
};

/// A child window in the tight frame, with normal spacing inside.
template <typename Draw>
void area(Shell& shell, const char* id, ImVec2 size, const ImVec2& spacing, Draw draw,
          ImGuiWindowFlags flags = 0) {
    size = {std::max(1.0f, size.x), std::max(1.0f, size.y)};
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, ImVec2(spacing.x, spacing.y));
    ImGui::BeginChild(id, size, false, flags | ImGuiWindowFlags_AlwaysUseWindowPadding);
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, spacing);
    if (takes_keyboard(shell, id)) focus_first_item();
    draw();
    ImGui::PopStyleVar();
    // Pictures have no ring of their own around what has the focus.
    if (ImGui::IsWindowFocused() && ImGui::GetIO().NavVisible) {
        const ImVec2 min = ImGui::GetWindowPos(), whole = ImGui::GetWindowSize();
        add_rect(*ImGui::GetWindowDrawList(), {min.x + 1, min.y + 1},
                 {min.x + whole.x - 1, min.y + whole.y - 1}, shell.theme.accent);
    }
    ImGui::EndChild();
    ImGui::PopStyleVar();
}

void section_title(Shell& shell, const char* name, const char* title) {
    push_font(shell.theme.title_font);
    text_item(shell.widgets(), name, title, shell.theme.text);
    pop_font();
}

/// Behind the last text of a title bar, `kept_free` pixels from its end: the clock of the times below, as far as there
/// is room to name it.
void draw_clock_words(Shell& shell, const ViewInfo& view, float kept_free) {
    if (!view.shows_run || !shell.shown.run) return;
    const std::string words = clock_words(*shell.shown.run);
    if (words.empty()) return;
    const float gap = 2 * ImGui::GetStyle().ItemSpacing.x;
    const float left = ImGui::GetItemRectMax().x + gap;
    const float right = ImGui::GetWindowPos().x + ImGui::GetContentRegionMax().x - kept_free;
    const std::string candidates[] = {words, name_of(shell.shown.run->origin)};
    for (const std::string& text : candidates) {
        if (left + ImGui::CalcTextSize(text.c_str()).x > right) continue;
        ImGui::SameLine(0, gap);
        text_item(shell.widgets(), std::string(view.name) + "/clock words", text, shell.theme.text_dim);
        if (ImGui::IsItemClicked() && shell.has_two_clocks()) switch_clock(shell);
        return tooltip(shell.theme, words + (shell.has_two_clocks() ? "\nClick (K): the other clock." : ""));
    }
}

/// Name, "earlier settings" when the run it shows has others, its clock, and the button that gives it the workbench.
void draw_title_bar(Shell& shell, const ViewInfo& view) {
    const WidgetContext ui = shell.widgets();
    const std::string name = view.name;
    const bool alone = shell.layout.maximised == &view;
    const bool focused = shell.selection.focused == &view;
    const char* label = alone ? "all views" : "full";
    const float gap = ImGui::GetStyle().ItemSpacing.x;
    const float width = ImGui::CalcTextSize(label).x + 2 * ImGui::GetStyle().FramePadding.x;
    const float room = ImGui::GetContentRegionAvail().x - width - gap;
    text_item(ui, name + "/title", fitted(view.title, room), focused ? ui.theme.accent : ui.theme.text);
    if (ImGui::IsItemClicked()) shell.selection.focused = &view;
    const char* stale = "earlier settings";
    const float taken = ImGui::GetItemRectSize().x + 2 * gap + ImGui::CalcTextSize(stale).x;
    if (view.shows_run && shell.in.run && !shell.run_is_current() && taken < room) {
        ImGui::SameLine(0, 2 * gap);
        text_item(ui, name + "/stale", stale, ui.theme.warning);
        tooltip(ui.theme, "The shown run was made with other settings than those at the left.");
    }
    draw_clock_words(shell, view, width + gap);
    ImGui::SameLine(ImGui::GetContentRegionMax().x - width);
    if (ImGui::SmallButton((label + ("##" + name)).c_str())) shell.layout.maximised = alone ? nullptr : &view;
    ui.items.add_last(name + "/maximise", label);
    tooltip(ui.theme, alone ? "Back to all views." : "This view alone (F11 for the one in focus).");
}

void draw_in_area(Shell& shell, const ViewEntry& view) {
    const ImVec2 at = ImGui::GetWindowPos(), whole = ImGui::GetWindowSize();
    shell.items.add(std::string(view.info->name) + "/view", at, {at.x + whole.x, at.y + whole.y}, "");
    const float top = ImGui::GetCursorPosY();
    draw_title_bar(shell, *view.info);
    ImGui::SetCursorPosY(top + ImGui::GetTextLineHeightWithSpacing());
    const ImVec2 size = ImGui::GetContentRegionAvail();
    if (size.x < 8 || size.y < 8) return;
    ViewContext context = shell.view_context();
    view.draw(shell.views, context, size);
}

void view_area(Shell& shell, const ViewEntry& view, ImVec2 size, const ImVec2& spacing) {
    area(
        shell, view.info->name, size, spacing, [&] { draw_in_area(shell, view); },
        ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
}

void draw_left(Shell& shell, ImVec2 size, const ImVec2& spacing) {
    const WidgetContext ui = shell.widgets();
    const float bar = splitter_thickness(ui.theme);
    const float below =
        std::clamp(size.y * shell.layout.prediction_share, 0.0f, std::max(0.0f, size.y - bar));
    ImGui::BeginGroup();
    area(shell, "experiment", {size.x, size.y - below - bar}, spacing, [&] {
        const SettingsInputs inputs{shell.plan.problems(), shell.obstacle, shell.in.inventory.get(),
                                    shell.selection};
        draw_settings_panel(shell.experiment, inputs, ui);
    });
    float dragged = below;
    if (splitter(ui, "splitter/prediction", false, dragged, -1, size.x))
        shell.layout.prediction_share = dragged / std::max(1.0f, size.y);
    // What was changed above is planned before it is shown below and at the right, in this frame.
    shell.plan.update(shell.experiment, shell.in.machine);
    area(shell, "prediction", {size.x, below}, spacing, [&] {
        section_title(shell, "prediction/title", "Prediction");
        const PredictionInputs inputs{shell.plan, shell.shown.run.get(), shell.in.calibrated,
                                      why_not(*find_action("run/calibrate"), shell)};
        const PredictionWishes wishes = draw_prediction_panel(inputs, shell.selection, ui);
        if (!wishes.copied.empty()) shell.commands.push_back(CopyText{wishes.copied});
        if (wishes.calibrate) shell.commands.push_back(CalibrateMachine{});
        if (wishes.cancel_calibration) shell.commands.push_back(CancelCalibration{});
    });
    ImGui::EndGroup();
}

/// Two areas beside or above each other with a bar between; `share` is the first one's.
struct Split {
    float first;
    float second;
};
Split split(float whole, float share, float bar) {
    const float first = std::clamp(whole * share, 1.0f, std::max(1.0f, whole - bar - 1));
    return {first, std::max(1.0f, whole - first - bar)};
}

std::vector<const ViewEntry*> views_at(ViewPlace place) {
    std::vector<const ViewEntry*> found;
    for (const ViewEntry& view : view_list())
        if (view.info->place == place) found.push_back(&view);
    return found;
}

std::string splitter_name(const ViewInfo& view) { return std::string("splitter/") + view.name; }

/// Side by side, with a bar at the right of all but the last.
void draw_upper_views(Shell& shell, ImVec2 size, const ImVec2& spacing) {
    const float bar = splitter_thickness(shell.theme);
    const std::vector<const ViewEntry*> views = views_at(ViewPlace::upper);
    float room = size.x;
    for (size_t i = 0; i < views.size(); ++i) {
        if (i + 1 == views.size()) return view_area(shell, *views[i], {room, size.y}, spacing);
        float& share = shell.layout.share_of(*views[i]->info);
        const Split columns = split(room, share, bar);
        view_area(shell, *views[i], {columns.first, size.y}, spacing);
        ImGui::SameLine();
        float dragged = columns.first;
        if (splitter(shell.widgets(), splitter_name(*views[i]->info), true, dragged, 1, size.y))
            share = dragged / room;
        ImGui::SameLine();
        room = columns.second;
    }
}

/// Below each other, with a bar above all but the first.
void draw_lower_views(Shell& shell, ImVec2 size, const ImVec2& spacing) {
    const float bar = splitter_thickness(shell.theme);
    const std::vector<const ViewEntry*> views = views_at(ViewPlace::lower);
    float room = size.y;
    for (size_t i = 0; i < views.size(); ++i) {
        if (i + 1 == views.size()) return view_area(shell, *views[i], {size.x, room}, spacing);
        float& share = shell.layout.share_of(*views[i + 1]->info);
        const Split rows = split(room, 1 - share, bar);
        view_area(shell, *views[i], {size.x, rows.first}, spacing);
        float dragged = rows.second;
        if (splitter(shell.widgets(), splitter_name(*views[i + 1]->info), false, dragged, -1, size.x))
            share = dragged / std::max(1.0f, room);
        room = rows.second;
    }
}

void draw_views(Shell& shell, ImVec2 size, const ImVec2& spacing) {
    WindowLayout& layout = shell.layout;
    ImGui::BeginGroup();
    const auto alone = std::find_if(view_list().begin(), view_list().end(),
                                    [&](const ViewEntry& view) { return view.info == layout.maximised; });
    if (alone != view_list().end()) {
        view_area(shell, *alone, size, spacing);
    } else {
        const Split rows = split(size.y, layout.top_share, splitter_thickness(shell.theme));
        draw_upper_views(shell, {size.x, rows.first}, spacing);
        float dragged = rows.first;
        if (splitter(shell.widgets(), "splitter/top", false, dragged, 1, size.x))
            layout.top_share = dragged / size.y;
        draw_lower_views(shell, {size.x, rows.second}, spacing);
    }
    ImGui::EndGroup();
}

void draw_bottom(Shell& shell, ImVec2 size, const ImVec2& spacing) {
    area(
        shell, "bottom", size, spacing,
        [&] {
            const float whole = ImGui::GetContentRegionAvail().x;
            const float strip = std::floor(whole * 0.36f);
            draw_transport_strip(shell, strip);
            ImGui::SameLine(0, shell.theme.px(12));
            ViewContext context = shell.view_context();
            shell.metrics.draw(context, {ImGui::GetContentRegionAvail().x, ImGui::GetFrameHeight()});
        },
        ImGuiWindowFlags_NoScrollbar | ImGuiWindowFlags_NoScrollWithMouse);
}

}  // namespace

void draw_workbench(Shell& shell, float below) {
    const ImVec2 spacing = ImGui::GetStyle().ItemSpacing;
    const Tight tight;
    const ImVec2 whole = ImGui::GetContentRegionAvail();
    const float bottom = ImGui::GetFrameHeight() + 2 * spacing.y;
    const float height = std::max(1.0f, whole.y - below - bottom);
    const float bar = splitter_thickness(shell.theme);
    float left = std::min(shell.theme.px(shell.layout.left_points), whole.x * 0.55f);
    draw_left(shell, {left, height}, spacing);
    ImGui::SameLine();
    if (splitter(shell.widgets(), "splitter/left", true, left, 1, height))
        shell.layout.left_points = left / shell.theme.scale;
    ImGui::SameLine();
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const ImVec2 views{std::max(1.0f, whole.x - left - bar), height};
    draw_views(shell, views, spacing);
    shell.items.add("all/view", at, {at.x + views.x, at.y + views.y}, "");
    draw_bottom(shell, {whole.x, bottom}, spacing);
    shell.layout.clamp();
}

}  // namespace ringscope
