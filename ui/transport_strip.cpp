#include "ui/transport_strip.h"

#include <algorithm>
#include <cmath>

#include "ui/actions.h"
#include "ui/format.h"
#include "ui/imgui_compat.h"

namespace ringscope::ui {

namespace {

void action_button(Shell& shell, const char* id, const char* name, const char* label) {
    const Action* action = find_action(id);
    const std::string help = std::string(action->label) + " (" + action->keys + ")";
    if (button(shell.widgets(), std::string("transport/") + name, label, help, why_not(*action, shell),
               shell.theme.px(26)))
        perform(*action, shell);
    ImGui::SameLine(0, shell.theme.px(2));
}

void speed_combo(Shell& shell) {
    static constexpr double speeds[] = {1.0 / 16, 1.0 / 8, 0.25, 0.5, 1, 2, 4, 8, 16};
    std::vector<Option> options;
    int index = -1;
    for (int i = 0; i < static_cast<int>(std::size(speeds)); ++i) {
        options.push_back({(speeds[i] < 1 ? "1/" + std::to_string(std::lround(1 / speeds[i]))
                                          : std::to_string(std::lround(speeds[i]))) +
                               "x",
                           ""});
        if (std::fabs(speeds[i] - shell.clock.speed) < 1e-9) index = i;
    }
    if (combo(shell.widgets(), "transport/speed", options, index, shell.theme.px(58)))
        shell.clock.speed = speeds[index];
    tooltip(shell.theme, "Speed: 1x plays the whole run in " + ratio_text(kPlaySeconds) + " s.");
}

/// Boxes of steps side by side; where they are narrower than three pixels, neighbours share a box.
void draw_steps(const ViewContext& context, const Schedule& schedule, ImVec2 min, ImVec2 max, double length) {
    ImDrawList& list = *ImGui::GetWindowDrawList();
    const float width = max.x - min.x;
    const int boxes = std::max(1, std::min(schedule.steps, static_cast<int>(width / 3)));
    const auto x_of = [&](double time) {
        return min.x + static_cast<float>(std::clamp(time / length, 0.0, 1.0)) * width;
    };
    for (int box = 0; box < boxes; ++box) {
        const int first = static_cast<int>(int64_t{box} * schedule.steps / boxes);
        const int next = static_cast<int>(int64_t{box + 1} * schedule.steps / boxes);
        const float left = x_of(first == 0 ? 0 : step_begin_ns(context, first));
        const float right = next >= schedule.steps ? max.x : x_of(step_begin_ns(context, next));
        if (!(right > left)) continue;
        const double t = schedule.steps > 1 ? static_cast<double>(first) / (schedule.steps - 1) : 0;
        const ImU32 colour = context.theme.ramp_colour(t);
        list.AddRectFilled({left, min.y}, {std::max(left + 1, right - 1), max.y}, colour);
        const std::string label = first + 1 == next ? std::to_string(first) : "";
        const ImVec2 text = ImGui::CalcTextSize(label.c_str());
        if (text.x + 6 < right - left)
            list.AddText({(left + right - text.x) / 2, (min.y + max.y - text.y) / 2},
                         context.theme.text_on(colour), label.c_str());
        context.items.add("transport/step " + std::to_string(first), {left, min.y}, {right, max.y},
                          "step " + std::to_string(first));
    }
}

void scrubber(Shell& shell, float width) {
    const float height = ImGui::GetFrameHeight();
    ImGui::InvisibleButton("##scrubber", {std::max(1.0f, width), height});
    const ImVec2 min = ImGui::GetItemRectMin(), max = ImGui::GetItemRectMax();
    shell.items.add_last("transport/scrubber", nanoseconds_text(static_cast<int64_t>(shell.clock.time_ns)));
    const ViewContext context = shell.view_context();
    const Schedule* schedule = shown_schedule(context);
    const double length = clock_length_ns(context);
    ImDrawList& list = *ImGui::GetWindowDrawList();
    list.AddRectFilled(min, max, shell.theme.background);
    if (!schedule || length <= 0) return;
    draw_steps(context, *schedule, min, max, length);
    if (ImGui::IsItemActive()) {
        const double share = (ImGui::GetIO().MousePos.x - min.x) / std::max(1.0f, max.x - min.x);
        shell.clock.time_ns = std::clamp(share, 0.0, 1.0) * length;
        shell.clock.playing = false;
        shell.selection.selected.step = clock_step(context).step;
    }
    const float x =
        min.x + static_cast<float>(std::clamp(shell.clock.time_ns / length, 0.0, 1.0)) * (max.x - min.x);
    list.AddLine({x, min.y}, {x, max.y}, shell.theme.background, shell.theme.px(5));
    list.AddLine({x, min.y}, {x, max.y}, shell.theme.hover, shell.theme.px(2));
    const bool timed = shows_trace(context);
    tooltip(shell.theme,
            "Step " + std::to_string(clock_step(context).step) + " of " + std::to_string(schedule->steps) +
                (timed ? ", " + nanoseconds_text(static_cast<int64_t>(shell.clock.time_ns)) +
                             " of the run. Drag to scrub."
                       : ". Steps of the plan, all alike; run it for real times. Drag to scrub."));
}

}  // namespace

void draw_transport_strip(Shell& shell, float width) {
    const float left = ImGui::GetCursorPosX();
    action_button(shell, "time/begin", "begin", "|<");
    action_button(shell, "time/previous_step", "previous", "<");
    action_button(shell, "time/play", "play", shell.clock.playing ? "||" : ">>");
    action_button(shell, "time/next_step", "next", ">");
    action_button(shell, "time/end", "end", ">|");
    speed_combo(shell);
    ImGui::SameLine();
    scrubber(shell, width - (ImGui::GetCursorPosX() - left));
}

}  // namespace ringscope::ui
