#include "ui/settings/settings_panel.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <string>
#include <string_view>
#include <type_traits>

#include "engine/base/number_text.h"
#include "engine/experiment/experiment_fields.h"
#include "ui/settings/field_rules.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

constexpr std::string_view kHeadGroups = "problem.head_groups";

/// One field's row: its editor by type, then what is wrong with it.
class Panel {
  public:
    Panel(Experiment& experiment, const SettingsInputs& inputs, WidgetContext ui)
        : experiment_(experiment), inputs_(inputs), ui_(ui) {
        const float whole = ImGui::GetContentRegionAvail().x;
        label_width_ = std::min(ImGui::CalcTextSize("dilate before send  ").x, whole * 0.5f);
        field_width_ = std::max(ui.theme.px(40), whole - label_width_);
    }

    /// The head groups come first: they are what is tuned most, and must be in sight in a small window.
    void draw() {
        if (header("head groups")) {
            visit_fields(experiment_, [&](const Field& field, auto& value) {
                if (field.path == kHeadGroups) row(field, value);
            });
        }
        std::string section;
        visit_fields(experiment_, [&](const Field& field, auto& value) {
            const std::string path = field.path;
            if (path == kHeadGroups) return;
            const std::string head = path.substr(0, path.find('.'));
            if (head != section) {
                section = head;
                open_ = header(section);
            }
            if (open_) row(field, value);
        });
        if (mended_) experiment_ = *mended_;
    }

  private:
    bool header(const std::string& section) {
        std::string title = section;
        title[0] = static_cast<char>(std::toupper(title[0]));
        const bool open = ImGui::CollapsingHeader(title.c_str(), ImGuiTreeNodeFlags_DefaultOpen);
        ui_.items.add_last("experiment/" + section, title);
        return open;
    }

    template <typename T>
    void row(const Field& field, T& value) {
        const std::string reason = no_effect_reason(experiment_, field.path);
        const std::string name = "experiment/" + std::string(field.path);
        if (!reason.empty()) ImGui::PushStyleVar(ImGuiStyleVar_Alpha, 0.55f);
        // The table of head groups marks its own cells.
        const bool wrong = !std::is_same_v<T, std::vector<HeadGroup>> && has_problem(field.path);
        if (wrong) ImGui::PushStyleColor(ImGuiCol_Border, ImGui::ColorConvertU32ToFloat4(ui_.theme.error));
        if (field.path != kHeadGroups) label(field, reason);
        edit(name, value);
        if (wrong) ImGui::PopStyleColor();
        if (!reason.empty()) ImGui::PopStyleVar();
        problems_of(field.path);
    }

    bool has_problem(const std::string& path) const {
        return std::any_of(inputs_.problems.begin(), inputs_.problems.end(),
                           [&](const FieldProblem& problem) { return problem.path == path; });
    }

    void label(const Field& field, const std::string& reason) {
        const std::string name = field_words(field.path);
        ImGui::AlignTextToFramePadding();
        const float left = ImGui::GetCursorPosX();
        ImGui::TextUnformatted(fitted(name, label_width_).c_str());
        ui_.items.add_last(std::string("experiment/") + field.path + "/label", name, reason.empty());
        std::string help = std::string(field.path) + "\n" + field.help;
        if (*field.unit) help += std::string(" Unit: ") + field.unit + ".";
        if (!reason.empty()) help += "\nNo effect now: " + reason + ".";
        tooltip(ui_.theme, help);
        ImGui::SameLine(left + label_width_, 0);
    }

    void problems_of(const std::string& path) {
        for (const FieldProblem& problem : inputs_.problems) {
            const bool of_group = path == "problem.head_groups" && group_in_path(problem.path) >= 0;
            if (problem.path != path && !of_group) continue;
            std::string text = problem.message;
            if (of_group)
                text = "group " + std::to_string(group_in_path(problem.path)) + " " +
                       leaf_of_path(problem.path) + ": " + text;
            wrapped_item(ui_, "experiment/" + problem.path + "/error", text, ui_.theme.error);
            fix_button(problem);
        }
        if (inputs_.obstacle && inputs_.obstacle->path == path)
            wrapped_item(ui_, "experiment/" + path + "/obstacle", inputs_.obstacle->message,
                         ui_.theme.warning);
    }

    void fix_button(const FieldProblem& problem) {
        const auto fix = obvious_fix(experiment_, problem);
        if (!fix) return;
        if (button(ui_, "experiment/" + problem.path + "/fix", fix->label.c_str(), "Fix this field."))
            mended_ = fix->experiment;
    }

    // Editors, one per type.

    template <typename Whole>
    requires(std::is_same_v<Whole, int> || std::is_same_v<Whole, int64_t> ||
             std::is_same_v<Whole, uint64_t>) void edit(const std::string& name, Whole& value) {
        int64_t whole = static_cast<int64_t>(value);
        if (!drag_whole(ui_, name, whole, field_width_)) return;
        if constexpr (std::is_same_v<Whole, int>)
            value = static_cast<int>(std::clamp<int64_t>(whole, INT32_MIN, INT32_MAX));
        else
            value = static_cast<Whole>(whole);
    }

    void edit(const std::string& name, double& value) { drag_real(ui_, name, value, field_width_); }

    void edit(const std::string& name, bool& value) { checkbox(ui_, name, value ? "on" : "off", value, ""); }

    /// A name that an executor answers to.
    void edit(const std::string& name, std::string& value) {
        const std::vector<Option> options = names_for(name);
        int index = -1;
        for (size_t i = 0; i < options.size(); ++i)
            if (options[i].label == value) index = static_cast<int>(i);
        if (combo(ui_, name, options, index, field_width_, value))
            value = options[static_cast<size_t>(index)].label;
    }

    template <typename Enum>
    requires std::is_enum_v<Enum>
    void edit(const std::string& name, Enum& value) {
        std::vector<Option> options;
        for (const char* label : EnumNames<Enum>::names) options.push_back({label, ""});
        int index = static_cast<int>(value);
        if (combo(ui_, name, options, index, field_width_)) value = static_cast<Enum>(index);
    }

    /// "auto" and what the inventory has for the field of this item, each name once.
    std::vector<Option> names_for(const std::string& item) const {
        std::vector<Option> names{{"auto", ""}};
        if (!inputs_.inventory) return names;
        const auto add = [&](const std::vector<EngineOption>& options) {
            for (const EngineOption& option : options) {
                const auto same = [&](const Option& name) { return name.label == option.name; };
                const auto known = std::find_if(names.begin(), names.end(), same);
                if (known == names.end())
                    names.push_back({option.name, option.usable ? "" : option.why_not});
                else if (option.usable)
                    known->why_not.clear();
            }
        };
        if (item == "experiment/backend.device") add(inputs_.inventory->devices);
        if (item == "experiment/backend.transport") add(inputs_.inventory->transports);
        if (item == "experiment/backend.kernel")
            for (const EngineInventory::Kernels& kernels : inputs_.inventory->kernels) add(kernels.options);
        return names;
    }

    /// An unset value shows what it stands for; a click sets it to that, "x" unsets it again.
    bool unset_button(const std::string& name, const std::string& meaning) {
        const bool pressed = button(ui_, name, fitted(meaning, field_width_ - ui_.theme.px(14)).c_str(),
                                    "Left unset. Click to choose a value.", "", field_width_);
        return pressed;
    }
    float width_beside_unset() const {
        return field_width_ - ImGui::GetFrameHeight() - ImGui::GetStyle().ItemSpacing.x;
    }
    bool unset_cross(const std::string& name) {
        ImGui::SameLine();
        return button(ui_, name + "/unset", "x", "Back to the default.", "", ImGui::GetFrameHeight());
    }

    void edit(const std::string& name, std::optional<int>& value) {
        const int heads = experiment_.problem.heads;
        if (!value) {
            if (unset_button(name, "as heads: " + std::to_string(heads))) value = heads;
            return;
        }
        int64_t whole = *value;
        if (drag_whole(ui_, name, whole, width_beside_unset()))
            value = static_cast<int>(std::clamp<int64_t>(whole, INT32_MIN, INT32_MAX));
        if (unset_cross(name)) value.reset();
    }

    void edit(const std::string& name, std::optional<double>& value) {
        const double standard = 1 / std::sqrt(static_cast<double>(std::max(1, experiment_.problem.head_dim)));
        if (!value) {
            if (unset_button(name, "1/sqrt(d): " + scale_text(standard))) value = standard;
            return;
        }
        drag_real(ui_, name, *value, width_beside_unset());
        if (unset_cross(name)) value.reset();
    }

    void edit(const std::string& name, StripeBlock& value) {
        if (value.automatic()) {
            int64_t block = 1;
            for (const HeadGroup& group : experiment_.problem.head_groups)
                if (group.dilation_rate >= 1 && block < experiment_.problem.seq_len)
                    block = std::lcm(block, group.dilation_rate);
            if (unset_button(name, "auto: " + std::to_string(block))) value.tokens = block;
            return;
        }
        int64_t tokens = value.tokens;
        if (drag_whole(ui_, name, tokens, width_beside_unset())) value.tokens = std::max<int64_t>(tokens, 1);
        if (unset_cross(name)) value.tokens = 0;
    }

    void edit(const std::string&, std::vector<HeadGroup>&) {
        draw_head_group_table(experiment_.problem, inputs_, ui_);
    }

    Experiment& experiment_;
    const SettingsInputs& inputs_;
    WidgetContext ui_;
    std::optional<Experiment> mended_;  // applied after the walk, which holds references into the experiment
    float label_width_ = 0;
    float field_width_ = 0;
    bool open_ = true;
};

}  // namespace

void draw_settings_panel(Experiment& experiment, const SettingsInputs& inputs, WidgetContext ui) {
    Panel(experiment, inputs, ui).draw();
}

}  // namespace ringscope
