#include "ui/views/pattern/pattern_frame.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "ui/views/run_clock.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

constexpr float kWidestSide = 520;  // points
constexpr float kLeastBandPx = 3;   // narrower bands of a striped layout are drawn as one hatched band

/// Token intervals of one owner each that touch [begin, end), in order; empty when more than `most`.
struct Band {
    int rank;
    double begin, end;
};
std::vector<Band> bands(const Placement& placement, double begin, double end, double least_tokens) {
    std::vector<Band> found;
    const auto first = std::max<int64_t>(static_cast<int64_t>(begin), 0);
    const auto last = std::min<int64_t>(static_cast<int64_t>(std::ceil(end)), placement.seq_len());
    if (placement.layout() == Layout::striped) {
        const int64_t block = placement.stripe_block();
        if (static_cast<double>(block) < least_tokens) return found;
        for (int64_t token = first / block * block; token < last; token += block) {
            found.push_back({placement.owner(token), static_cast<double>(token),
                             static_cast<double>(std::min(token + block, placement.seq_len()))});
        }
        return found;
    }
    for (int rank = 0; rank < placement.ranks(); ++rank) {
        for (const TokenInterval& interval : placement.intervals_of(rank)) {
            if (interval.end <= first || interval.begin >= last) continue;
            found.push_back({rank, static_cast<double>(interval.begin), static_cast<double>(interval.end)});
        }
    }
    return found;
}

/// Token distance of ticks: 1, 2 or 5 times a power of ten, or a power of two when those are the pattern's
/// measure.
int64_t tick_spacing(double tokens, float pixels, float least_pixels) {
    const double least = tokens * least_pixels / std::max(pixels, 1.0f);
    int64_t spacing = 1;
    while (static_cast<double>(spacing) < least) spacing *= 2;
    return spacing;
}

bool matches(int value, int selected) { return selected >= 0 && value == selected; }

void draw_band_row(ImDrawList& list, const PatternFrame& frame, const Placement& placement, bool keys,
                   ViewContext& context) {
    const Theme& theme = context.theme;
    const Box& box = keys ? frame.key_band : frame.query_band;
    if (box.empty()) return;
    const TokenWindow& w = frame.window;
    const double tokens_per_px = (w.key_end - w.key_begin) / std::max(frame.matrix.width(), 1.0f);
    const auto found = bands(placement, keys ? w.key_begin : w.query_begin, keys ? w.key_end : w.query_end,
                             kLeastBandPx * tokens_per_px);
    list.PushClipRect(box.min, box.max, true);
    if (found.empty()) {
        std::vector<ImU32> hues;
        for (int rank = 0; rank < placement.ranks(); ++rank) hues.push_back(theme.category_colour(rank));
        draw_stripes(list, box, hues, theme.px(kStripePx), keys);
        context.items.add(keys ? "pattern/keys of all ranks" : "pattern/queries of all ranks", box.min,
                          box.max, "the ranks' tokens interleave");
    }
    for (const Band& band : found) {
        Box bar = box;
        (keys ? bar.min.x : bar.min.y) = keys ? frame.x_of(band.begin) : frame.y_of(band.begin);
        (keys ? bar.max.x : bar.max.y) = keys ? frame.x_of(band.end) : frame.y_of(band.end);
        const ImU32 fill = theme.category_colour(band.rank);
        list.AddRectFilled(bar.min, {bar.max.x - (keys ? 1.0f : 0.0f), bar.max.y - (keys ? 0.0f : 1.0f)},
                           fill);
        const Box visible{{std::max(bar.min.x, box.min.x), std::max(bar.min.y, box.min.y)},
                          {std::min(bar.max.x, box.max.x), std::min(bar.max.y, box.max.y)}};
        const std::string label = std::to_string(band.rank);
        if (!visible.empty()) draw_centred(list, theme.small_font, visible, theme.text_on(fill), label);
        const Selection& s = context.selection;
        const bool lit = keys ? matches(band.rank, s.selected.owner) || matches(band.rank, s.hovered.owner)
                              : matches(band.rank, s.selected.rank) || matches(band.rank, s.hovered.rank);
        if (lit) add_rect(list, visible.min, visible.max, theme.hover, 0, theme.px(2));
        const bool hovered = visible.contains(ImGui::GetIO().MousePos) && ImGui::IsItemHovered();
        context.items.add((keys ? "pattern/keys of rank " : "pattern/queries of rank ") + label, visible.min,
                          visible.max, label);
        if (!hovered) continue;
        Target target;
        (keys ? target.owner : target.rank) = band.rank;
        context.selection.next_hovered = target;
        if (ImGui::IsMouseClicked(ImGuiMouseButton_Left)) context.selection.selected = target;
        tooltip((keys ? "keys " : "queries ") + count_text(static_cast<int64_t>(band.begin)) + " to " +
                count_text(static_cast<int64_t>(band.end) - 1) + " lie on rank " + label);
    }
    list.PopClipRect();
}

void draw_ticks(ImDrawList& list, const PatternFrame& frame, int64_t seq_len, bool keys, const Theme& theme) {
    const Box& box = keys ? frame.key_axis : frame.query_axis;
    if (box.empty()) return;
    const TokenWindow& w = frame.window;
    const double begin = keys ? w.key_begin : w.query_begin;
    const double end = std::min(keys ? w.key_end : w.query_end, static_cast<double>(seq_len));
    const float widest = text_size(theme.small_font, count_text(static_cast<int64_t>(end))).x;
    const float line = text_size(theme.small_font, "0").y;
    const int64_t spacing = tick_spacing(w.key_end - w.key_begin, frame.matrix.width(),
                                         keys ? widest + theme.px(8) : line * 1.6f);
    const int64_t first = (static_cast<int64_t>(std::ceil(begin)) + spacing - 1) / spacing * spacing;
    for (int64_t token = first; static_cast<double>(token) < end; token += spacing) {
        const std::string label = count_text(token);
        const ImVec2 size = text_size(theme.small_font, label);
        const auto at = static_cast<double>(token);
        const ImVec2 place = keys ? ImVec2{frame.x_of(at), box.min.y}
                                  : ImVec2{box.max.x - size.x - theme.px(3), frame.y_of(at)};
        draw_text(list, theme.small_font, place, theme.text_dim, label, box);
    }
}

/// The rectangle of queries x keys, clipped to the matrix.
Box block_box(const PatternFrame& frame, const Band& query, const Band& key) {
    return {{std::max(frame.x_of(key.begin), frame.matrix.min.x),
             std::max(frame.y_of(query.begin), frame.matrix.min.y)},
            {std::min(frame.x_of(key.end), frame.matrix.max.x),
             std::min(frame.y_of(query.end), frame.matrix.max.y)}};
}

void frame_targets(ImDrawList& list, const PatternFrame& frame, const Placement& placement,
                   const Target& target, ImU32 colour, float thickness) {
    if (target.owner < 0 && target.rank < 0) return;
    const TokenWindow& w = frame.window;
    const double least = 2 * kLeastBandPx * (w.key_end - w.key_begin) / std::max(frame.matrix.width(), 1.0f);
    const Band all_queries{-1, w.query_begin, w.query_end};
    const Band all_keys{-1, w.key_begin, w.key_end};
    std::vector<Band> queries{all_queries}, keys{all_keys};
    const auto only = [](std::vector<Band>& found, int rank) {
        std::erase_if(found, [&](const Band& band) { return band.rank != rank; });
    };
    if (target.rank >= 0) only(queries = bands(placement, w.query_begin, w.query_end, least), target.rank);
    if (target.owner >= 0) only(keys = bands(placement, w.key_begin, w.key_end, least), target.owner);
    for (const Band& query : queries) {
        for (const Band& key : keys) {
            const Box box = block_box(frame, query, key);
            if (!box.empty()) add_rect(list, box.min, box.max, colour, 0, thickness);
        }
    }
}

}  // namespace

float PatternFrame::x_of(double key) const {
    const double span = std::max(window.key_end - window.key_begin, 1e-9);
    const double x = matrix.min.x + (key - window.key_begin) / span * matrix.width();
    return static_cast<float>(std::clamp(x, -1e5, 1e5));
}

float PatternFrame::y_of(double query) const {
    const double span = std::max(window.query_end - window.query_begin, 1e-9);
    const double y = matrix.min.y + (query - window.query_begin) / span * matrix.height();
    return static_cast<float>(std::clamp(y, -1e5, 1e5));
}

double PatternFrame::key_at(float x) const {
    return window.key_begin +
           (x - matrix.min.x) / std::max(matrix.width(), 1.0f) * (window.key_end - window.key_begin);
}

double PatternFrame::query_at(float y) const {
    return window.query_begin +
           (y - matrix.min.y) / std::max(matrix.height(), 1.0f) * (window.query_end - window.query_begin);
}

PatternFrame make_pattern_frame(const Box& canvas, const Theme& theme) {
    PatternFrame frame;
    const float line = text_size(theme.small_font, "0").y;
    const float digits = text_size(theme.small_font, "9,999,999").x + theme.px(5);
    const bool axes = canvas.width() > 5 * digits && canvas.height() > 8 * line;
    const float band = axes ? line + theme.px(2) : 0;
    const float left = axes ? digits + band : 0;
    const float top = axes ? line + theme.px(2) + band : 0;
    const float room = canvas.width() - left;
    const float least_side = theme.px(150);  // thumbnails with their words
    float edge = std::min(room, canvas.height() - top - theme.px(axes ? 4 : 0));
    if (axes && room - edge < least_side && room > 2.5f * least_side)
        edge = std::min(edge, room - least_side);
    edge = std::max(std::floor(edge), 0.0f);
    frame.matrix = {{canvas.min.x + left, canvas.min.y + top},
                    {canvas.min.x + left + edge, canvas.min.y + top + edge}};
    const Box& m = frame.matrix;
    if (axes) {
        frame.key_band = {{m.min.x, m.min.y - band}, {m.max.x, m.min.y - 1}};
        frame.query_band = {{m.min.x - band, m.min.y}, {m.min.x - 1, m.max.y}};
        frame.key_axis = {{m.min.x, canvas.min.y}, {m.max.x, m.min.y - band}};
        frame.query_axis = {{canvas.min.x, m.min.y}, {m.min.x - band, m.max.y}};
    }
    const float gap = theme.px(10);
    if (axes && canvas.max.x - m.max.x - gap >= theme.px(80)) {
        const float right = std::min(canvas.max.x - theme.px(2), m.max.x + gap + theme.px(kWidestSide));
        frame.side = {{m.max.x + gap, canvas.min.y}, {right, m.max.y}};
    }
    return frame;
}

void draw_pattern_axes(ImDrawList& list, const PatternFrame& frame, const Schedule& schedule,
                       ViewContext& context) {
    add_rect(list, frame.matrix.min, frame.matrix.max, context.theme.grid_strong);
    for (const bool keys : {true, false}) {
        draw_band_row(list, frame, schedule.placement, keys, context);
        draw_ticks(list, frame, schedule.problem.seq_len, keys, context.theme);
    }
    if (!frame.query_axis.empty()) {
        const Box corner{{frame.query_axis.min.x, frame.key_axis.min.y},
                         {frame.matrix.min.x, frame.matrix.min.y}};
        draw_text(list, context.theme.small_font, {corner.min.x, corner.min.y}, context.theme.text_dim,
                  "query \\ key", corner);
    }
}

void draw_pattern_lines(ImDrawList& list, const PatternFrame& frame, const Schedule& schedule,
                        int pattern_index, const ViewContext& context) {
    const Theme& theme = context.theme;
    const Pattern& pattern = schedule.problem.patterns[pattern_index];
    const TokenWindow& w = frame.window;
    const Box& m = frame.matrix;
    list.PushClipRect(m.min, m.max, true);
    const double per_pixel = (w.key_end - w.key_begin) / std::max(m.width(), 1.0f);
    const int64_t segment = pattern.segment_length;
    if (static_cast<double>(segment) >= theme.px(6) * per_pixel) {
        const auto lines = [&](double begin, double end, bool vertical) {
            for (int64_t at = (static_cast<int64_t>(begin) / segment + 1) * segment;
                 static_cast<double>(at) < end; at += segment) {
                const float x = frame.x_of(static_cast<double>(at)), y = frame.y_of(static_cast<double>(at));
                list.AddLine(vertical ? ImVec2{x, m.min.y} : ImVec2{m.min.x, y},
                             vertical ? ImVec2{x, m.max.y} : ImVec2{m.max.x, y},
                             with_alpha(theme.grid_strong, 0.8f));
            }
        };
        lines(w.key_begin, w.key_end, true);
        lines(w.query_begin, w.query_end, false);
    }
    if (schedule.problem.causal) {
        // From cell to cell the edge runs above the diagonal cells, whose own key is allowed.
        const double begin = std::max(w.key_begin, w.query_begin), end = std::min(w.key_end, w.query_end);
        if (end > begin) {
            list.AddLine({frame.x_of(begin + 1), frame.y_of(begin)}, {frame.x_of(end + 1), frame.y_of(end)},
                         theme.warning, theme.px(1.5f));
        }
    }
    frame_targets(list, frame, schedule.placement, context.selection.selected, theme.accent, theme.px(2));
    frame_targets(list, frame, schedule.placement, context.selection.hovered, theme.hover, theme.px(1));
    const Target& at = context.selection.hovered;
    if (at.key >= 0 && at.query >= 0) {
        const float x = frame.x_of(static_cast<double>(at.key) + 0.5),
                    y = frame.y_of(static_cast<double>(at.query) + 0.5);
        list.AddLine({x, m.min.y}, {x, m.max.y}, with_alpha(theme.hover, 0.6f));
        list.AddLine({m.min.x, y}, {m.max.x, y}, with_alpha(theme.hover, 0.6f));
    }
    list.PopClipRect();
}

Target target_of_pair(const Schedule& schedule, const StepLookup& steps, int pattern, int64_t query,
                      int64_t key) {
    const Pattern& shown = schedule.problem.patterns[static_cast<size_t>(pattern)];
    Target target;
    target.query = query;
    target.key = key;
    target.owner = schedule.placement.owner(key);
    target.rank = schedule.placement.owner(query);
    target.group = shown.group;
    if (query / shown.segment_length == key / shown.segment_length)
        target.step = steps.step_of(target.rank, target.owner, pattern, key / shown.segment_length);
    return target;
}

void select_pair(ViewContext& context, const Target& target) {
    context.selection.selected = target;
    if (target.step >= 0) context.clock.time_ns = step_begin_ns(context, target.step);
}

}  // namespace ringscope
