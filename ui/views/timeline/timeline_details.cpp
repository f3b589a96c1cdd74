// Below the lanes, where there is room: what is selected, and how much time each kind of span takes.
#include <algorithm>

#include "engine/base/number_text.h"
#include "ui/views/timeline/timeline_frame.h"
#include "ui/views/timeline/timeline_view.h"
#include "ui/widgets/imgui_compat.h"
#include "ui/widgets/widgets.h"

namespace ringscope {

namespace {

constexpr float kLeastLines = 7;  // less would show neither all kinds nor a whole span
constexpr float kShareOfSelected = 0.38f;

bool has_span(const ViewContext& context) {
    const int span = context.selection.selected.span;
    return span >= 0 && span < static_cast<int>(context.run->trace.spans.size());
}

const RankMetrics* selected_rank(const ViewContext& context) {
    const int rank = context.selection.selected.rank;
    const auto& ranks = context.run->metrics.ranks;
    return rank >= 0 && rank < static_cast<int>(ranks.size()) ? &ranks[static_cast<size_t>(rank)] : nullptr;
}

std::string selected_text(const ViewContext& context) {
    if (has_span(context)) return span_text(*context.run, context.selection.selected.span);
    if (const RankMetrics* rank = selected_rank(context)) return accounting_text(*rank);
    return "";
}

}  // namespace

float TimelineView::details_height(const ViewContext& context, ImVec2 size) const {
    const Theme& theme = context.theme;
    const float line = text_size(theme.small_font, "0").y + theme.px(3);
    const float ranks = static_cast<float>(context.run_index->trace.ranks());
    const float lanes = theme.px(kLargestRow) * ranks + 5 * line;  // with axis, minimap and notes
    const float left = size.y - lanes;
    return left >= kLeastLines * ImGui::GetTextLineHeightWithSpacing() ? left : 0;
}

/// "whole run, all ranks"
std::string TimelineView::scope_text() const {
    return (statistics_of_.range
                ? nanoseconds_text(statistics_of_.range->end_ns - statistics_of_.range->begin_ns) +
                      " measured"
                : std::string("whole run")) +
           (statistics_of_.rank >= 0 ? ", rank " + std::to_string(statistics_of_.rank) : ", all ranks");
}

int TimelineView::draw_statistics_table(ViewContext& context, ImVec2 size) const {
    const std::string scope = scope_text();
    const char* const columns[] = {scope.c_str(), "total", "share", "count", "mean", "median", "longest"};
    int chosen = -1;
    if (!begin_table("statistics", columns, size)) return chosen;
    for (const KindStatistics& kind : statistics_) {
        const std::string name = kind.name();
        ImGui::TableNextRow();
        ImGui::TableNextColumn();
        if (ImGui::Selectable(name.c_str(), false, ImGuiSelectableFlags_SpanAllColumns))
            chosen = kind.longest_span;
        context.items.add_last("timeline/statistics/" + name, nanoseconds_text(kind.total_ns) + ", longest " +
                                                                  nanoseconds_text(kind.longest_ns));
        if (ImGui::IsItemHovered())
            tooltip(
                "Click: go to the longest. Share is of the time of the ranks shown; median and mean "
                "are of single spans.");
        const std::string cells[] = {nanoseconds_text(kind.total_ns),  percent_text(kind.share),
                                     count_text(kind.count),           nanoseconds_text(kind.mean_ns()),
                                     nanoseconds_text(kind.median_ns), nanoseconds_text(kind.longest_ns)};
        for (const std::string& cell : cells) {
            ImGui::TableNextColumn();
            to_the_right(cell);
            ImGui::TextUnformatted(cell.c_str());
        }
    }
    ImGui::EndTable();
    return chosen;
}

void TimelineView::draw_details(ViewContext& context, ImVec2 size) {
    const WidgetContext ui{context.items, context.theme};
    const ImVec2 at = ImGui::GetCursorScreenPos();
    context.items.add("timeline/details", at, {at.x + size.x, at.y + size.y}, selected_text(context));
    const float gap = ImGui::GetStyle().ItemSpacing.x;
    const float left = size.x * kShareOfSelected;
    ImGui::BeginChild("##selected", {left, size.y});
    const std::string text = selected_text(context);
    if (text.empty())
        wrapped_item(ui, "timeline/details/hint",
                     "Click a bar to see here what it is, how long it took and where its chunk came from; "
                     "[ and ] then follow the chunk, F frames it, M measures it, Ctrl-C copies this text.",
                     context.theme.text_dim);
    else
        ImGui::TextUnformatted(text.c_str());
    ImGui::EndChild();
    ImGui::SameLine(0, gap);
    ImGui::BeginChild("##statistics", {size.x - left - gap, size.y});
    go_to_span(context, draw_statistics_table(context, ImGui::GetContentRegionAvail()));
    ImGui::EndChild();
}

std::string TimelineView::copied_text(const ViewContext& context) const {
    if (!context.run || context.run->trace.spans.empty()) return "";
    if (!measured && !selected_text(context).empty()) return selected_text(context) + "\n";
    const Range range = range_looked_at(context);
    std::string text = "span\ttotal ns\tshare\tcount\tmean ns\tmedian ns\tlongest ns\n";
    for (const KindStatistics& kind : range_statistics(context.run->trace, context.run_index->trace,
                                                       range.begin_ns, range.end_ns, rank_looked_at(context)))
        text += kind.name() + "\t" + std::to_string(kind.total_ns) + "\t" + percent_text(kind.share) + "\t" +
                std::to_string(kind.count) + "\t" + std::to_string(kind.mean_ns()) + "\t" +
                std::to_string(kind.median_ns) + "\t" + std::to_string(kind.longest_ns) + "\n";
    return text;
}

}  // namespace ringscope
