#include "ui/window/workbench.h"

#include <algorithm>
#include <cmath>

#include "ui/settings/prediction_panel.h"
#include "ui/settings/settings_panel.h"
#include "ui/widgets/imgui_compat.h"
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

void draw_view(Shell& shell, int view) {
    const WidgetContext ui = shell.widgets();
    const std::string name = kViewNames[view];
    const ImVec2 at = ImGui::GetWindowPos(), whole = ImGui::GetWindowSize();
    ui.items.add(name + "/view", at, {at.x + whole.x, at.y + whole.y}, "");
    const bool alone = shell.layout.maximised == view;
    const bool focused = shell.selection.focused == static_cast<ViewName>(view);
    const float top = ImGui::GetCursorPosY();
    const char* label = alone ? "all views" : "full";
    const float width = ImGui::CalcTextSize(label).x + 2 * ImGui::GetStyle().FramePadding.x;
    const float room = ImGui::GetContentRegionAvail().x - width - ImGui::GetStyle().ItemSpacing.x;
    text_item(ui, name + "/title", fitted(kViewTitles[view], room),
              focused ? shell.theme.accent : shell.theme.text);
    if (ImGui::IsItemClicked()) shell.selection.focused = static_cast<ViewName>(view);
    ImGui::SameLine(ImGui::GetContentRegionMax().x - width);
    if (ImGui::SmallButton((label + ("##" + name)).c_str())) shell.layout.maximised = alone ? -1 : view;
    ui.items.add_last(name + "/maximise", label);
    tooltip(ui.theme, alone ? "Back to all four views." : "This view alone (F11 for the one in focus).");
    ImGui::SetCursorPosY(top + ImGui::GetTextLineHeightWithSpacing());
    const ImVec2 size = ImGui::GetContentRegionAvail();
    if (size.x < 8 || size.y < 8) return;
    ViewContext context = shell.view_context();
    if (!focused) context.actions = ViewActions{};
    if (view == 0) shell.pattern.draw(context, size);
    if (view == 1) shell.ring.draw(context, size);
    if (view == 2) shell.timeline.draw(context, size);
    if (view == 3) shell.memory.draw(context, size);
}

void view_area(Shell& shell, int view, ImVec2 size, const ImVec2& spacing) {
    area(
        shell, kViewNames[view], size, spacing, [&] { draw_view(shell, view); },
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
    shell.plan.update(shell.experiment);
    area(shell, "prediction", {size.x, below}, spacing, [&] {
        section_title(shell, "prediction/title", "Prediction");
        const std::string copied = draw_prediction_panel(shell.plan, shell.in.run.get(), shell.selection, ui);
        if (!copied.empty()) shell.commands.push_back(CopyText{copied});
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

void draw_views(Shell& shell, ImVec2 size, const ImVec2& spacing) {
    WindowLayout& layout = shell.layout;
    ImGui::BeginGroup();
    if (layout.maximised >= 0) {
        view_area(shell, layout.maximised, size, spacing);
        ImGui::EndGroup();
        return;
    }
    const WidgetContext ui = shell.widgets();
    const float bar = splitter_thickness(ui.theme);
    Split rows = split(size.y, layout.top_share, bar);
    Split columns = split(size.x, layout.pattern_share, bar);
    view_area(shell, 0, {columns.first, rows.first}, spacing);
    ImGui::SameLine();
    float dragged = columns.first;
    if (splitter(ui, "splitter/pattern", true, dragged, 1, rows.first))
        layout.pattern_share = dragged / size.x;
    ImGui::SameLine();
    view_area(shell, 1, {columns.second, rows.first}, spacing);
    dragged = rows.first;
    if (splitter(ui, "splitter/top", false, dragged, 1, size.x)) layout.top_share = dragged / size.y;
    Split lower = split(rows.second, 1 - layout.memory_share, bar);
    view_area(shell, 2, {size.x, lower.first}, spacing);
    dragged = lower.second;
    if (splitter(ui, "splitter/memory", false, dragged, -1, size.x))
        layout.memory_share = dragged / std::max(1.0f, rows.second);
    view_area(shell, 3, {size.x, lower.second}, spacing);
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
