#include "ui/views/pattern/pattern_table.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "ui/widgets/imgui_compat.h"
#include "ui/widgets/plot.h"
#include "ui/widgets/widgets.h"

namespace ringscope {

namespace {

void fill_ranks(const Schedule& schedule, int pattern) {
    const double mean = schedule.flops / std::max(schedule.ranks, 1);
    for (size_t rank = 0; rank < schedule.rank_plans.size(); ++rank) {
        const RankPlan& plan = schedule.rank_plans[rank];
        int64_t pairs = 0;
        std::string owners;
        for (const RankStep& step : plan.steps) {
            std::string used;
            for (const Work& work : step.work) {
                if (work.pattern != pattern) continue;
                pairs += work.pairs;
                used += (used.empty() ? "" : "+") + std::to_string(work.owner);
            }
            owners += (owners.empty() ? "" : ", ") + (used.empty() ? std::string("-") : used);
        }
        const double all = plan.flops / (4.0 * std::max(schedule.problem.head_dim, 1));
        const std::string cells[] = {std::to_string(rank),
                                     count_text(plan.tokens),
                                     count_text(pairs),
                                     count_text(static_cast<int64_t>(all)),
                                     mean > 0 ? ratio_text(plan.flops / mean) : "-",
                                     owners};
        table_row(cells);
    }
}

/// One row for each of its offsets.
void fill_groups(const Schedule& schedule, int pattern) {
    const Problem& problem = schedule.problem;
    const auto n = static_cast<double>(problem.seq_len);
    const double dense = problem.causal ? n * (n + 1) / 2 : n * n;
    for (size_t i = 0; i < problem.patterns.size(); ++i) {
        const Pattern& p = problem.patterns[i];
        const int64_t pairs = problem.allowed_pairs(p);
        const std::string cells[] = {std::to_string(p.group),
                                     count_text(p.segment_length),
                                     count_text(p.dilation_rate),
                                     count_text(p.offset),
                                     std::to_string(p.heads.size()),
                                     count_text(problem.segments_of(p)),
                                     count_text(pairs),
                                     percent_text(static_cast<double>(pairs) / dense),
                                     static_cast<int>(i) == pattern ? "shown" : ""};
        table_row(cells);
    }
}

std::string line_text(const LensLine& line) {
    return count_text(line.first) + (line.count > 1 ? " to " + count_text(line.end() - 1) : "");
}

void fill_lens(const Schedule& schedule, const TokenLens& lens) {
    const bool all = schedule.problem.queries == Queries::all;
    for (size_t row = 0; row < lens.queries.size(); ++row) {
        const LensLine& query = lens.queries[row];
        std::string keys;
        for (size_t column = 0; column < lens.keys.size(); ++column)
            if (lens.pairs[lens.index(row, column)] == LensPair::attended)
                keys += (keys.empty() ? "" : ", ") + count_text(lens.keys[column].first);
        const std::string cells[] = {line_text(query), query.kept ? all ? "computed" : "kept" : "dropped",
                                     std::to_string(schedule.placement.owner(query.first)),
                                     keys.empty() ? "none of these" : keys};
        table_row(cells);
    }
}

struct Part {
    const char* name;
    std::string title;
    std::span<const char* const> columns;
    size_t rows;
    float height = 0;  // of the table, without its title
};

/// What all want together is cut down where it is too much: short tables stay whole.
void share_height(std::span<Part> parts, float height) {
    float left = height;
    std::vector<Part*> open;
    for (Part& part : parts) open.push_back(&part);
    std::sort(open.begin(), open.end(), [](const Part* a, const Part* b) { return a->rows < b->rows; });
    const float row = ImGui::GetTextLineHeight() + 2 * ImGui::GetStyle().CellPadding.y;
    for (size_t i = 0; i < open.size(); ++i) {
        const float wanted = row * static_cast<float>(open[i]->rows + 1) + ImGui::GetStyle().ScrollbarSize;
        open[i]->height = std::min(wanted, left / static_cast<float>(open.size() - i));
        left -= open[i]->height;
    }
}

}  // namespace

void draw_pattern_tables(ViewContext& context, const Schedule& schedule, int pattern, const TokenLens& lens,
                         ImVec2 size) {
    static constexpr const char* ranks[] = {
        "rank", "tokens", "pairs, this pattern", "pairs, all heads", "load / mean", "owners by step"};
    static constexpr const char* groups[] = {"group",          "segment w",      "rate r",
                                             "offset o",       "heads",          "segments",
                                             "pairs per head", "of dense pairs", ""};
    static constexpr const char* tokens[] = {"query", "token is", "rank", "attends to keys"};
    Part parts[] = {{"ranks", "Ranks", ranks, schedule.rank_plans.size()},
                    {"groups", "Head groups", groups, schedule.problem.patterns.size()},
                    {"tokens", "Single tokens: " + lens.queries_text() + ", " + lens.keys_text(), tokens,
                     lens.queries.size()}};
    const float title = ImGui::GetTextLineHeightWithSpacing();
    const float spacing = ImGui::GetStyle().ItemSpacing.y;
    share_height(parts, size.y - 3 * (title + spacing));
    const WidgetContext ui{context.items, context.theme};
    for (const Part& part : parts) {
        if (part.height < 2 * title) continue;
        const std::string name = std::string("pattern/table of ") + part.name;
        text_item(ui, name, fitted(part.title, size.x), context.theme.text);
        if (!begin_table(name.c_str(), part.columns, {size.x, part.height})) continue;
        if (&part == &parts[0]) fill_ranks(schedule, pattern);
        if (&part == &parts[1]) fill_groups(schedule, pattern);
        if (&part == &parts[2]) fill_lens(schedule, lens);
        ImGui::EndTable();
    }
}

}  // namespace ringscope
