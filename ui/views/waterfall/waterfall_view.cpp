#include "ui/views/waterfall/waterfall_view.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "ui/views/view_frame.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

constexpr const char* kRankColumns[] = {"rank",         "last in steps", "costs the others", "mostly in step",
                                        "longest wait", "slowest step",  "over the median"};
constexpr const char* kRankHints[] = {
    "The rank. Click to select it in all views.",
    "Steps in which more waiting leads back to this rank than to any other.",
    "Waits of other ranks for a late peer that lead back to this one, along the chain of waits.",
    "Of the steps in which others wait for it, the one that costs most.",
    "The longest single wait for it in that step.",
    "Of its own steps, the one that is slower than the median rank at the same FLOPs by the most.",
    "By how much that step is slower.",
};

std::string number_or_dash(int number) { return number < 0 ? "-" : std::to_string(number); }

/// One bar of the picture.
struct Row {
    std::string name;  // of its item
    std::string label;
    double begin = 0, end = 0;  // seconds
    int cause = -1;             // -1: ideal or wall time
    int rank = -1;
    std::string hint;
};

std::vector<Row> rows_of(const Waterfall& fall) {
    std::vector<Row> rows{
        {"ideal", "ideal", 0, fall.ideal_seconds, -1, -1,
         "Total work / ranks at the kernel's own rate: what the faster half of the ranks reaches, " +
             rate_text(fall.flops_per_second) + " per rank."}};
    double at = fall.ideal_seconds;
    for (const WaterfallBar& bar : fall.bars) {
        const bool has_rank = bar.rank >= 0 && bar.seconds != 0;
        rows.push_back({name_of(bar.cause), label_of(bar.cause), at, at + bar.seconds,
                        static_cast<int>(bar.cause), has_rank ? bar.rank : -1, explanation_of(bar.cause)});
        at += bar.seconds;
    }
    rows.push_back({"wall", "wall time", 0, fall.wall_seconds, -1, -1, fall.sentence});
    return rows;
}

std::string amount_of(const Row& row) { return seconds_text(row.end - row.begin); }

/// Kinds of spans have the colour and hatch that they have in all views.
void draw_row_bar(ImDrawList& list, const Box& box, const Row& row, const Theme& theme) {
    if (row.end < row.begin) {  // won back: hollow
        list.AddRect(box.min, box.max, theme.good, 0, 0, std::max(theme.px(1.5f), 1.0f));
        return;
    }
    switch (static_cast<WaterfallCause>(row.cause)) {
        case WaterfallCause::packing:
            return draw_bar(list, box, SpanKind::pack, theme, false);
        case WaterfallCause::merging:
            return draw_bar(list, box, SpanKind::merge, theme, false);
        case WaterfallCause::exposed_transfer:
            return draw_bar(list, box, SpanKind::receive, theme, false);
        case WaterfallCause::hop_overhead:
            return draw_bar(list, box, SpanKind::wait, theme, false, WaitCause::link);
        case WaterfallCause::late_peer:
            return draw_bar(list, box, SpanKind::wait, theme, false, WaitCause::late_peer);
        case WaterfallCause::wait_core:
            return draw_bar(list, box, SpanKind::wait, theme, false, WaitCause::core);
        case WaterfallCause::idle:
            list.AddRect(box.min, box.max, theme.text_dim);
            return;
        case WaterfallCause::imbalance:
        case WaterfallCause::slower_rate:
            break;
    }
    if (row.name == "wall") return list.AddRectFilled(box.min, box.max, theme.text_dim);
    draw_bar(list, box, SpanKind::compute, theme, false);
    if (row.cause >= 0)
        draw_hatch(list, box, row.cause == 0 ? Hatch::left : Hatch::cross, theme.background, theme.px(6));
}

std::string hint_of(const Row& row, const Waterfall& fall) {
    std::string text = row.label + ": " + amount_of(row) + ", " +
                       percent_text((row.end - row.begin) / fall.wall_seconds) + " of the wall time";
    if (row.rank >= 0) text += "\nmostly on rank " + std::to_string(row.rank) + "; click selects it";
    return text + "\n\n" + row.hint;
}

void draw_bars(ViewContext& context, const Waterfall& fall, ImVec2 size) {
    const Canvas canvas = begin_canvas("waterfall/picture", size, context.items, fall.sentence);
    const Theme& theme = context.theme;
    const std::vector<Row> rows = rows_of(fall);
    double longest = 0;
    float labels = 0;
    for (const Row& row : rows) {
        longest = std::max({longest, row.begin, row.end});
        labels = std::max(labels, text_size(theme.text_font, row.label).x);
    }
    if (size.x < 3 * labels) labels = 0;  // tooltips have them
    const float left = canvas.box.min.x + labels + theme.px(10);
    const float amounts = text_size(theme.text_font, "-999 ms").x + theme.px(12);
    const float width = std::max(canvas.box.max.x - left - amounts, 1.0f);
    const float height = canvas.box.height() / static_cast<float>(rows.size());
    const float line = text_size(theme.text_font, "0").y;
    const auto x_of = [&](double at) { return left + width * static_cast<float>(at / longest); };
    for (size_t i = 0; i < rows.size(); ++i) {
        const Row& row = rows[i];
        const float top = canvas.box.min.y + height * static_cast<float>(i);
        const Box area{{canvas.box.min.x, top}, {canvas.box.max.x, top + height}};
        const float from = x_of(std::min(row.begin, row.end));
        const float to = std::max(x_of(std::max(row.begin, row.end)), from + 1);
        const float gap = std::min(theme.px(3), height / 6);
        const bool lit = row.rank >= 0 && row.rank == context.selection.selected.rank;
        draw_text(*canvas.list, theme.text_font, {canvas.box.min.x + theme.px(4), top + (height - line) / 2},
                  lit ? theme.accent : theme.text, labels > 0 ? row.label : "", area);
        draw_row_bar(*canvas.list, {{from, top + gap}, {to, top + height - gap}}, row, theme);
        draw_text(*canvas.list, theme.text_font, {to + theme.px(6), top + (height - line) / 2}, theme.text,
                  amount_of(row), area);
        if (i + 1 < rows.size() && row.name != "wall")
            canvas.list->AddLine({x_of(row.end), top + height - gap}, {x_of(row.end), top + height + gap},
                                 theme.grid_strong);
        context.items.add("waterfall/" + row.name, area.min, area.max, amount_of(row));
        if (!canvas.hovered || !area.contains(canvas.mouse)) continue;
        context.selection.next_hovered.rank = row.rank;
        if (canvas.clicked && row.rank >= 0) context.selection.selected = Target{.rank = row.rank};
        tooltip(hint_of(row, fall));
    }
    if (canvas.clicked) focus_view(context.selection, WaterfallView::kInfo);
}

std::vector<std::string> cells_of(const RankStraggling& rank) {
    return {std::to_string(rank.rank),
            std::to_string(rank.last_steps),
            seconds_text(rank.cost_seconds),
            number_or_dash(rank.costliest_step),
            seconds_text(rank.longest_wait_seconds),
            number_or_dash(rank.slowest_step),
            seconds_text(rank.slowest_excess_seconds)};
}

/// A row per rank, which a click selects.
void draw_ranks(ViewContext& context, const Stragglers& report, ImVec2 size) {
    const ImGuiTableFlags flags =
        ImGuiTableFlags_ScrollY | ImGuiTableFlags_RowBg | ImGuiTableFlags_BordersInnerV;
    const auto columns = static_cast<int>(std::size(kRankColumns));
    if (!ImGui::BeginTable("stragglers", columns, flags, size)) return;
    ImGui::TableSetupScrollFreeze(0, 1);
    for (const char* column : kRankColumns) ImGui::TableSetupColumn(column);
    ImGui::TableNextRow(ImGuiTableRowFlags_Headers);
    for (int column = 0; column < columns; ++column) {
        ImGui::TableSetColumnIndex(column);
        ImGui::TableHeader(kRankColumns[column]);
        if (ImGui::IsItemHovered()) tooltip(kRankHints[column]);
    }
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(report.ranks.size()));
    while (clipper.Step())
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            const RankStraggling& rank = report.ranks[static_cast<size_t>(i)];
            const std::vector<std::string> cells = cells_of(rank);
            ImGui::TableNextRow();
            ImGui::TableNextColumn();
            if (ImGui::Selectable(cells[0].c_str(), context.selection.selected.rank == rank.rank,
                                  ImGuiSelectableFlags_SpanAllColumns))
                context.selection.selected = Target{.rank = rank.rank};
            if (ImGui::IsItemHovered()) context.selection.next_hovered.rank = rank.rank;
            context.items.add_last("waterfall/rank " + cells[0], cells[2]);
            for (size_t cell = 1; cell < cells.size(); ++cell) {
                ImGui::TableNextColumn();
                to_the_right(cells[cell]);
                ImGui::TextUnformatted(cells[cell].c_str());
            }
        }
    ImGui::EndTable();
}

void draw_causes(const Waterfall& fall, ImVec2 size) {
    static constexpr const char* columns[] = {"cause", "time", "of the wall time", "mostly rank",
                                              "what it is"};
    if (!begin_table("causes", columns, size)) return;
    for (const Row& row : rows_of(fall)) {
        const std::string cells[] = {row.label, amount_of(row),
                                     percent_text((row.end - row.begin) / fall.wall_seconds),
                                     number_or_dash(row.rank), row.hint};
        table_row(cells);
    }
    ImGui::EndTable();
}

void sentence(ViewContext& context, const char* name, const std::string& text) {
    ImGui::TextWrapped("%s", text.c_str());
    context.items.add_last(name, text);
}

}  // namespace

std::string WaterfallView::why_empty(const ViewContext& context) const {
    if (!context.run) return "Run the experiment to see where its time goes: press F5.";
    if (context.run->state != RunState::done)
        return "The run did not finish: only of one that did can be said where its time went.";
    if (!context.run_index || !context.run_index->waterfall) return "Nothing of the run was timed.";
    return "";
}

void WaterfallView::draw_legend(Toolbar& bar, ViewContext&, ImVec2) {
    bar.text("each bar begins where the one above ended; hollow: won back");
}

void WaterfallView::draw_picture(ViewContext& context, ImVec2 size) {
    const Waterfall& fall = *context.run_index->waterfall;
    const Stragglers& report = context.run_index->stragglers;
    const float bottom = ImGui::GetCursorPosY() + size.y;
    sentence(context, "waterfall/sentence", fall.sentence);
    const float line = ImGui::GetTextLineHeightWithSpacing();
    const float left = bottom - ImGui::GetCursorPosY();
    const float table = std::min(line * static_cast<float>(report.ranks.size() + 5), left * 0.4f);
    const float bars = std::min(left - table, 1.8f * line * static_cast<float>(kWaterfallCauses + 2));
    draw_bars(context, fall, {size.x, std::max(bars, 1.0f)});
    if (bottom - ImGui::GetCursorPosY() < 4 * line) return;
    sentence(context, "waterfall/stragglers", report.sentence);
    draw_ranks(context, report, {size.x, bottom - ImGui::GetCursorPosY()});
}

void WaterfallView::draw_table(ViewContext& context, ImVec2 size) {
    const float gap = ImGui::GetStyle().ItemSpacing.y;
    const float causes = std::min(ImGui::GetTextLineHeightWithSpacing() * (kWaterfallCauses + 4),
                                  std::max(size.y * 0.6f, 1.0f));
    draw_causes(*context.run_index->waterfall, {size.x, causes});
    draw_ranks(context, context.run_index->stragglers, {size.x, std::max(size.y - causes - gap, 1.0f)});
}

}  // namespace ringscope
