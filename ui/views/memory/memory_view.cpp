#include "ui/views/memory/memory_view.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "ui/views/memory/memory_rows.h"
#include "ui/views/run_clock.h"
#include "ui/views/view_frame.h"
#include "ui/widgets/imgui_compat.h"
#include "ui/widgets/time_axis.h"

namespace ringscope {

namespace {

/// Height in lines of text that a row over time needs for levels to be told apart in it.
constexpr float kLinesForContrast = 3;

/// Which ranks get a row of their own: all of them when there is room, else the fullest and the selected.
std::vector<int> shown_ranks(const std::vector<int64_t>& peaks, float height, float least, int selected) {
    std::vector<int> ranks(peaks.size());
    for (size_t i = 0; i < ranks.size(); ++i) ranks[i] = static_cast<int>(i);
    const int fit = std::max(static_cast<int>(height / std::max(least, 1.0f)), 1);
    if (static_cast<int>(ranks.size()) <= fit) return ranks;
    std::stable_sort(ranks.begin(), ranks.end(), [&](int a, int b) { return peaks[a] > peaks[b]; });
    const auto chosen = std::find(ranks.begin(), ranks.end(), selected);
    if (chosen != ranks.end() && chosen - ranks.begin() >= fit)
        std::rotate(ranks.begin() + (fit - 1), chosen, chosen + 1);
    ranks.resize(fit);
    std::sort(ranks.begin(), ranks.end());
    return ranks;
}

void add_legend(Toolbar& bar, const ViewContext& context, const Contrast& contrast, bool measured) {
    const Theme& theme = context.theme;
    const float swatch = ImGui::GetFontSize() * 0.7f;
    const auto entry = [&](const std::string& name, ImU32 colour, float dash) {
        const float width = swatch + 4 + text_size(theme.small_font, name).x;
        if (!bar.room(width)) return;
        const ImVec2 at = ImGui::GetCursorScreenPos();
        ImGui::Dummy({width, ImGui::GetFontSize()});
        ImDrawList& list = *ImGui::GetWindowDrawList();
        if (dash <= 0) list.AddRectFilled({at.x, at.y + 2}, {at.x + swatch, at.y + 2 + swatch}, colour);
        for (float x = 0; dash > 0 && x < swatch; x += 2 * dash) {
            const float y = at.y + ImGui::GetFontSize() / 2;
            list.AddLine({at.x + x, y}, {at.x + std::min(x + dash, swatch), y}, colour, theme.px(1.5f));
        }
        draw_text(list, theme.small_font, {at.x + swatch + 4, at.y}, theme.text_dim, name,
                  {at, {at.x + 1e4f, at.y + 1e4f}});
    };
    entry("predicted", theme.text, theme.px(5));
    if (measured) entry("high-water mark", theme.accent, swatch);
    if (contrast.lines && contrast.all_gather > 0) entry("all_gather", theme.error, theme.px(2));
    if (contrast.lines && contrast.undilated > 0) entry("undilated", theme.warning, theme.px(9));
    for (int purpose = 0; purpose < kPurposes; ++purpose) {
        entry(name_of(static_cast<Purpose>(purpose)), theme.purpose_colour(static_cast<Purpose>(purpose)), 0);
    }
}

void draw_memory_table(const Schedule& schedule, const Run* run, ImVec2 size) {
    static constexpr const char* columns[] = {"rank",     "predicted peak", "measured peak", "query",
                                              "own K/V",  "travelling",     "output",        "LSE",
                                              "workspace"};
    if (!begin_table("memory table", columns, size)) return;
    for (size_t rank = 0; rank < schedule.rank_plans.size(); ++rank) {
        const bool measured = run && rank < run->metrics.ranks.size();
        const BytesByPurpose& split =
            measured ? run->metrics.ranks[rank].peak_by_purpose : schedule.rank_plans[rank].predicted;
        std::vector<std::string> cells{
            std::to_string(rank),
            bytes_text(static_cast<double>(schedule.rank_plans[rank].predicted_peak_bytes())),
            measured ? bytes_text(static_cast<double>(run->metrics.ranks[rank].peak_bytes)) : "-"};
        for (const int64_t bytes : split) cells.push_back(bytes_text(static_cast<double>(bytes)));
        table_row(cells);
    }
    ImGui::EndTable();
}

bool shows_samples(const ViewContext& context) {
    return context.run && context.run->schedule && !context.run->trace.memory.empty();
}

std::shared_ptr<const Schedule> schedule_of(const ViewContext& context) {
    return shows_samples(context) ? context.run->schedule : shown_schedule(context);
}

/// The levels for contrast, of a ring alone, and whether rows in `room` are high enough for them as lines.
Contrast contrast_of(const ViewContext& context, ImVec2 room) {
    const bool measured = shows_samples(context);
    const auto schedule = schedule_of(context);
    const Prediction* prediction = measured ? &context.run_index->prediction : context.prediction;
    Contrast contrast;
    if (prediction && schedule->strategy == Strategy::ring) {
        contrast.all_gather = prediction->all_gather_peak_bytes;
        contrast.undilated = prediction->undilated_peak_bytes;
    }
    const float least = kLinesForContrast * text_size(context.theme.small_font, "0").y;
    contrast.lines = !measured || room.y >= least * static_cast<float>(schedule->rank_plans.size());
    return contrast;
}

/// The lines stay in sight unless they would flatten everything else.
void fit_scale(Contrast& contrast) {
    const int64_t limit = 8 * contrast.most;
    for (const int64_t level : {contrast.all_gather, contrast.undilated})
        if (contrast.lines && level <= limit) contrast.most = std::max(contrast.most, level);
    contrast.most += contrast.most / 16;
}

/// What the scale is, which ranks are shown, and the level that lies above the scale.
void draw_side(const MemoryPicture& picture, const Box& side, const Contrast& contrast, size_t shown,
               size_t ranks) {
    const Theme& theme = picture.theme;
    float y = side.min.y;
    const auto say = [&](const std::string& text, ImU32 colour) {
        if (draw_text(picture.list, theme.small_font, {side.min.x, y}, colour, text, side)) y += picture.line;
    };
    const std::string top = bytes_text(static_cast<double>(contrast.most));
    if (contrast.lines) {
        say("top of scale", theme.text_dim);
        say(top, theme.text);
    } else {
        say("top " + top, theme.text_dim);  // room for the levels below
    }
    if (shown < ranks) {
        say(std::to_string(shown) + " of " + std::to_string(ranks), theme.warning);
        say("fullest ranks", theme.warning);
    }
    const auto above = [&](const char* name, int64_t bytes, ImU32 colour) {
        if (bytes <= contrast.most) return;
        const float begin = y;
        const std::string value = bytes_text(static_cast<double>(bytes));
        say(name, colour);
        say(value, colour);
        picture.context.items.add(std::string("memory/") + name, {side.min.x, begin}, {side.max.x, y}, value);
    };
    above("all_gather", contrast.all_gather, theme.error);
    above("undilated", contrast.undilated, theme.warning);
}

}  // namespace

std::string MemoryView::why_empty(const ViewContext& context) const {
    const auto schedule = schedule_of(context);
    return schedule && !schedule->rank_plans.empty() ? "" : why_no_plan(kInfo);
}

void MemoryView::draw_legend(Toolbar& bar, ViewContext& context, ImVec2 room) {
    add_legend(bar, context, contrast_of(context, room), shows_samples(context));
}

void MemoryView::draw_table(ViewContext& context, ImVec2 size) {
    draw_memory_table(*schedule_of(context), shows_samples(context) ? context.run.get() : nullptr, size);
}

void MemoryView::draw_picture(ViewContext& context, ImVec2 size) {
    if (shows_samples(context))
        draw_measured(context, contrast_of(context, size), size);
    else
        draw_predicted(context, *schedule_of(context), contrast_of(context, size), size);
}

void MemoryView::draw_measured(ViewContext& context, Contrast contrast, ImVec2 size) {
    const Run& run = *context.run;
    const TraceIndex& index = context.run_index->trace;
    const Canvas canvas = begin_canvas("memory/picture", size, context.items, "memory over time");
    const Theme& theme = context.theme;
    fit_view_range(context.clock, index.wall_ns());
    MemoryPicture picture{context, *canvas.list, canvas, theme};
    picture.line = text_size(theme.small_font, "0").y;
    const bool roomy = size.x > theme.px(240) && size.y > theme.px(60);
    const TimeMargins margins = roomy ? time_margins(size.x, theme) : TimeMargins{};
    picture.label = margins.labels;
    const float account = margins.figures;
    const float left = canvas.box.min.x + picture.label;
    const TimeAxis axis{context.clock.view_begin_ns, context.clock.view_end_ns, left,
                        std::max(canvas.box.max.x - account, left + 1)};
    if (canvas.clicked) focus_view(context.selection, kInfo);
    if (canvas.wheel != 0)
        zoom_view_range(context.clock, index.wall_ns(), axis.time_at(canvas.mouse.x),
                        std::pow(0.8, canvas.wheel));
    if (canvas.right_down)
        pan_view_range(context.clock, index.wall_ns(), -canvas.drag.x * axis.ns_per_pixel());

    std::vector<int64_t> peaks;
    for (int rank = 0; rank < run.schedule->ranks; ++rank) {
        const SampleRange range = samples_of(run.trace, rank);
        peaks.push_back(range.first < range.last ? run.trace.memory[range.last - 1].peak_total : 0);
        contrast.most =
            std::max({contrast.most, peaks.back(), run.schedule->rank_plans[rank].predicted_peak_bytes()});
    }
    fit_scale(contrast);
    const auto ranks = shown_ranks(peaks, canvas.box.height(), roomy ? 1.4f * picture.line : 12,
                                   context.selection.selected.rank);
    canvas.list->PushClipRect(canvas.box.min, canvas.box.max, true);
    const float height = canvas.box.height() / static_cast<float>(ranks.size());
    for (size_t i = 0; i < ranks.size(); ++i) {
        const float top = canvas.box.min.y + height * static_cast<float>(i);
        const Box box{{axis.left, top + 1}, {axis.right, std::max(top + height - 1, top + 1.5f)}};
        draw_measured_row(picture, {box, ranks[i], samples_of(run.trace, ranks[i])}, axis, run, contrast);
    }
    if (account > 0)
        draw_side(picture, {{axis.right + theme.px(6), canvas.box.min.y}, canvas.box.max}, contrast,
                  ranks.size(), peaks.size());
    canvas.list->PopClipRect();
}

void MemoryView::draw_predicted(ViewContext& context, const Schedule& schedule, Contrast contrast,
                                ImVec2 size) {
    const Canvas canvas = begin_canvas("memory/picture", size, context.items, "predicted memory");
    const Theme& theme = context.theme;
    MemoryPicture picture{context, *canvas.list, canvas, theme};
    picture.line = text_size(theme.small_font, "0").y;
    picture.label = size.x > theme.px(240) ? text_size(theme.small_font, "1,023 MiB").x + theme.px(10) : 0;
    std::vector<int64_t> peaks;
    for (const RankPlan& plan : schedule.rank_plans) {
        peaks.push_back(plan.predicted_peak_bytes());
        contrast.most = std::max(contrast.most, peaks.back());
    }
    fit_scale(contrast);
    const auto ranks =
        shown_ranks(peaks, canvas.box.height(), 2 * picture.line + 4, context.selection.selected.rank);
    const float height =
        std::min(canvas.box.height() / static_cast<float>(ranks.size()), 3 * picture.line + 4);
    canvas.list->PushClipRect(canvas.box.min, canvas.box.max, true);
    for (size_t i = 0; i < ranks.size(); ++i) {
        const float top = canvas.box.min.y + height * static_cast<float>(i);
        const Box row{{canvas.box.min.x + picture.label, top + 1},
                      {std::max(canvas.box.max.x - theme.px(8), canvas.box.min.x + picture.label + 1),
                       std::max(top + height - 3, top + 1.5f)}};
        draw_predicted_row(picture, row, ranks[i], schedule.rank_plans[ranks[i]], contrast);
    }
    canvas.list->PopClipRect();
}

}  // namespace ringscope
