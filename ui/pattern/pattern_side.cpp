// Load bars and legend beside the pattern.
#include <algorithm>
#include <cmath>

#include "ui/format.h"
#include "ui/imgui_compat.h"
#include "ui/pattern/pattern_frame.h"

namespace ringscope::ui {

namespace {

struct Side {
    ImDrawList& list;
    const Theme& theme;
    Box box;
    float line;  // height of a line of text
    float y;     // of the next line

    bool text(std::string_view words, ImU32 colour) {
        const bool drawn = draw_text(list, theme.small_font, {box.min.x, y}, colour, words, box);
        if (drawn) y += line;
        return drawn;
    }
};

void draw_load_bar(Side& side, const Schedule& schedule, int rank, double most, float height,
                   ViewContext& context) {
    const RankPlan& plan = schedule.rank_plans[rank];
    const Theme& theme = side.theme;
    const std::string name = std::to_string(rank);
    const float label = text_size(theme.small_font, std::to_string(schedule.ranks - 1)).x + theme.px(4);
    const bool labelled = height >= side.line;
    const Box row{{side.box.min.x, side.y}, {side.box.max.x, side.y + height}};
    const float left = row.min.x + (labelled ? label : 0);
    const auto share = static_cast<float>(most > 0 ? plan.flops / most : 0);
    const Box bar{{left, row.min.y},
                  {left + (row.max.x - left) * share, row.max.y - (height > 3 ? 1.0f : 0.0f)}};
    if (labelled) draw_text(side.list, theme.small_font, row.min, theme.text, name, row);
    side.list.AddRectFilled({left, bar.min.y}, {row.max.x, bar.max.y}, theme.grid);
    if (!bar.empty()) side.list.AddRectFilled(bar.min, bar.max, theme.category_colour(rank));
    const double pairs = plan.flops / (4.0 * std::max(schedule.problem.head_dim, 1));
    const std::string text = "rank " + name + ": " + count_text(static_cast<int64_t>(pairs)) +
                             " pairs over all heads, " + flops_text(plan.flops);
    context.items.add("pattern/load of rank " + name, row.min, row.max, text);
    const Selection& s = context.selection;
    if (rank == s.selected.rank || rank == s.hovered.rank) {
        add_rect(side.list, {left, bar.min.y}, {row.max.x, bar.max.y},
                 rank == s.hovered.rank ? theme.hover : theme.accent);
    }
    if (row.contains(ImGui::GetIO().MousePos) && ImGui::IsItemHovered()) {
        context.selection.next_hovered.rank = rank;
        if (ImGui::IsMouseClicked(ImGuiMouseButton_Left)) context.selection.selected.rank = rank;
        tooltip(text + "\n" +
                ratio_text(schedule.flops > 0 ? plan.flops / (schedule.flops / schedule.ranks) : 0) +
                " of the mean load");
    }
    side.y += height;
}

void draw_load(Side& side, const Schedule& schedule, float room, ViewContext& context) {
    double most = 0;
    for (const RankPlan& plan : schedule.rank_plans) most = std::max(most, plan.flops);
    const double mean = schedule.flops / std::max(schedule.ranks, 1);
    const std::string imbalance = mean > 0 ? ratio_text(most / mean) : "-";
    const std::string wide = "planned load a rank, max / mean " + imbalance;
    const bool fits = text_size(side.theme.small_font, wide).x <= side.box.width();
    side.text(fits ? wide : "load, max / mean " + imbalance, side.theme.text_dim);
    const float bottom = std::min(side.y + room, side.box.max.y);
    const int ranks = static_cast<int>(schedule.rank_plans.size());
    if (ranks == 0 || bottom <= side.y) return;
    const float height = std::min((bottom - side.y) / static_cast<float>(ranks), side.line + 2);
    // Where a rank has less than a pixel, every bar drawn stands for the rank at its place.
    const int every = height >= 1 ? 1 : static_cast<int>(std::ceil(1 / height));
    for (int rank = 0; rank < ranks; rank += every) {
        draw_load_bar(side, schedule, rank, most, std::max(height * static_cast<float>(every), 1.0f),
                      context);
    }
    side.y += side.line / 2;
}

void legend_entry(Side& side, ImU32 colour, const std::string& text) {
    const float swatch = side.line * 0.7f;
    const float indent = swatch + side.theme.px(4);
    const Box row{{side.box.min.x, side.y}, {side.box.max.x, side.y + side.line}};
    if (row.max.y > side.box.max.y) return;
    if (text_size(side.theme.small_font, text).x + indent > row.max.x - row.min.x) return;
    side.list.AddRectFilled({row.min.x, row.min.y + 2}, {row.min.x + swatch, row.min.y + 2 + swatch}, colour);
    draw_text(side.list, side.theme.small_font, {row.min.x + indent, row.min.y}, side.theme.text, text, row);
    side.y += side.line;
}

void draw_step_legend(Side& side, const Schedule& schedule) {
    const int steps = schedule.steps;
    const int fit = static_cast<int>((side.box.max.y - side.y) / side.line);
    if (steps <= fit) {
        for (int step = 0; step < steps; ++step) {
            legend_entry(side, step_colour(side.theme, step, steps),
                         step == 0 ? "step 0: own keys" : "step " + std::to_string(step));
        }
        return;
    }
    legend_entry(side, step_colour(side.theme, 0, steps), "step 0");
    legend_entry(side, step_colour(side.theme, steps / 2, steps), "step " + std::to_string(steps / 2));
    legend_entry(side, step_colour(side.theme, steps - 1, steps), "step " + std::to_string(steps - 1));
}

/// The schedule's proof that nothing is computed twice or left out.
void draw_coverage(Side& side, const Schedule& schedule, ViewContext& context) {
    const bool whole = schedule.pairs_planned == schedule.pairs_allowed;
    const ImU32 colour = whole ? side.theme.good : side.theme.error;
    const float top = side.y;
    const bool told =
        whole ? side.text("each allowed pair once", colour) : side.text("pairs missing or twice", colour);
    if (!told) return;
    const std::string numbers = count_text(schedule.pairs_planned) +
                                " pairs planned over all steps and ranks, " +
                                count_text(schedule.pairs_allowed) + " allowed by the pattern alone";
    const Box box{{side.box.min.x, top}, {side.box.max.x, side.y}};
    context.items.add("pattern/coverage", box.min, box.max, numbers);
    if (box.contains(ImGui::GetIO().MousePos) && ImGui::IsItemHovered())
        tooltip(numbers + (whole ? ": every allowed pair is computed exactly once." : "!"));
}

}  // namespace

void draw_pattern_side(ImDrawList& list, const PatternFrame& frame, const Schedule& schedule, int pattern,
                       PatternColour colour, const PatternPicture& picture, ViewContext& context) {
    if (frame.side.empty()) return;
    Side side{list, context.theme, frame.side, text_size(context.theme.small_font, "0").y + 1,
              frame.side.min.y};
    draw_load(side, schedule, frame.side.height() * 0.55f, context);
    const ImU32 dim = context.theme.text_dim;
    if (colour == PatternColour::owner) {
        side.text("colour: rank that", dim) && side.text("owns the key", dim);
    } else if (colour == PatternColour::step) {
        if (side.text("colour: step", dim)) draw_step_legend(side, schedule);
    } else if (side.text("colour: head group", dim)) {
        int last = -1;
        for (const Pattern& p : schedule.problem.patterns) {
            if (p.group == last) continue;
            last = p.group;
            legend_entry(side, context.theme.category_colour(last),
                         "group " + std::to_string(last) +
                             (p.group == schedule.problem.patterns[pattern].group ? " *" : ""));
        }
    }
    if (!picture.mixtures.empty()) {
        side.text("stripes: keys of these", dim) &&
            side.text(colour == PatternColour::step ? "steps interleave" : "ranks interleave", dim);
    }
    side.text("fainter: fewer pairs", dim);
    draw_coverage(side, schedule, context);
}

}  // namespace ringscope::ui
