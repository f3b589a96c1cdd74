#include "ui/views/pattern/pattern_view.h"

#include <algorithm>
#include <cmath>

#include "engine/analysis/pattern_explain.h"
#include "engine/base/number_text.h"
#include "ui/views/pattern/pattern_cells.h"
#include "ui/views/run_clock.h"
#include "ui/views/view_frame.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

constexpr int kMostCells = 192;     // blocks per side
constexpr double kLeastTokens = 4;  // shown at the nearest zoom
constexpr float kLeastBlockPx = 2;
constexpr int kTableLines = 24;  // of the lens' table

/// Keeps the window square in tokens and inside the sequence.
void clamp_window(TokenWindow& window, int64_t seq_len) {
    const auto n = static_cast<double>(seq_len);
    double span = window.empty() ? n : window.key_end - window.key_begin;
    span = std::clamp(span, std::min(kLeastTokens, n), n);
    window.key_begin = std::clamp(window.key_begin, 0.0, n - span);
    window.query_begin = std::clamp(window.query_begin, 0.0, n - span);
    window.key_end = window.key_begin + span;
    window.query_end = window.query_begin + span;
}

void zoom(TokenWindow& window, double key, double query, double factor) {
    window.key_begin = key - (key - window.key_begin) * factor;
    window.key_end = key + (window.key_end - key) * factor;
    window.query_begin = query - (query - window.query_begin) * factor;
    window.query_end = query + (window.query_end - query) * factor;
}

/// The pattern that says most about the ring: long segments cross ranks.
int longest_segment(const std::vector<Pattern>& patterns) {
    const auto shorter = [](const Pattern& a, const Pattern& b) {
        return a.segment_length < b.segment_length;
    };
    return static_cast<int>(std::max_element(patterns.begin(), patterns.end(), shorter) - patterns.begin());
}

}  // namespace

struct PatternView::Layout : PatternFrame {};

std::string PatternView::why_empty(const ViewContext& context) const {
    const auto schedule = shown_schedule(context);
    const bool empty = !schedule || schedule->problem.patterns.empty() || schedule->problem.seq_len < 1;
    return empty ? why_no_plan(kInfo) : "";
}

/// Follows the plan and the selected head group.
void PatternView::prepare(ViewContext& context) {
    if (schedule_ != shown_schedule(context)) {
        schedule_ = shown_schedule(context);
        steps_ = StepLookup(*schedule_);
    }
    const Schedule& schedule = *schedule_;
    const auto& patterns = schedule.problem.patterns;
    if (pattern < 0 || pattern >= static_cast<int>(patterns.size())) pattern = longest_segment(patterns);
    const int group = context.selection.selected.group;
    if (group != followed_group_ && group >= 0 && patterns[pattern].group != group) {
        for (size_t i = 0; i < patterns.size(); ++i) {
            if (patterns[i].group != group) continue;
            pattern = static_cast<int>(i);
            break;
        }
    }
    followed_group_ = group;
    // What showed the whole sequence goes on to.
    const bool was_whole = window.key_end - window.key_begin == static_cast<double>(seq_len_);
    seq_len_ = schedule.problem.seq_len;
    if (was_whole) window = {};
    clamp_window(window, seq_len_);
}

void PatternView::choose(ViewContext& context, const Schedule& schedule, int index) {
    pattern = index;
    context.selection.selected.group = followed_group_ = schedule.problem.patterns[index].group;
}

void PatternView::choose_pattern(Toolbar& bar, ViewContext& context, const Schedule& schedule,
                                 const std::string& name, float width) {
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(ImGui::GetStyle().FramePadding.x, 0));
    ImGui::SetNextItemWidth(width);
    const bool open = ImGui::BeginCombo("##pattern", name.c_str());
    bar.register_last("choose", name);
    if (open) {
        for (int i = 0; i < static_cast<int>(schedule.problem.patterns.size()); ++i) {
            ImGui::PushID(i);
            if (ImGui::Selectable(pattern_name(schedule, i).c_str(), i == pattern))
                choose(context, schedule, i);
            bar.register_last(("choose " + std::to_string(i)).c_str(), pattern_name(schedule, i));
            ImGui::PopID();
        }
        ImGui::EndCombo();
    }
    ImGui::PopStyleVar();
}

void PatternView::draw_controls(Toolbar& bar, ViewContext& context) {
    const Schedule& schedule = *schedule_;
    const float width = bar.width();
    // The buttons come first: the name is the part that can be shorter.
    const float buttons = ImGui::CalcTextSize("OwnerStepGroupsFitTable").x +
                          5 * (2 * ImGui::GetStyle().FramePadding.x + ImGui::GetStyle().ItemSpacing.x);
    const auto width_of = [](const std::string& text) {
        return ImGui::CalcTextSize(text.c_str()).x + 2 * ImGui::GetFontSize();
    };
    std::string name = pattern_name(schedule, pattern);
    if (width_of(name) + buttons > width)
        name = "group " + std::to_string(schedule.problem.patterns[pattern].group);
    if (bar.room(width_of(name))) choose_pattern(bar, context, schedule, name, width_of(name));
    if (bar.button("by owner", "Owner", colour == PatternColour::owner)) colour = PatternColour::owner;
    if (bar.button("by step", "Step", colour == PatternColour::step)) colour = PatternColour::step;
    if (bar.button("by group", "Groups", colour == PatternColour::group)) colour = PatternColour::group;
    if (bar.button("fit", "Fit", false)) window = {};
    clamp_window(window, schedule.problem.seq_len);
}

void PatternView::draw_table(ViewContext& context, ImVec2 size) {
    lens_.aim(context, schedule_, steps_, pattern, colour, window, kTableLines);
    lens_.leave();
    draw_pattern_tables(context, *schedule_, pattern, lens_.lens(), size);
}

void PatternView::draw_picture(ViewContext& context, ImVec2 size) {
    const Schedule& schedule = *schedule_;
    const Canvas canvas =
        begin_canvas("pattern/canvas", size, context.items, pattern_name(schedule, pattern));
    Layout layout{make_pattern_frame(canvas.box, context.theme)};
    context.items.add("pattern/matrix", layout.matrix.min, layout.matrix.max,
                      pattern_name(schedule, pattern));
    canvas.list->PushClipRect(canvas.box.min, canvas.box.max, true);
    canvas.list->AddRectFilled(canvas.box.min, canvas.box.max, context.theme.background);
    if (layout.matrix.width() >= 1 && layout.matrix.height() >= 1) {
        layout.window = window;
        move(context, schedule, canvas, layout);
        layout.window = window;
        update(context, layout);
        draw_pattern_cells(*canvas.list, layout, picture_, colour, schedule.steps, context.theme);
        if (shows_single_cells(layout, picture_.grid, context.theme))
            draw_single_cells(*canvas.list, layout, picture_, context);
        draw_pattern_axes(*canvas.list, layout, schedule, context);
        draw_pattern_lines(*canvas.list, layout, schedule, pattern, context);
        draw_side(context, schedule, canvas, layout);
        point(context, schedule, canvas, layout);
    }
    canvas.list->PopClipRect();
}

void PatternView::draw_side(ViewContext& context, const Schedule& schedule, const Canvas& canvas,
                            const Layout& layout) {
    const PatternSide side =
        lay_out_side(layout.side, schedule_, colour, !picture_.mixtures.empty(), thumbnails_, context.theme);
    draw_load_and_legend(*canvas.list, side, schedule, context);
    // Where the matrix itself shows single cells the lens would show them again: its place stays empty, and
    // nothing else moves.
    if (side.lens.empty() || shows_single_cells(layout, picture_.grid, context.theme)) {
        lens_.leave();
    } else {
        lens_.aim(context, schedule_, steps_, pattern, colour, window,
                  TokenLensView::lines_of(side.lens, context.theme));
        lens_.draw(*canvas.list, side.lens, canvas.hovered, context, schedule, steps_);
        lens_.draw_place(*canvas.list, layout, context.theme);
    }
    if (side.thumbnails.columns == 0) return;
    const int chosen =
        thumbnails_.draw(context, schedule_, steps_, colour, pattern, side.thumbnails, side.groups);
    if (chosen < 0) return;
    choose(context, schedule, chosen);
    focus_view(context.selection, kInfo);
}

void PatternView::move(ViewContext& context, const Schedule& schedule, const Canvas& canvas,
                       const Layout& layout) {
    if (canvas.clicked) focus_view(context.selection, kInfo);
    const bool over = layout.matrix.contains(canvas.mouse);
    if (canvas.wheel != 0 && over) {
        const double step = ImGui::GetIO().KeyCtrl ? 0.93 : 0.8;
        zoom(window, layout.key_at(canvas.mouse.x), layout.query_at(canvas.mouse.y),
             std::pow(step, canvas.wheel));
    }
    const double per_pixel = (window.key_end - window.key_begin) / std::max(layout.matrix.width(), 1.0f);
    double right = canvas.right_down ? -canvas.drag.x * per_pixel : 0;
    double down = canvas.right_down ? -canvas.drag.y * per_pixel : 0;
    const ViewActions& actions = context.actions;
    const double key = over ? layout.key_at(canvas.mouse.x) : (window.key_begin + window.key_end) / 2;
    const double query = over ? layout.query_at(canvas.mouse.y) : (window.query_begin + window.query_end) / 2;
    if (actions.zoom != 0) zoom(window, key, query, std::pow(0.7, actions.zoom));
    // Along the diagonal, where the segments are.
    right += actions.pan * 0.25 * (window.key_end - window.key_begin);
    down += actions.pan * 0.25 * (window.key_end - window.key_begin);
    if (actions.show_all) window = {};
    window.key_begin += right;
    window.key_end += right;
    window.query_begin += down;
    window.query_end += down;
    if (canvas.double_clicked && over) window = {};
    clamp_window(window, schedule.problem.seq_len);
}

void PatternView::update(const ViewContext& context, const Layout& layout) {
    const int most =
        std::clamp(static_cast<int>(layout.matrix.width() / context.theme.px(kLeastBlockPx)), 1, kMostCells);
    Key key{schedule_, window, pattern, colour, context.theme.name, most};
    if (key == key_) return;
    key_ = std::move(key);
    picture_ = paint_pattern(*schedule_, steps_, pattern, colour, window, most, context.theme);
}

void PatternView::point(ViewContext& context, const Schedule& schedule, const Canvas& canvas,
                        const Layout& layout) {
    if (!canvas.hovered || !layout.matrix.contains(canvas.mouse)) return;
    const int64_t last = schedule.problem.seq_len - 1;
    const int64_t key = std::clamp(static_cast<int64_t>(layout.key_at(canvas.mouse.x)), int64_t{0}, last);
    const int64_t query = std::clamp(static_cast<int64_t>(layout.query_at(canvas.mouse.y)), int64_t{0}, last);
    const Pattern& shown = schedule.problem.patterns[pattern];
    const Target target = target_of_pair(schedule, steps_, pattern, query, key);
    context.selection.next_hovered = target;
    if (canvas.clicked) {
        select_pair(context, target);
        followed_group_ = target.group;
    }
    std::string text = explain_cell(schedule, steps_, pattern, query, key);
    const CoverageGrid& grid = picture_.grid;
    if (grid.block > 1) {
        const int64_t block = grid.block;
        const int64_t k = key / block * block, q = query / block * block;
        const int64_t keys = std::min(block, last + 1 - k), queries = std::min(block, last + 1 - q);
        const int64_t pairs = pairs_in_block(schedule.problem, shown, q, q + block, k, k + block);
        const std::string interleaved =
            colour == PatternColour::step
                ? steps_text(schedule, steps_, pattern, {k, k + block, q, q + block})
                : owners_text(schedule, pattern, k, k + block);
        text += "\n\nblock of queries " + count_text(q) + " to " + count_text(q + queries - 1) +
                " and keys " + count_text(k) + " to " + count_text(k + keys - 1) + ": " + count_text(pairs) +
                " of " + count_text(keys * queries) + " pairs (" +
                percent_text(static_cast<double>(pairs) / static_cast<double>(keys * queries)) + ")" +
                interleaved;
    }
    tooltip_beside(text, lens_.box());
}

}  // namespace ringscope
