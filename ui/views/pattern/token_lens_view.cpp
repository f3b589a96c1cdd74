#include "ui/views/pattern/token_lens_view.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/analysis/pattern_explain.h"
#include "engine/base/number_text.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

constexpr float kCell = 9;  // points, at least
constexpr float kMark = 7;  // thickness of the marks of kept tokens
constexpr float kGap = 2;   // between words and marks
constexpr int kLeastLines = 12;
constexpr int kMostLines = 32;

float line_height(const Theme& theme) { return text_size(theme.small_font, "0").y + 1; }

constexpr int kWords = 3;  // lines of text: title and the two axes

/// The place of a token among lines, or -1.
int line_at(const std::vector<LensLine>& lines, int64_t token) {
    for (size_t i = 0; i < lines.size(); ++i)
        if (token >= lines[i].first && token < lines[i].end()) return static_cast<int>(i);
    return -1;
}

std::string token_words(const char* what, const LensLine& line, const Schedule& schedule, bool computed) {
    if (line.count > 1)
        return std::string(what) + " tokens " + count_text(line.first) + " to " + count_text(line.end() - 1) +
               " are dropped";
    return std::string(what) + " token " + count_text(line.first) +
           (line.kept ? computed ? " is computed" : " is kept" : " is dropped") + ", on rank " +
           std::to_string(schedule.placement.owner(line.first));
}

}  // namespace

/// Where lines stand, in screen pixels.
struct TokenLensView::Cells {
    Box box;  // of all cells
    float mark = 0;
    float cell = 0;

    float x(size_t column) const { return box.min.x + cell * static_cast<float>(column); }
    float y(size_t row) const { return box.min.y + cell * static_cast<float>(row); }
    Box at(size_t row, size_t column) const { return {{x(column), y(row)}, {x(column + 1), y(row + 1)}}; }
};

float TokenLensView::least_height(const Problem& problem, float width, const Theme& theme) {
    const float square = theme.px(kMark + kCell * kLeastLines);
    const std::string last = count_text(problem.seq_len - 1);
    const float words = text_size(theme.small_font, "queries " + last + " to " + last).x;
    return width < std::max(square, words) ? 0 : square + kWords * line_height(theme) + theme.px(kGap);
}

int TokenLensView::lines_of(const Box& box, const Theme& theme) {
    const float words = kWords * line_height(theme) + theme.px(kGap);
    const float room = std::min(box.width(), box.height() - words) - theme.px(kMark);
    return std::clamp(static_cast<int>(room / theme.px(kCell)), kLeastLines, kMostLines);
}

void TokenLensView::aim(const ViewContext& context, const std::shared_ptr<const Schedule>& shown,
                        const StepLookup& steps, int pattern, PatternColour colour, const TokenWindow& window,
                        int lines) {
    const Schedule& schedule = *shown;
    Key key{shown, pattern, colour, -1, -1, lines, context.theme.name};
    const Target& hovered = context.selection.hovered;
    const Target& selected = context.selection.selected;
    const int64_t n = schedule.problem.seq_len;
    if (is_hovered_ && key_.query >= 0 && key_.query < n && key_.key < n) {
        key.query = key_.query;
        key.key = key_.key;
    } else if (hovered.query >= 0 && hovered.key >= 0) {
        key.query = hovered.query;
        key.key = hovered.key;
    } else if (selected.query >= 0 && selected.key >= 0) {
        key.query = selected.query;
        key.key = selected.key;
    } else {
        key.query = key.key = lens_rest_place(schedule, pattern, window);
    }
    if (key == key_) return;
    key_ = std::move(key);
    lens_ = make_token_lens(schedule.problem, pattern, colour == PatternColour::group, key_.query, key_.key,
                            lines);
    colours_ = lens_colours(schedule, steps, pattern, colour, lens_, context.theme);
}

void TokenLensView::draw_pairs(ImDrawList& list, const Cells& cells, const Theme& theme) const {
    const float gap = cells.cell >= theme.px(5) ? 1.0f : 0.0f;
    for (size_t row = 0; row < lens_.queries.size(); ++row) {
        for (size_t column = 0; column < lens_.keys.size(); ++column) {
            const size_t index = lens_.index(row, column);
            if (lens_.pairs[index] == LensPair::outside) continue;
            const bool attended = lens_.pairs[index] == LensPair::attended;
            const Box box = cells.at(row, column);
            list.AddRectFilled({box.min.x + gap, box.min.y + gap}, box.max,
                               attended ? colours_[index] : theme.grid);
        }
    }
    // Folded lines stand for many: a line through them all says that something is left out.
    const ImU32 ink = theme.background;
    for (size_t row = 0; row < lens_.queries.size(); ++row)
        if (lens_.queries[row].count > 1)
            draw_stripes(list, {{cells.box.min.x, cells.y(row)}, {cells.box.max.x, cells.y(row + 1)}},
                         std::array<ImU32, 2>{ink, 0}, theme.px(2), true);
    for (size_t column = 0; column < lens_.keys.size(); ++column)
        if (lens_.keys[column].count > 1)
            draw_stripes(list, {{cells.x(column), cells.box.min.y}, {cells.x(column + 1), cells.box.max.y}},
                         std::array<ImU32, 2>{ink, 0}, theme.px(2), false);
}

void TokenLensView::draw_marks(ImDrawList& list, const Cells& cells, bool keys, ViewContext& context,
                               const Schedule& schedule) const {
    const Theme& theme = context.theme;
    const std::vector<LensLine>& lines = keys ? lens_.keys : lens_.queries;
    for (size_t i = 0; i < lines.size(); ++i) {
        const LensLine& line = lines[i];
        const Box box =
            keys ? Box{{cells.x(i) + 1, cells.box.min.y - cells.mark}, {cells.x(i + 1), cells.box.min.y - 1}}
                 : Box{{cells.box.min.x - cells.mark, cells.y(i) + 1}, {cells.box.min.x - 1, cells.y(i + 1)}};
        const ImU32 fill = theme.category_colour(schedule.placement.owner(line.first));
        if (line.kept) {
            list.AddRectFilled(box.min, box.max, fill);
        } else if (line.count == 1) {
            add_rect(list, box.min, box.max, with_alpha(fill, 0.5f));
        } else {
            const ImVec2 middle{(box.min.x + box.max.x) / 2, (box.min.y + box.max.y) / 2};
            const float way = theme.px(3), dot = theme.px(0.75f);
            for (int at = -1; at <= 1; ++at) {
                const float off = static_cast<float>(at) * way;
                const ImVec2 place{middle.x + (keys ? off : 0), middle.y + (keys ? 0 : off)};
                list.AddRectFilled({place.x - dot, place.y - dot}, {place.x + dot, place.y + dot},
                                   theme.text_dim);
            }
        }
        const std::string name = keys ? "pattern/lens key " : "pattern/lens query ";
        context.items.add(name + std::to_string(line.first), box.min, box.max,
                          line.kept        ? "kept"
                          : line.count > 1 ? "dropped to " + std::to_string(line.end() - 1)
                                           : "dropped");
    }
}

void TokenLensView::draw_edges(ImDrawList& list, const Cells& cells, const Schedule& schedule,
                               const Theme& theme) const {
    const int64_t w = schedule.problem.patterns[static_cast<size_t>(key_.pattern)].segment_length;
    const auto begins_segment = [&](const std::vector<LensLine>& lines, size_t i) {
        return i > 0 && lines[i].first / w != lines[i - 1].first / w;
    };
    add_rect(list, cells.box.min, cells.box.max, theme.grid_strong);
    for (size_t i = 0; i < lens_.keys.size(); ++i)
        if (begins_segment(lens_.keys, i))
            list.AddLine({cells.x(i) + 0.5f, cells.box.min.y}, {cells.x(i) + 0.5f, cells.box.max.y},
                         theme.text_dim, theme.px(1.5f));
    for (size_t i = 0; i < lens_.queries.size(); ++i)
        if (begins_segment(lens_.queries, i))
            list.AddLine({cells.box.min.x, cells.y(i) + 0.5f}, {cells.box.max.x, cells.y(i) + 0.5f},
                         theme.text_dim, theme.px(1.5f));
    if (!schedule.problem.causal) return;
    // Steps round the keys that are not after the query.
    size_t before = 0;
    const auto allowed = [&](size_t row) {
        size_t column = 0;
        while (column < lens_.keys.size() && lens_.keys[column].first < lens_.queries[row].end()) ++column;
        return column;
    };
    for (size_t row = 0; row < lens_.queries.size(); ++row) {
        const size_t now = allowed(row);
        if (row > 0 && now != before)
            list.AddLine({cells.x(before), cells.y(row)}, {cells.x(now), cells.y(row)}, theme.warning,
                         theme.px(1.5f));
        if (now > 0 && now < lens_.keys.size())
            list.AddLine({cells.x(now), cells.y(row)}, {cells.x(now), cells.y(row + 1)}, theme.warning,
                         theme.px(1.5f));
        before = now;
    }
}

void TokenLensView::draw_target(ImDrawList& list, const Cells& cells, const Target& target, ImU32 colour,
                                float thickness) const {
    if (target.query < 0 || target.key < 0) return;
    const int row = line_at(lens_.queries, target.query), column = line_at(lens_.keys, target.key);
    if (row < 0 || column < 0) return;
    const Box box = cells.at(static_cast<size_t>(row), static_cast<size_t>(column));
    add_rect(list, box.min, {box.max.x + 1, box.max.y + 1}, colour, 0, thickness);
}

void TokenLensView::point(const Cells& cells, ViewContext& context, const Schedule& schedule,
                          const StepLookup& steps) {
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    const auto place = [&](float at, float begin, size_t count) {
        return std::min(static_cast<size_t>(std::max(at - begin, 0.0f) / cells.cell), count - 1);
    };
    const LensLine& query = lens_.queries[place(mouse.y, cells.box.min.y, lens_.queries.size())];
    const LensLine& key = lens_.keys[place(mouse.x, cells.box.min.x, lens_.keys.size())];
    const bool on_keys = mouse.y < cells.box.min.y, on_queries = mouse.x < cells.box.min.x;
    if (on_keys && on_queries) return;
    const bool all = schedule.problem.queries == Queries::all;
    if (on_keys || on_queries || query.count > 1 || key.count > 1) {
        std::string text;
        if (!on_keys) text += token_words("query", query, schedule, all);
        if (!on_queries) text += (text.empty() ? "" : "\n") + token_words("key", key, schedule, false);
        tooltip(text);
        return;
    }
    const Target target = target_of_pair(schedule, steps, key_.pattern, query.first, key.first);
    context.selection.next_hovered = target;
    if (ImGui::IsMouseClicked(ImGuiMouseButton_Left)) select_pair(context, target);
    tooltip(explain_cell(schedule, steps, key_.pattern, query.first, key.first));
}

std::string TokenLensView::title_for(float width, const Theme& theme) const {
    const bool folds = lens_.folds();
    const std::string full = folds ? "single tokens; grey: dropped, long runs folded"
                                   : "single tokens; coloured: attends, grey: dropped";
    if (text_size(theme.small_font, full).x <= width) return full;
    return folds ? "single tokens, folded" : "single tokens";
}

void TokenLensView::draw(ImDrawList& list, const Box& box, bool hovered, ViewContext& context,
                         const Schedule& schedule, const StepLookup& steps) {
    const Theme& theme = context.theme;
    const float line = line_height(theme);
    const std::string words[kWords] = {title_for(box.width(), theme), lens_.queries_text(),
                                       lens_.keys_text()};
    for (int i = 0; i < kWords; ++i)
        draw_text(list, theme.small_font, {box.min.x, box.min.y + line * static_cast<float>(i)},
                  i == 0 ? theme.text_dim : theme.text, words[i], box);
    Cells cells;
    cells.mark = std::floor(theme.px(kMark));
    const float top = box.min.y + kWords * line + theme.px(kGap);
    const float room = std::min(box.width(), box.max.y - top) - cells.mark;
    const size_t lines = std::max({lens_.queries.size(), lens_.keys.size(), size_t{1}});
    cells.cell = std::floor(room / static_cast<float>(std::max<size_t>(lines, kLeastLines)));
    cells.box.min = {box.min.x + cells.mark, top + cells.mark};
    cells.box.max = {cells.x(lens_.keys.size()), cells.y(lens_.queries.size())};
    context.items.add("pattern/lens", cells.box.min, cells.box.max, words[1] + ", " + words[2]);
    list.AddRectFilled(cells.box.min, cells.box.max, theme.background);
    draw_pairs(list, cells, theme);
    draw_edges(list, cells, schedule, theme);
    draw_marks(list, cells, true, context, schedule);
    draw_marks(list, cells, false, context, schedule);
    draw_target(list, cells, context.selection.selected, theme.accent, theme.px(2));
    draw_target(list, cells, context.selection.hovered, theme.hover, theme.px(2));
    const Box reach{{cells.box.min.x - cells.mark, cells.box.min.y - cells.mark}, cells.box.max};
    box_ = box;
    is_hovered_ = hovered && reach.contains(ImGui::GetIO().MousePos);
    if (is_hovered_) point(cells, context, schedule, steps);
}

void TokenLensView::draw_place(ImDrawList& list, const PatternFrame& frame, const Theme& theme) const {
    if (lens_.queries.empty() || lens_.keys.empty()) return;
    Box place{{frame.x_of(static_cast<double>(lens_.keys.front().first)),
               frame.y_of(static_cast<double>(lens_.queries.front().first))},
              {frame.x_of(static_cast<double>(lens_.keys.back().end())),
               frame.y_of(static_cast<double>(lens_.queries.back().end()))}};
    const float wider = std::max(theme.px(7) - place.width(), 0.0f) / 2;
    const float higher = std::max(theme.px(7) - place.height(), 0.0f) / 2;
    place = {{place.min.x - wider, place.min.y - higher}, {place.max.x + wider, place.max.y + higher}};
    list.PushClipRect(frame.matrix.min, frame.matrix.max, true);
    // Light on dark, so that it stands out from any colour.
    add_rect(list, place.min, place.max, theme.background, 0, theme.px(3));
    add_rect(list, place.min, place.max, theme.text, 0, theme.px(1));
    list.PopClipRect();
}

}  // namespace ringscope
