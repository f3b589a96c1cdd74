#include "ui/views/ring/ring_view.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/base/number_text.h"
#include "ui/views/ring/ring_table.h"
#include "ui/views/ring/shown_moment.h"
#include "ui/views/view_frame.h"
#include "ui/widgets/imgui_compat.h"
#include "ui/widgets/plot.h"

namespace ringscope {

namespace {

constexpr size_t kMostCurves = 512;  // transfers drawn as curves; more are straight lines
constexpr int kFewRanks = 128;       // more have no names of their own in the item registry
constexpr float kBend = 0.18f;       // of a way's length, to the right of the direction of travel

struct RingPicture {
    ViewContext& context;
    const RingMoment& moment;
    ImDrawList& list;
    const Canvas& canvas;
    const Theme& theme;
    Box box;
    ImVec2 centre{};
    float radius = 0;
    float node = 0;   // radius of a rank
    float chunk = 0;  // half a travelling chunk's edge

    ImVec2 place(int rank, float at) const {
        const double angle =
            2 * std::numbers::pi * rank / std::max(moment.schedule->ranks, 1) - std::numbers::pi / 2;
        return {centre.x + at * static_cast<float>(std::cos(angle)),
                centre.y + at * static_cast<float>(std::sin(angle))};
    }
    ImVec2 place(int rank) const { return place(rank, radius); }
    /// Letters grow with the ranks, so that a picture that fills the screen is read from afar.
    ImFont* label_font() const {
        if (node >= theme.px(34)) return theme.title_font;
        return node >= theme.px(22) ? theme.text_font : theme.small_font;
    }
    bool has_words() const { return node >= theme.px(22); }
};

struct Way {
    ImVec2 a, bend, b;
    ImVec2 at(float t) const {
        const float u = 1 - t;
        return {u * u * a.x + 2 * u * t * bend.x + t * t * b.x,
                u * u * a.y + 2 * u * t * bend.y + t * t * b.y};
    }
};

/// Bent to the right, so that the two directions between a pair of ranks stand apart.
Way way_between(const RingPicture& picture, int from, int to) {
    const ImVec2 a = picture.place(from), b = picture.place(to);
    const ImVec2 d{b.x - a.x, b.y - a.y};
    return {a, {(a.x + b.x) / 2 - d.y * kBend, (a.y + b.y) / 2 + d.x * kBend}, b};
}

void draw_way(const RingPicture& picture, int from, int to, ImU32 colour, float thickness) {
    const Way way = way_between(picture, from, to);
    picture.list.AddBezierQuadratic(way.a, way.bend, way.b, colour, thickness, 16);
}

void draw_arrow_head(const RingPicture& picture, const Way& way, float t, ImU32 colour) {
    const ImVec2 tip = way.at(t), back = way.at(std::max(t - 0.08f, 0.0f));
    const float length = std::max(std::hypot(tip.x - back.x, tip.y - back.y), 1e-3f);
    const ImVec2 d{(tip.x - back.x) / length, (tip.y - back.y) / length};
    const float size = picture.theme.px(6);
    picture.list.AddTriangleFilled(
        tip, {tip.x - d.x * size - d.y * size * 0.6f, tip.y - d.y * size + d.x * size * 0.6f},
        {tip.x - d.x * size + d.y * size * 0.6f, tip.y - d.y * size - d.x * size * 0.6f}, colour);
}

/// Sectors of equal size, one per chunk that is computed on.
void fill_node(const RingPicture& picture, ImVec2 at, float radius, const std::vector<int>& owners) {
    const int count = static_cast<int>(owners.size());
    if (count == 1) {
        picture.list.AddCircleFilled(at, radius, picture.theme.category_colour(owners[0]));
        return;
    }
    for (int i = 0; i < count; ++i) {
        const float begin = 2 * std::numbers::pi_v<float> * static_cast<float>(i) / static_cast<float>(count);
        const float end =
            2 * std::numbers::pi_v<float> * static_cast<float>(i + 1) / static_cast<float>(count);
        picture.list.PathLineTo(at);
        picture.list.PathArcTo(at, radius, begin, end, 8);
        picture.list.PathFillConvex(picture.theme.category_colour(owners[i]));
    }
}

void draw_rank_label(const RingPicture& picture, int rank) {
    const int ranks = picture.moment.schedule->ranks;
    const float widest = text_size(picture.theme.small_font, std::to_string(ranks - 1)).x;
    const float spacing =
        2 * std::numbers::pi_v<float> * picture.radius / static_cast<float>(std::max(ranks, 1));
    const int every =
        std::max(1, static_cast<int>(std::ceil((widest + picture.theme.px(3)) / std::max(spacing, 0.1f))));
    const Selection& s = picture.context.selection;
    if (rank % every != 0 && rank != s.selected.rank && rank != s.hovered.rank) return;
    ImFont* font = picture.label_font();
    const ImVec2 centre = picture.place(rank, 0), rim = picture.place(rank, 1);
    const ImVec2 out{rim.x - centre.x, rim.y - centre.y};
    // In words where there is room beside the rank, pushed out by the words' own extent.
    const std::string number = std::to_string(rank);
    for (const std::string& text : {"rank " + number, number}) {
        if (text != number && !picture.has_words()) continue;
        const ImVec2 extent = text_size(font, text);
        const float push = picture.radius + picture.node + picture.theme.px(6) +
                           (std::fabs(out.x) * extent.x + std::fabs(out.y) * extent.y) / 2;
        const ImVec2 at = picture.place(rank, push);
        if (draw_text(picture.list, font, {at.x - extent.x / 2, at.y - extent.y / 2}, picture.theme.text,
                      text, picture.box))
            return;
    }
}

void point_at_rank(const RingPicture& picture, int rank) {
    const RankMoment& now = picture.moment.ranks[rank];
    Target target;
    target.rank = rank;
    target.span = now.span;
    picture.context.selection.next_hovered = target;
    if (picture.canvas.clicked) {
        picture.context.selection.selected = target;
        picture.context.selection.selected.owner = rank;
    }
    const RankPlan& plan = picture.moment.schedule->rank_plans[rank];
    tooltip("rank " + std::to_string(rank) + " " + doing_text(now) + "\nowns " + count_text(plan.tokens) +
            " tokens; sends " + bytes_text(static_cast<double>(plan.sent_bytes)) + " and receives " +
            bytes_text(static_cast<double>(plan.received_bytes)) + " in all");
}

void draw_rank(const RingPicture& picture, int rank) {
    const Theme& theme = picture.theme;
    const RankMoment& now = picture.moment.ranks[rank];
    const ImVec2 at = picture.place(rank);
    const float radius = picture.node;
    const float rim = std::clamp(radius * 0.25f, 1.0f, theme.px(4));
    picture.list.AddCircleFilled(at, radius, theme.panel);
    if (!now.owners.empty()) fill_node(picture, at, radius - rim / 2, now.owners);
    if (now.doing == Doing::waiting) {
        const float half = radius * 0.6f;
        draw_hatch(picture.list, {{at.x - half, at.y - half}, {at.x + half, at.y + half}}, Hatch::left,
                   theme.span_colour(SpanKind::wait), theme.px(4));
    }
    picture.list.AddCircle(at, radius, theme.category_colour(rank), 0, rim);
    const Selection& s = picture.context.selection;
    if (s.selected.rank == rank || s.hovered.rank == rank) {
        picture.list.AddCircle(at, radius + rim + 1, s.selected.rank == rank ? theme.accent : theme.hover, 0,
                               theme.px(2));
    }
    std::string inside, words;
    if (now.doing == Doing::waiting) inside = "W", words = "waits";
    if (now.doing == Doing::packing) inside = "P", words = "packs";
    if (now.owners.size() == 1) {
        inside = std::to_string(now.owners[0]);
        words = "chunk " + inside;
    }
    const ImU32 ink =
        now.owners.size() == 1 ? theme.text_on(theme.category_colour(now.owners[0])) : theme.text;
    if (!inside.empty()) {
        const float half = radius * 0.8f;
        const Box box{{at.x - half, at.y - half}, {at.x + half, at.y + half}};
        ImFont* font = picture.label_font();
        const bool fits = text_size(font, "chunk 9").x <= box.width();  // then all ranks have words
        if (!fits || !draw_centred(picture.list, font, box, ink, words))
            draw_centred(picture.list, font, box, ink, inside);
    }
    draw_rank_label(picture, rank);
    const float reach = radius + 2;
    if (picture.moment.schedule->ranks <= kFewRanks) {
        picture.context.items.add("ring/rank " + std::to_string(rank), {at.x - reach, at.y - reach},
                                  {at.x + reach, at.y + reach}, doing_text(now));
    }
    const ImVec2 mouse = picture.canvas.mouse;
    if (picture.canvas.hovered && std::hypot(mouse.x - at.x, mouse.y - at.y) <= reach)
        point_at_rank(picture, rank);
}

bool lit(const Target& target, const Transfer& transfer, int index, const std::vector<int>& owners) {
    if (target.transfer >= 0) return target.transfer == index;
    if (target.owner >= 0) return std::find(owners.begin(), owners.end(), target.owner) != owners.end();
    return target.rank >= 0 && (transfer.from == target.rank || transfer.to == target.rank);
}

/// Colour of a transfer's way: of what it is selected or hovered by, else faint.
struct Light {
    bool on = false;
    ImU32 colour = 0;
};
Light light_of(const RingPicture& picture, int index, const std::vector<int>& owners) {
    const Transfer& transfer = picture.moment.schedule->transfers[index];
    const Selection& s = picture.context.selection;
    if (lit(s.hovered, transfer, index, owners)) return {true, picture.theme.hover};
    if (lit(s.selected, transfer, index, owners)) return {true, picture.theme.accent};
    const bool crowded = picture.moment.travelling.size() > kMostCurves;
    return {false, with_alpha(picture.theme.text_dim, crowded ? 0.15f : 0.6f)};
}

void draw_chunk_way(const RingPicture& picture, const TravellingChunk& chunk) {
    const Transfer& transfer = picture.moment.schedule->transfers[chunk.transfer];
    const Light light =
        light_of(picture, chunk.transfer, owners_of(*picture.moment.schedule, chunk.transfer));
    if (picture.moment.travelling.size() > kMostCurves && !light.on) {
        picture.list.AddLine(picture.place(transfer.from), picture.place(transfer.to), light.colour);
        return;
    }
    draw_way(picture, transfer.from, transfer.to, light.colour,
             light.on ? picture.theme.px(2) : picture.theme.px(1));
    if (picture.node < picture.theme.px(5) || picture.moment.travelling.size() > kMostCurves) return;
    // Just before the receiver's rim.
    const Way way = way_between(picture, transfer.from, transfer.to);
    const float length = std::max(std::hypot(way.b.x - way.a.x, way.b.y - way.a.y), 1.0f);
    draw_arrow_head(picture, way, std::max(1 - (picture.node + picture.theme.px(2)) / length, 0.6f),
                    light.on ? light.colour : picture.theme.text_dim);
}

void point_at_chunk(const RingPicture& picture, const TravellingChunk& chunk,
                    const std::vector<int>& owners) {
    const Transfer& transfer = picture.moment.schedule->transfers[chunk.transfer];
    Target target;
    target.transfer = chunk.transfer;
    target.owner = owners.empty() ? -1 : owners[0];
    target.step = transfer.step;
    picture.context.selection.next_hovered = target;
    if (picture.canvas.clicked) picture.context.selection.selected = target;
    std::string text = "transfer from rank " + std::to_string(transfer.from) + " to " +
                       std::to_string(transfer.to) + ", for step " + std::to_string(transfer.step) +
                       "\nK/V of rank";
    for (size_t i = 0; i < owners.size(); ++i) text += (i ? ", " : " ") + std::to_string(owners[i]);
    tooltip(text + "\n" + bytes_text(static_cast<double>(transfer.bytes)) + " (" +
            count_text(transfer.bytes) + " B), " + percent_text(chunk.fraction) + " of the way");
}

void draw_chunk(const RingPicture& picture, const TravellingChunk& chunk) {
    const Theme& theme = picture.theme;
    const Transfer& transfer = picture.moment.schedule->transfers[chunk.transfer];
    const std::vector<int> owners = owners_of(*picture.moment.schedule, chunk.transfer);
    const bool crowded = picture.moment.travelling.size() > kMostCurves;
    const double fraction = picture.context.reduced_motion ? 0.5 : chunk.fraction;
    const ImVec2 at = way_between(picture, transfer.from, transfer.to).at(static_cast<float>(fraction));
    const float half = crowded ? 1.5f : picture.chunk;
    const Box box{{at.x - half, at.y - half}, {at.x + half, at.y + half}};
    const float part = box.width() / static_cast<float>(std::max<size_t>(owners.size(), 1));
    for (size_t i = 0; i < owners.size(); ++i) {
        const float left = box.min.x + part * static_cast<float>(i);
        picture.list.AddRectFilled({left, box.min.y}, {left + part, box.max.y},
                                   theme.category_colour(owners[i]));
    }
    const Light light = light_of(picture, chunk.transfer, owners);
    if (half >= 3)
        add_rect(picture.list, box.min, box.max, light.on ? light.colour : theme.text, 0,
                 light.on ? theme.px(2) : 1);
    if (owners.size() == 1) {
        const bool wide = half >= theme.px(12);
        draw_centred(picture.list, wide ? theme.text_font : theme.small_font, box,
                     theme.text_on(theme.category_colour(owners[0])), std::to_string(owners[0]));
    }
    if (crowded) return;
    const std::string path = std::to_string(transfer.from) + " to " + std::to_string(transfer.to);
    picture.context.items.add("ring/transfer " + path, box.min, box.max,
                              bytes_text(static_cast<double>(transfer.bytes)));
    const Box reach{{box.min.x - 2, box.min.y - 2}, {box.max.x + 2, box.max.y + 2}};
    if (picture.canvas.hovered && reach.contains(picture.canvas.mouse))
        point_at_chunk(picture, chunk, owners);
}

void draw_followed(const RingPicture& picture, const std::vector<int>& way) {
    for (const int index : way) {
        const Transfer& transfer = picture.moment.schedule->transfers[index];
        const Way curve = way_between(picture, transfer.from, transfer.to);
        draw_way(picture, transfer.from, transfer.to, picture.theme.accent, picture.theme.px(2.5f));
        draw_arrow_head(picture, curve, 0.62f, picture.theme.accent);
        if (picture.radius < picture.theme.px(50) || way.size() > 24) continue;
        const ImVec2 at = curve.at(0.5f);
        const std::string label = "step " + std::to_string(transfer.step);
        const ImVec2 size = text_size(picture.theme.small_font, label);
        // Beside the curve, towards the centre, as far as the text's own extent in that direction.
        const ImVec2 d{picture.centre.x - at.x, picture.centre.y - at.y};
        const float length = std::max(std::hypot(d.x, d.y), 1.0f);
        const float pull = (std::fabs(d.x) * size.x + std::fabs(d.y) * size.y) / (2 * length) +
                           picture.chunk + picture.theme.px(4);
        const ImVec2 inner{at.x + d.x / length * pull, at.y + d.y / length * pull};
        draw_text(picture.list, picture.theme.small_font, {inner.x - size.x / 2, inner.y - size.y / 2},
                  picture.theme.text, label, picture.box);
    }
}

}  // namespace

std::string RingView::why_empty(const ViewContext& context) const {
    const auto schedule = ring_schedule(context);
    return schedule && !schedule->rank_plans.empty() ? "" : why_no_plan(kInfo);
}

void RingView::prepare(ViewContext& context) {
    const auto schedule = ring_schedule(context);
    const Target& selected = context.selection.selected;
    const int owner = !follow ? -1 : selected.owner >= 0 ? selected.owner : selected.rank;
    if (found_for_ == schedule && found_group_ == selected.group && found_owner_ == owner) return;
    found_for_ = schedule;
    found_group_ = selected.group;
    found_owner_ = owner;
    group_edges_ = selected.group >= 0 ? edges_of_group(*schedule, selected.group) : std::vector<RingEdge>{};
    way_ = owner >= 0 ? way_of(*schedule, owner) : std::vector<int>{};
}

void RingView::draw_controls(Toolbar& bar, ViewContext&) {
    if (bar.button("follow", "Follow chunk", follow)) follow = !follow;
}

void RingView::draw_table(ViewContext& context, ImVec2 size) { draw_rank_table(shown_moment(context), size); }

void RingView::draw_legend(Toolbar& bar, ViewContext& context, ImVec2) {
    const int group = context.selection.selected.group;
    if (follow && found_owner_ < 0) {
        bar.text("click the rank whose chunk to follow");
    } else if (follow) {
        bar.text("chunk " + std::to_string(found_owner_) + ": " + std::to_string(way_.size()) +
                 (way_.size() == 1 ? " hop" : " hops"));
    } else if (group >= 0 && group < found_for_->problem.groups) {
        bar.text(
            "group " + std::to_string(group) + ": " +
            (group_edges_.empty() ? "sends nothing" : std::to_string(group_edges_.size()) + " links in use"));
    } else {
        bar.text("in a rank: the chunk it works on");
    }
}

void RingView::draw_picture(ViewContext& context, ImVec2 size) {
    const RingMoment moment = shown_moment(context);
    const Canvas canvas = begin_canvas("ring/picture", size, context.items, moment_text(moment));
    if (canvas.clicked) focus_view(context.selection, kInfo);
    const Theme& theme = context.theme;
    RingPicture picture{context, moment, *canvas.list, canvas, theme, canvas.box};
    const float line = text_size(theme.small_font, "0").y;
    const bool words = canvas.box.height() > 5 * line;
    if (words) picture.box.max.y -= line + theme.px(3);
    const int ranks = moment.schedule->ranks;
    const float edge = std::min(picture.box.width(), picture.box.height());
    const float margin = edge > 20 * line ? text_size(theme.title_font, "0").y * 1.2f : line * 1.4f;
    const float outer = std::max(edge / 2 - margin, 1.0f);
    picture.centre = {(picture.box.min.x + picture.box.max.x) / 2,
                      (picture.box.min.y + picture.box.max.y) / 2};
    const float spacing = 2 * std::numbers::pi_v<float> * outer / static_cast<float>(std::max(ranks, 1));
    picture.node = std::clamp(spacing * 0.32f, 1.0f,
                              std::min(std::max(theme.px(22), outer * 0.15f), std::max(outer * 0.3f, 1.0f)));
    picture.radius = ranks > 1 ? std::max(outer - picture.node, 0.0f) : 0;
    picture.chunk = std::clamp(picture.node * 0.5f, 1.5f, theme.px(16));
    canvas.list->PushClipRect(canvas.box.min, canvas.box.max, true);
    canvas.list->AddRectFilled(canvas.box.min, canvas.box.max, theme.background);
    if (ranks > 1) canvas.list->AddCircle(picture.centre, picture.radius, theme.grid, 96, theme.px(1.5f));
    for (const RingEdge& link : group_edges_) {
        draw_way(picture, link.from, link.to, with_alpha(theme.accent, 0.45f), theme.px(4));
    }
    draw_followed(picture, way_);
    for (const TravellingChunk& chunk : moment.travelling) draw_chunk_way(picture, chunk);
    for (int rank = 0; rank < ranks; ++rank) draw_rank(picture, rank);
    for (const TravellingChunk& chunk : moment.travelling) draw_chunk(picture, chunk);
    if (words) {
        const Box strip{{canvas.box.min.x + 4, canvas.box.max.y - line - theme.px(3)}, canvas.box.max};
        const int told = context.selection.selected.rank;
        std::string text = moment_text(moment);
        const std::string more = told >= 0 && told < ranks
                                     ? "; rank " + std::to_string(told) + " " + doing_text(moment.ranks[told])
                                     : "";
        if (text_size(theme.small_font, text + more).x <= strip.width()) text += more;
        if (!draw_text(*canvas.list, theme.small_font, strip.min, theme.text_dim, text, strip)) {
            draw_text(*canvas.list, theme.small_font, strip.min, theme.text_dim,
                      "step " + std::to_string(moment.step) + " of " + std::to_string(moment.schedule->steps),
                      strip);
        }
        context.items.add("ring/words", strip.min, strip.max, text);
    }
    canvas.list->PopClipRect();
}

}  // namespace ringscope
