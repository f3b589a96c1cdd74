// The critical path over the timeline, and what it says.
#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "ui/views/timeline/timeline_frame.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

constexpr float kLeastLinkPx = 1.5f;

SpanKind colour_kind(ChainKind kind) {
    switch (kind) {
        case ChainKind::compute:
            return SpanKind::compute;
        case ChainKind::pack:
            return SpanKind::pack;
        case ChainKind::merge:
            return SpanKind::merge;
        case ChainKind::transfer:
            return SpanKind::receive;
        default:
            return SpanKind::wait;
    }
}

Box link_box(const TimelineFrame& frame, const ChainLink& link, float left, float right) {
    const Box lane =
        frame.lane(link.rank, link.kind == ChainKind::idle ? Lane::compute : lane_of(colour_kind(link.kind)));
    return {{std::max(left, frame.lanes.min.x), lane.min.y},
            {std::min(right, frame.lanes.max.x), lane.max.y}};
}

void draw_link(const TimelineFrame& frame, const ChainLink& link, const Box& box) {
    const Theme& theme = frame.context.theme;
    if (box.empty()) return;
    if (link.kind != ChainKind::idle) {
        const ImU32 fill = theme.span_colour(colour_kind(link.kind));
        frame.list.AddRectFilled(box.min, box.max, fill);
    }
    if (box.width() > 3) add_rect(frame.list, box.min, box.max, theme.text, 0, theme.px(1.5f));
    const std::string words = name_of(link.kind);
    const ImU32 ink =
        link.kind == ChainKind::idle ? theme.text : theme.text_on(theme.span_colour(colour_kind(link.kind)));
    draw_centred(frame.list, theme.small_font, {{box.min.x + 3, box.min.y}, {box.max.x - 3, box.max.y}}, ink,
                 words);
    if (!frame.canvas.hovered || !box.contains(frame.canvas.mouse)) return;
    frame.context.selection.next_hovered.rank = link.rank;
    frame.context.selection.next_hovered.step = link.step;
}

/// Every link of the chain but the shortest ones has a part of its own; the rest share a pixel and a half.
void draw_links(const TimelineFrame& frame, const std::vector<ChainLink>& links) {
    auto link = std::upper_bound(links.begin(), links.end(), frame.axis.begin_ns,
                                 [](int64_t time, const ChainLink& l) { return time < l.end_ns; });
    ImVec2 before{-1, -1};
    while (link != links.end() && link->begin_ns < frame.axis.end_ns) {
        const float left = frame.axis.x_of(static_cast<double>(link->begin_ns));
        const float right = std::max(frame.axis.x_of(static_cast<double>(link->end_ns)), left + kLeastLinkPx);
        const Box box = link_box(frame, *link, left, right);
        const float y = (box.min.y + box.max.y) / 2;
        if (before.x >= 0 && std::fabs(before.y - y) > 1)
            frame.list.AddLine({box.min.x, before.y}, {box.min.x, y}, frame.context.theme.text,
                               frame.context.theme.px(1.5f));
        draw_link(frame, *link, box);
        before = {box.max.x, y};
        const auto next_ns = static_cast<int64_t>(frame.axis.time_at(right));
        link = std::max(link + 1,
                        std::upper_bound(link, links.end(), next_ns,
                                         [](int64_t time, const ChainLink& l) { return time < l.end_ns; }));
    }
}

double share_of(const CriticalPath& chain, int64_t ns) {
    int64_t whole = 0;
    for (const int64_t total : chain.total_ns) whole += total;
    return whole > 0 ? static_cast<double>(ns) / static_cast<double>(whole) : 0;
}

/// Kinds by their share of the chain, the largest first.
std::vector<ChainKind> kinds_by_share(const CriticalPath& chain) {
    std::vector<ChainKind> kinds;
    for (int kind = 0; kind < kChainKinds; ++kind)
        if (chain.total_ns[static_cast<size_t>(kind)] > 0) kinds.push_back(static_cast<ChainKind>(kind));
    std::stable_sort(kinds.begin(), kinds.end(), [&](ChainKind a, ChainKind b) {
        return chain.total_ns[static_cast<size_t>(a)] > chain.total_ns[static_cast<size_t>(b)];
    });
    return kinds;
}

size_t rank_with_most(const CriticalPath& chain, ChainKind kind) {
    const auto of = [&](const auto& rank) { return rank[static_cast<size_t>(kind)]; };
    const auto most = std::max_element(chain.rank_ns.begin(), chain.rank_ns.end(),
                                       [&](const auto& a, const auto& b) { return of(a) < of(b); });
    return static_cast<size_t>(most - chain.rank_ns.begin());
}

}  // namespace

void draw_timeline_chain(const TimelineFrame& frame, const CriticalPath& chain) {
    frame.list.PushClipRect(frame.lanes.min, frame.lanes.max, true);
    frame.list.AddRectFilled(frame.lanes.min, frame.lanes.max,
                             with_alpha(frame.context.theme.background, 0.6f));
    draw_links(frame, chain.links);
    frame.list.PopClipRect();
}

std::string chain_sentence(const CriticalPath& chain) {
    const std::vector<ChainKind> kinds = kinds_by_share(chain);
    if (kinds.empty()) return "There is no critical path: nothing was timed.";
    const ChainKind most = kinds.front();
    const size_t rank = rank_with_most(chain, most);
    const int64_t on_rank = chain.rank_ns[rank][static_cast<size_t>(most)];
    const int64_t total = chain.total_ns[static_cast<size_t>(most)];
    std::string text = "The critical path is " + percent_text(share_of(chain, total)) + " " + name_of(most);
    if (on_rank == total)
        text += " on rank " + std::to_string(rank);
    else
        text += ", most of it on rank " + std::to_string(rank) + " (" +
                percent_text(share_of(chain, on_rank)) + ")";
    for (size_t i = 1; i < kinds.size() && i < 4; ++i)
        text += ", " + percent_text(share_of(chain, chain.total_ns[static_cast<size_t>(kinds[i])])) + " " +
                name_of(kinds[i]);
    return text + "; " + count_text(chain.hops) + (chain.hops == 1 ? " hop" : " hops") + " between ranks.";
}

std::string chain_text(const CriticalPath& chain) {
    std::string text =
        chain_sentence(chain) +
        "\nIt is the longest chain of work, transfers and waits that depend on each other: only what is "
        "on it makes the run shorter when it gets shorter. Its links fill the wall time without a gap:";
    for (const ChainKind kind : kinds_by_share(chain)) {
        const int64_t total = chain.total_ns[static_cast<size_t>(kind)];
        text += std::string("\n") + name_of(kind) + "  " + nanoseconds_text(total) + "  " +
                percent_text(share_of(chain, total));
    }
    return text;
}

void draw_chain_table(const CriticalPath& chain, ImVec2 size) {
    std::vector<std::string> names{"rank"};
    const std::vector<ChainKind> kinds = kinds_by_share(chain);
    for (const ChainKind kind : kinds) names.emplace_back(name_of(kind));
    std::vector<const char*> columns;
    for (const std::string& name : names) columns.push_back(name.c_str());
    if (!begin_table("chain", columns, size)) return;
    const auto row = [&](const std::string& name, const std::array<int64_t, kChainKinds>& time) {
        std::vector<std::string> cells{name};
        for (const ChainKind kind : kinds)
            cells.push_back(nanoseconds_text(time[static_cast<size_t>(kind)]) + "  " +
                            percent_text(share_of(chain, time[static_cast<size_t>(kind)])));
        table_row(cells);
    };
    row("all", chain.total_ns);
    for (size_t rank = 0; rank < chain.rank_ns.size(); ++rank) row(std::to_string(rank), chain.rank_ns[rank]);
    ImGui::EndTable();
}

}  // namespace ringscope
