#include "ui/views/pattern/pattern_side.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

constexpr float kStripCell = 24;  // points, of the legend's numbered colours

struct Side {
    ImDrawList& list;
    const Theme& theme;
    Box box;
    float line;  // height of a line of text
    float y;     // of the next line
};

float line_height(const Theme& theme) { return text_size(theme.small_font, "0").y + 1; }

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

void draw_load(const Box& box, ImDrawList& list, const Schedule& schedule, ViewContext& context) {
    const Theme& theme = context.theme;
    Side side{list, theme, box, line_height(theme), box.min.y};
    double most = 0;
    for (const RankPlan& plan : schedule.rank_plans) most = std::max(most, plan.flops);
    const double mean = schedule.flops / std::max(schedule.ranks, 1);
    const std::string imbalance = mean > 0 ? ratio_text(most / mean) : "-";
    const std::string wide = "planned load per rank, max / mean " + imbalance;
    const bool fits = text_size(theme.small_font, wide).x <= box.width();
    if (draw_text(list, theme.small_font, box.min, theme.text_dim,
                  fits ? wide : "load, max / mean " + imbalance, box))
        side.y += side.line;
    const int ranks = static_cast<int>(schedule.rank_plans.size());
    if (ranks == 0 || box.max.y <= side.y) return;
    const float height = std::min((box.max.y - side.y) / static_cast<float>(ranks), side.line + 2);
    // Where a rank has less than a pixel, every bar drawn stands for the rank at its place.
    const int every = height >= 1 ? 1 : static_cast<int>(std::ceil(1 / height));
    for (int rank = 0; rank < ranks; rank += every) {
        draw_load_bar(side, schedule, rank, most, std::max(height * static_cast<float>(every), 1.0f),
                      context);
    }
}

/// The longest of the texts that fits into the width, else the last.
std::string first_that_fits(std::initializer_list<const char*> texts, float width, const Theme& theme) {
    for (const char* text : texts)
        if (text_size(theme.small_font, text).x <= width) return text;
    return *(texts.end() - 1);
}

/// What the colours are, numbered from 0; none for owners, whose bands and load bars say it.
std::vector<ImU32> numbered_colours(const Schedule& schedule, PatternColour colour, const Theme& theme) {
    std::vector<ImU32> colours;
    if (colour == PatternColour::step)
        for (int step = 0; step < schedule.steps; ++step)
            colours.push_back(step_colour(theme, step, schedule.steps));
    if (colour == PatternColour::group)
        for (int group = 0; group < schedule.problem.groups; ++group)
            colours.push_back(theme.category_colour(group));
    return colours;
}

/// `brief` leaves out what the hover says too.
std::vector<PatternSide::LegendLine> legend_of(const Schedule& schedule, PatternColour colour,
                                               bool interleaved, bool brief, float width,
                                               const Theme& theme) {
    std::vector<PatternSide::LegendLine> legend;
    const auto add = [&](std::initializer_list<const char*> texts) {
        legend.push_back({first_that_fits(texts, width, theme), theme.text_dim, {}});
    };
    if (colour == PatternColour::owner) add({"colour: rank that owns the key", "colour: owner of key"});
    if (colour == PatternColour::step)
        add({"colour: step in which the key arrives, 0: own keys", "colour: step, 0: own keys",
             "colour: step"});
    if (colour == PatternColour::group) add({"colour: head group"});
    if (colour != PatternColour::owner)
        legend.push_back({"", theme.text, numbered_colours(schedule, colour, theme)});
    if (interleaved && colour == PatternColour::step)
        add({"stripes: keys of these steps interleave", "stripes: several steps"});
    else if (interleaved)
        add({"stripes: keys of these ranks interleave", "stripes: several ranks"});
    if (!brief) add({"fainter: fewer pairs"});
    // The schedule's proof that nothing is computed twice or left out.
    const bool whole = schedule.pairs_planned == schedule.pairs_allowed;
    legend.push_back({whole ? first_that_fits({"each allowed pair once", "each pair once"}, width, theme)
                            : "pairs missing or twice",
                      whole ? theme.good : theme.error,
                      {},
                      true});
    return legend;
}

void draw_strip(ImDrawList& list, const std::vector<ImU32>& colours, const Box& row, const Theme& theme) {
    const auto count = static_cast<float>(colours.size());
    const float cell = std::min(row.width() / count, theme.px(kStripCell));
    const float label = text_size(theme.small_font, std::to_string(colours.size() - 1)).x + 2;
    for (size_t i = 0; i < colours.size(); ++i) {
        const float left = row.min.x + cell * static_cast<float>(i);
        const Box box{{left, row.min.y + 1}, {left + cell - (cell > 3 ? 1.0f : 0.0f), row.max.y}};
        list.AddRectFilled(box.min, box.max, colours[i]);
        if (label <= box.width())
            draw_centred(list, theme.small_font, {{box.min.x, row.min.y}, {box.max.x, row.max.y}},
                         theme.text_on(colours[i]), std::to_string(i));
    }
}

void draw_coverage(const Box& row, const Schedule& schedule, ViewContext& context) {
    const std::string numbers = count_text(schedule.pairs_planned) +
                                " pairs planned over all steps and ranks, " +
                                count_text(schedule.pairs_allowed) + " allowed by the pattern alone";
    context.items.add("pattern/coverage", row.min, row.max, numbers);
    const bool whole = schedule.pairs_planned == schedule.pairs_allowed;
    if (row.contains(ImGui::GetIO().MousePos) && ImGui::IsItemHovered())
        tooltip(numbers + (whole ? ": every allowed pair is computed exactly once." : "!"));
}

void draw_legend(ImDrawList& list, const PatternSide& side, const Schedule& schedule, ViewContext& context) {
    const Theme& theme = context.theme;
    const float line = line_height(theme);
    float y = side.words.min.y;
    for (const PatternSide::LegendLine& entry : side.legend) {
        const Box row{{side.words.min.x, y}, {side.words.max.x, y + line}};
        if (row.max.y > side.words.max.y + 0.5f) return;
        if (!entry.strip.empty())
            draw_strip(list, entry.strip, row, theme);
        else if (!draw_text(list, theme.small_font, row.min, entry.ink, entry.text, row))
            continue;
        y += line;
        if (entry.is_coverage) draw_coverage(row, schedule, context);
    }
}

/// A part of the area from `y` on; the next begins a gap below it.
Box take(const Box& box, float& y, float height, float gap) {
    const Box part{{box.min.x, y}, {box.max.x, std::min(y + std::max(height, 0.0f), box.max.y)}};
    if (height > 0) y = part.max.y + gap;
    return part;
}

}  // namespace

PatternSide lay_out_side(const Box& box, const std::shared_ptr<const Schedule>& shown, PatternColour colour,
                         bool interleaved, GroupThumbnails& thumbnails, const Theme& theme) {
    PatternSide side;
    if (box.empty()) return side;
    const Schedule& schedule = *shown;
    const float line = line_height(theme), gap = theme.px(6);
    const float bars = static_cast<float>(schedule.rank_plans.size()) * (line + 2);
    const float lens = TokenLensView::least_height(schedule.problem, box.width(), theme);
    float load = 0, words = 0;
    // Thumbnails that do not all fit may have the legend's last words, and of many ranks' bars some height.
    struct Attempt {
        bool brief;
        float load_share;
    };
    for (const auto& [brief, load_share] : {Attempt{false, 0.55f}, {true, 0.55f}, {true, 0.3f}}) {
        side.legend = legend_of(schedule, colour, interleaved, brief, box.width(), theme);
        words = line * static_cast<float>(side.legend.size());
        load = line + std::min(bars, box.height() * load_share);
        const float room = box.height() - load - words - 3 * gap;
        side.thumbnails = thumbnails.lay_out(shown, {box.width(), room}, lens, theme);
        if (side.thumbnails.columns > 0 && !side.thumbnails.scrolls) break;
    }
    if (side.thumbnails.columns == 0) {
        side.legend = legend_of(schedule, colour, interleaved, false, box.width(), theme);
        words = line * static_cast<float>(side.legend.size());
        load = line + std::min(bars, box.height() * 0.55f);
    }
    float y = box.min.y;
    side.groups = take(box, y, side.thumbnails.height, gap);
    side.load = take(box, y, load, gap);
    side.words = take(box, y, words, gap);
    // The lens is the last part: where it is left out nothing else moves.
    if (lens > 0 && box.max.y - y >= lens) side.lens = take(box, y, box.max.y - y, 0);
    return side;
}

void draw_load_and_legend(ImDrawList& list, const PatternSide& side, const Schedule& schedule,
                          ViewContext& context) {
    if (!side.load.empty()) draw_load(side.load, list, schedule, context);
    if (!side.words.empty()) draw_legend(list, side, schedule, context);
}

}  // namespace ringscope
