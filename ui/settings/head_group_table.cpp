#include <algorithm>
#include <functional>

#include "engine/experiment/experiment_fields.h"
#include "ui/settings/field_rules.h"
#include "ui/settings/head_group_edits.h"
#include "ui/settings/settings_panel.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

constexpr const char* kDragPayload = "head group";

/// Edits of the list are made after the walk over it.
using Edit = std::function<void(ProblemSpec&)>;

class GroupTable {
  public:
    GroupTable(ProblemSpec& spec, const SettingsInputs& inputs, WidgetContext ui)
        : spec_(spec), inputs_(inputs), ui_(ui) {}

    void draw() {
        const ImGuiTableFlags flags = ImGuiTableFlags_BordersInnerH | ImGuiTableFlags_SizingFixedFit;
        if (ImGui::BeginTable("##head groups", columns_count(), flags)) {
            columns();
            for (int g = 0; g < static_cast<int>(spec_.head_groups.size()); ++g) group_row(g);
            ImGui::EndTable();
        }
        buttons();
        if (edit_) edit_(spec_);
    }

  private:
    /// The group's number, its fields and its menu.
    int columns_count() const {
        int count = 2;
        visit_group_fields(any_, [&](const GroupField&, const auto&) { ++count; });
        return count;
    }

    void columns() {
        const float width = ImGui::GetContentRegionAvail().x;
        const float number = ImGui::CalcTextSize("00").x + ui_.theme.px(6);
        const float menu = ImGui::GetFrameHeight();
        const float rest = std::max(1.0f, width - number - menu - 12 * ImGui::GetStyle().CellPadding.x);
        const ImGuiTableColumnFlags fixed = ImGuiTableColumnFlags_WidthFixed;
        ImGui::TableSetupColumn("#", fixed, number);
        float all = 0;
        visit_group_fields(any_, [&](const GroupField& field, const auto&) { all += room_for(field); });
        visit_group_fields(any_, [&](const GroupField& field, const auto&) {
            ImGui::TableSetupColumn(field.title, fixed, rest * room_for(field) / all);
        });
        ImGui::TableSetupColumn("", fixed, menu);
        ImGui::TableNextRow();
        title("#", "#", "Head group. Click to select it in all views; drag to reorder.");
        visit_group_fields(any_, [&](const GroupField& field, const auto&) {
            title(field.title, field.letter, field.help);
        });
    }

    /// By what the cells have to hold: a length has more digits than a rate or a number of heads.
    static float room_for(const GroupField& field) {
        const std::string_view key = field.key;
        return key == "segment_length" ? 34.0f : key == "offset" ? 31.0f : 18.0f;
    }

    void title(const char* whole, const char* letter, const char* help) {
        ImGui::TableNextColumn();
        const bool fits = ImGui::CalcTextSize(whole).x <= ImGui::GetContentRegionAvail().x;
        text_item(ui_, std::string("experiment/problem.head_groups/column ") + whole, fits ? whole : letter,
                  ui_.theme.text_dim);
        tooltip(ui_.theme, help);
    }

    std::string path(int group, const char* leaf) const {
        return "problem.head_groups[" + std::to_string(group) + "]." + leaf;
    }

    /// Frames the cell in red while it is wrong.
    template <typename Draw>
    void cell(int group, const char* leaf, Draw draw) {
        ImGui::TableNextColumn();
        const std::string field = path(group, leaf);
        const bool wrong = std::any_of(inputs_.problems.begin(), inputs_.problems.end(),
                                       [&](const FieldProblem& problem) { return problem.path == field; });
        if (wrong) ImGui::PushStyleColor(ImGuiCol_Border, ImGui::ColorConvertU32ToFloat4(ui_.theme.error));
        draw("experiment/" + field);
        if (wrong) ImGui::PopStyleColor();
    }

    void group_row(int g) {
        HeadGroup& group = spec_.head_groups[static_cast<size_t>(g)];
        ImGui::TableNextRow();
        ImGui::PushID(g);
        ImGui::TableNextColumn();
        number_cell(g);
        visit_group_fields(group, [&](const GroupField& field, auto& value) {
            cell(g, field.key, [&](const std::string& name) { edit_cell(name, g, value); });
        });
        ImGui::TableNextColumn();
        menu_cell(g);
        ImGui::PopID();
    }

    void number_cell(int g) {
        const std::string name = "experiment/problem.head_groups[" + std::to_string(g) + "]";
        const bool selected = inputs_.selection.selected.group == g;
        ImGui::AlignTextToFramePadding();
        if (ImGui::Selectable(std::to_string(g).c_str(), selected)) inputs_.selection.selected.group = g;
        ui_.items.add_last(name, std::to_string(g));
        if (ImGui::IsItemHovered()) inputs_.selection.next_hovered.group = g;
        if (ImGui::BeginDragDropSource()) {
            ImGui::SetDragDropPayload(kDragPayload, &g, sizeof g);
            ImGui::Text("group %d", g);
            ImGui::EndDragDropSource();
        }
        if (ImGui::BeginDragDropTarget()) {
            if (const ImGuiPayload* payload = ImGui::AcceptDragDropPayload(kDragPayload)) {
                const int from = *static_cast<const int*>(payload->Data);
                edit_ = [from, g](ProblemSpec& spec) { move_group(spec, from, g); };
            }
            ImGui::EndDragDropTarget();
        }
    }

    void edit_cell(const std::string& name, int, int64_t& value) { drag_whole(ui_, name, value, -FLT_MIN); }

    void edit_cell(const std::string& name, int g, std::optional<int>& named) {
        const int heads = heads_of_group(spec_, g);
        if (!named) {
            std::string label = "(";
            label.append(std::to_string(heads)).append(")");
            if (button(ui_, name, label.c_str(), "An even share. Click to name a number of heads.", "",
                       -FLT_MIN))
                edit_ = [g, heads](ProblemSpec& spec) {
                    spec.head_groups[static_cast<size_t>(g)].heads = heads;
                };
            return;
        }
        int64_t whole = *named;
        if (drag_whole(ui_, name, whole, -FLT_MIN))
            named = static_cast<int>(std::clamp<int64_t>(whole, INT32_MIN, INT32_MAX));
    }

    void edit_cell(const std::string& name, int, Offset& offset) {
        const bool fixed = offset.rule == Offset::Rule::fixed;
        const float arrow = ImGui::GetFrameHeight();
        if (fixed)
            drag_whole(ui_, name, offset.value,
                       std::max(1.0f, ImGui::GetContentRegionAvail().x - arrow - ui_.theme.px(2)));
        if (fixed) ImGui::SameLine(0, ui_.theme.px(2));
        std::vector<Option> options;
        for (const char* label : EnumNames<Offset::Rule>::names) options.push_back({label, ""});
        int index = static_cast<int>(offset.rule);
        const std::string rule_name = fixed ? name + "/rule" : name;
        if (fixed ? arrow_combo(rule_name, options, index) : combo(ui_, rule_name, options, index, -FLT_MIN))
            offset = {static_cast<Offset::Rule>(index), fixed ? 0 : offset.value};
    }

    bool arrow_combo(const std::string& name, std::span<const Option> options, int& index) {
        bool changed = false;
        const bool open = ImGui::BeginCombo("##rule", "", ImGuiComboFlags_NoPreview);
        ui_.items.add_last(name, options[static_cast<size_t>(index)].label);
        if (!open) return false;
        for (int i = 0; i < static_cast<int>(options.size()); ++i) {
            const std::string& label = options[static_cast<size_t>(i)].label;
            if (ImGui::Selectable(label.c_str(), i == index) && i != index) {
                index = i;
                changed = true;
            }
            ui_.items.add_last(name + "/" + label, label);
        }
        ImGui::EndCombo();
        return changed;
    }

    void menu_cell(int g) {
        const std::string name = "experiment/problem.head_groups[" + std::to_string(g) + "]/menu";
        if (button(ui_, name, "...", "Split, move or remove this group.", "", ImGui::GetFrameHeight()))
            ImGui::OpenPopup("##group menu");
        if (!ImGui::BeginPopup("##group menu")) return;
        const int last = static_cast<int>(spec_.head_groups.size()) - 1;
        item(name + "/split", "Split", split_obstacle(spec_, g),
             [g](ProblemSpec& spec) { split_group(spec, g); });
        item(name + "/up", "Move up", g > 0 ? "" : "it is the first",
             [g](ProblemSpec& spec) { move_group(spec, g, g - 1); });
        item(name + "/down", "Move down", g < last ? "" : "it is the last",
             [g](ProblemSpec& spec) { move_group(spec, g, g + 1); });
        item(name + "/remove", "Remove", last > 0 ? "" : "an experiment has one group at least",
             [g](ProblemSpec& spec) { remove_group(spec, g); });
        ImGui::EndPopup();
    }

    void item(const std::string& name, const char* label, const std::string& why_not, Edit edit) {
        if (ImGui::MenuItem(label, nullptr, false, why_not.empty())) edit_ = std::move(edit);
        ui_.items.add_last(name, label, why_not.empty());
        tooltip(ui_.theme, why_not);
    }

    void buttons() {
        if (button(ui_, "experiment/problem.head_groups/add", "add group",
                   "A group with twice the last one's segment length and dilation rate."))
            edit_ = add_group;
        ImGui::SameLine();
        const bool named = std::any_of(spec_.head_groups.begin(), spec_.head_groups.end(),
                                       [](const HeadGroup& group) { return group.heads.has_value(); });
        if (button(ui_, "experiment/problem.head_groups/even", "even heads", "Share the heads evenly.",
                   named ? "" : "they are shared evenly"))
            edit_ = share_heads_evenly;
    }

    HeadGroup any_;  // to walk the fields
    ProblemSpec& spec_;
    const SettingsInputs& inputs_;
    WidgetContext ui_;
    Edit edit_;
};

}  // namespace

void draw_head_group_table(ProblemSpec& spec, const SettingsInputs& inputs, WidgetContext ui) {
    GroupTable(spec, inputs, ui).draw();
}

}  // namespace ringscope
