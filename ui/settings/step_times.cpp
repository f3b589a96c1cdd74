#include "ui/settings/step_times.h"

#include <algorithm>

#include "engine/base/number_text.h"
#include "ui/widgets/imgui_compat.h"
#include "ui/widgets/plot.h"

namespace ringscope {

namespace {

constexpr float kChartLines = 3.5f;
constexpr float kLeastColumnPoints = 7;  // neighbouring steps share a column rather than be narrower

std::string step_words(const StepOverlap& step) {
    std::string text = "work " + seconds_text(step.work_seconds);
    if (step.received_seconds <= 0) return text + ", nothing arrives";
    return text + ", transfer " + seconds_text(step.receive_seconds) + ", " +
           percent_text(step.hidden_share()) + " hidden";
}

double longest(const std::vector<StepOverlap>& steps) {
    double most = 0;
    for (const StepOverlap& step : steps) most = std::max({most, step.work_seconds, step.receive_seconds});
    return most;
}

/// Steps [first, last): the one that takes longest stands for them.
size_t slowest_of(const std::vector<StepOverlap>& steps, size_t first, size_t last) {
    const auto length = [](const StepOverlap& step) {
        return std::max(step.work_seconds, step.receive_seconds);
    };
    const auto at = std::max_element(
        steps.begin() + static_cast<std::ptrdiff_t>(first), steps.begin() + static_cast<std::ptrdiff_t>(last),
        [&](const StepOverlap& a, const StepOverlap& b) { return length(a) < length(b); });
    return static_cast<size_t>(at - steps.begin());
}

/// Work at the left; at the right the transfer, hatched as far as no work hides it.
void draw_column(const Box& box, const StepOverlap& step, double most, const Theme& theme) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float middle = (box.min.x + box.max.x) / 2;
    const auto top_of = [&](double seconds) {
        return box.max.y - static_cast<float>(seconds / most) * box.height();
    };
    list.AddRectFilled({box.min.x, top_of(step.work_seconds)}, {middle, box.max.y},
                       theme.span_colour(SpanKind::compute));
    if (step.receive_seconds <= 0) return;
    const Box transfer{{middle, top_of(step.receive_seconds)}, box.max};
    const ImU32 colour = theme.span_colour(SpanKind::receive);
    list.AddRectFilled(transfer.min, transfer.max, with_alpha(colour, 0.35f));
    const double hidden = step.receive_seconds * step.hidden_share();
    list.AddRectFilled({middle, top_of(hidden)}, box.max, colour);
    draw_hatch(list, {transfer.min, {box.max.x, top_of(hidden)}}, Hatch::right, colour, theme.px(4));
}

}  // namespace

std::string draw_step_times(const PlannedTime& time, Selection& selection, WidgetContext ui) {
    const std::vector<StepOverlap>& steps = time.steps;
    const double most = longest(steps);
    if (!(most > 0)) return "";
    text_item(ui, "prediction/step title", "work | transfer, by step", ui.theme.text_dim);
    tooltip(
        ui.theme,
        "Left: work of the rank that has most. Right: time in which a chunk arrives; the hatched part is not "
        "hidden behind work.");
    ImGui::SameLine();
    static constexpr const char* headers[] = {"step", "work", "transfer", "hidden"};
    const TableTwin table{"Predicted, per step", headers, static_cast<int>(steps.size()),
                          [&](int row, int column) -> std::string {
                              const StepOverlap& step = steps[static_cast<size_t>(row)];
                              if (column == 0) return std::to_string(row);
                              if (column == 1) return seconds_text(step.work_seconds);
                              if (column == 2) return seconds_text(step.receive_seconds);
                              return step.received_seconds > 0 ? percent_text(step.hidden_share()) : "-";
                          }};
    const std::string copied = table_twin(ui, "prediction/step table", table);
    const float width = std::max(1.0f, ImGui::GetContentRegionAvail().x);
    const float height = std::max(1.0f, kChartLines * ImGui::GetTextLineHeight());
    const auto room = static_cast<size_t>(std::max(1.0f, width / ui.theme.px(kLeastColumnPoints)));
    const size_t columns = std::min(steps.size(), room);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    for (size_t column = 0; column < columns; ++column) {
        const size_t first = column * steps.size() / columns, last = (column + 1) * steps.size() / columns;
        const size_t step = slowest_of(steps, first, last);
        const float left = at.x + width * static_cast<float>(column) / static_cast<float>(columns);
        const float right = at.x + width * static_cast<float>(column + 1) / static_cast<float>(columns);
        set_cursor({left, at.y});
        ImGui::PushID(static_cast<int>(column));
        ImGui::InvisibleButton("##step", {std::max(1.0f, right - left), height});
        ImGui::PopID();
        const std::string words = "step " + std::to_string(step) + ": " + step_words(steps[step]);
        ui.items.add_last("prediction/step " + std::to_string(step), words);
        if (ImGui::IsItemClicked()) selection.selected.step = static_cast<int>(step);
        if (ImGui::IsItemHovered()) selection.next_hovered.step = static_cast<int>(step);
        tooltip(ui.theme, words + (last - first > 1 ? "\nthe slowest of steps " + std::to_string(first) +
                                                          " to " + std::to_string(last - 1)
                                                    : ""));
        const Box box{{left, at.y}, {right - ui.theme.px(2), at.y + height}};
        draw_column(box, steps[step], most, ui.theme);
        const auto lies_here = [&](int shown) {
            return shown >= static_cast<int>(first) && shown < static_cast<int>(last);
        };
        if (lies_here(selection.selected.step) || lies_here(selection.hovered.step))
            add_rect(*ImGui::GetWindowDrawList(), box.min, box.max,
                     lies_here(selection.hovered.step) ? ui.theme.hover : ui.theme.accent);
    }
    return copied;
}

}  // namespace ringscope
