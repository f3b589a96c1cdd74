#include "ui/window/transport_strip.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "ui/views/run_clock.h"
#include "ui/widgets/imgui_compat.h"
#include "ui/window/actions.h"

namespace ringscope {

namespace {

enum class Sign { begin, previous, play, pause, next, end };

/// Drawn as shapes: the text font need not have the players' signs. `size` is half the sign's height.
void draw_sign(ImDrawList& list, Sign sign, ImVec2 centre, float size, ImU32 colour) {
    const bool mirrored = sign == Sign::begin || sign == Sign::previous;
    const auto at = [&](float x, float y) {
        return ImVec2{centre.x + (mirrored ? -x : x) * size, centre.y + y * size};
    };
    const auto bar = [&](float left, float right) {
        const ImVec2 a = at(left, -1), b = at(right, 1);
        list.AddRectFilled({std::min(a.x, b.x), a.y}, {std::max(a.x, b.x), b.y}, colour);
    };
    const auto triangle = [&](float left, float right) {
        list.AddTriangleFilled(at(left, -1), at(right, 0), at(left, 1), colour);
    };
    switch (sign) {
        case Sign::play:
            return triangle(-0.7f, 1.1f);
        case Sign::pause:
            bar(-0.8f, -0.2f);
            return bar(0.2f, 0.8f);
        case Sign::previous:
        case Sign::next:
            bar(-0.8f, -0.45f);
            return triangle(-0.2f, 0.9f);
        case Sign::begin:
        case Sign::end:
            triangle(-0.8f, 0.4f);
            return bar(0.5f, 0.9f);
    }
}

void action_button(Shell& shell, const char* id, const char* name, Sign sign) {
    const Action* action = find_action(id);
    const std::string help = action->label + " (" + action->keys + ")";
    const std::string obstacle = why_not(*action, shell);
    const bool pressed =
        button(shell.widgets(), std::string("transport/") + name, "", help, obstacle, shell.theme.px(26));
    const ImVec2 min = ImGui::GetItemRectMin(), max = ImGui::GetItemRectMax();
    draw_sign(*ImGui::GetWindowDrawList(), sign, {(min.x + max.x) / 2, (min.y + max.y) / 2},
              std::floor((max.y - min.y) * 0.25f),
              obstacle.empty() ? shell.theme.text : shell.theme.text_dim);
    if (pressed) perform(*action, shell);
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
    const auto schedule = shown_schedule(context);
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
    action_button(shell, "time/begin", "begin", Sign::begin);
    action_button(shell, "time/previous_step", "previous", Sign::previous);
    action_button(shell, "time/play", "play", shell.clock.playing ? Sign::pause : Sign::play);
    action_button(shell, "time/next_step", "next", Sign::next);
    action_button(shell, "time/end", "end", Sign::end);
    speed_combo(shell);
    ImGui::SameLine();
    scrubber(shell, width - (ImGui::GetCursorPosX() - left));
}

}  // namespace ringscope
