#include "ui/tabs/simulate/rank_bars.h"

#include <algorithm>
#include <array>

#include "engine/base/number_text.h"
#include "ui/widgets/imgui_compat.h"
#include "ui/widgets/plot.h"

namespace ringscope {

namespace {

struct Part {
    const char* label;
    double RankMetrics::*seconds;
    SpanKind kind;
    WaitCause cause;
};
/// In the order in which they stand in a bar; what is left is idle.
constexpr std::array<Part, 7> kParts{{
    {"compute", &RankMetrics::compute_seconds, SpanKind::compute, WaitCause::none},
    {"pack", &RankMetrics::pack_seconds, SpanKind::pack, WaitCause::none},
    {"merge", &RankMetrics::merge_seconds, SpanKind::merge, WaitCause::none},
    {"exposed transfer", &RankMetrics::exposed_transfer_seconds, SpanKind::receive, WaitCause::none},
    {"late peer", &RankMetrics::wait_peer_seconds, SpanKind::wait, WaitCause::late_peer},
    {"link", &RankMetrics::wait_link_seconds, SpanKind::wait, WaitCause::link},
    {"core", &RankMetrics::wait_core_seconds, SpanKind::wait, WaitCause::core},
}};

bool is_used(const Metrics& metrics, const Part& part) {
    return std::any_of(metrics.ranks.begin(), metrics.ranks.end(),
                       [&](const RankMetrics& rank) { return rank.*part.seconds > 0; });
}

/// Only what occurs, on as many lines as it takes.
void draw_legend(const Metrics& metrics, WidgetContext ui) {
    const float swatch = ImGui::GetTextLineHeight() * 0.8f;
    push_font(ui.theme.small_font);
    bool first = true;
    for (const Part& part : kParts) {
        if (!is_used(metrics, part)) continue;
        const float width = swatch * 1.5f + ImGui::CalcTextSize(part.label).x;
        if (!first) beside_or_below(width);
        first = false;
        const ImVec2 at = ImGui::GetCursorScreenPos();
        ImGui::Dummy({width, ImGui::GetTextLineHeight()});
        ImDrawList& list = *ImGui::GetWindowDrawList();
        draw_bar(list, {at, {at.x + swatch, at.y + swatch}}, part.kind, ui.theme, false, part.cause);
        list.AddText({at.x + swatch * 1.5f, at.y}, ui.theme.text_dim, part.label);
    }
    pop_font();
}

std::string rank_text(const RankMetrics& rank, double wall, double room) {
    std::string text = "rank " + std::to_string(rank.rank);
    for (const Part& part : kParts)
        if (rank.*part.seconds > 0)
            text += "\n" + std::string(part.label) + " " + seconds_text(rank.*part.seconds) + ", " +
                    percent_text(rank.*part.seconds / wall);
    if (rank.idle_seconds > 0) text += "\nidle " + seconds_text(rank.idle_seconds);
    return text + "\nmemory " + bytes_text(static_cast<double>(rank.peak_bytes)) + " of " + bytes_text(room) +
           "\nsent " + bytes_text(static_cast<double>(rank.sent_bytes));
}

/// Where rows and bars stand on a canvas.
struct RowLayout {
    float row = 1;  // height with its gap
    Box times;
    Box memory;
    double wall = 0;
    double memory_room = 1;  // bytes of a device for one of its ranks
};

void draw_row(const RankMetrics& rank, float top, const RowLayout& layout, ImDrawList& list,
              WidgetContext ui) {
    const float bottom = top + std::max(1.0f, layout.row - (layout.row > 5 ? 2.0f : 0.0f));
    float x = layout.times.min.x;
    const auto pixels = [&](double seconds) {
        return static_cast<float>(seconds / layout.wall) * layout.times.width();
    };
    for (const Part& part : kParts) {
        const float end = x + pixels(rank.*part.seconds);
        if (end - x >= 0.5f)
            draw_bar(list, {{x, top}, {end, bottom}}, part.kind, ui.theme, false, part.cause);
        x = end;
    }
    const double share = static_cast<double>(rank.peak_bytes) / layout.memory_room;
    const Box& memory = layout.memory;
    if (memory.empty()) return;
    const float filled = memory.min.x + memory.width() * static_cast<float>(std::min(share, 1.0));
    list.AddRectFilled({memory.min.x, top}, {filled, bottom}, share > 1 ? ui.theme.error : ui.theme.good);
    if (layout.row > 5) add_rect(list, {memory.min.x, top}, {memory.max.x, bottom}, ui.theme.border);
}

RowLayout lay_out_rows(const SimulatedPicture& picture, const Canvas& canvas, float row, const Theme& theme) {
    RowLayout layout;
    layout.row = row;
    layout.wall = std::max(picture.metrics.seconds, 1e-12);
    layout.memory_room = std::max(1.0, static_cast<double>(picture.request.machine->device.memory_bytes) /
                                           std::max(picture.ranks_per_device, 1));
    const float labels = text_size(theme.small_font, "rank 8888").x;
    const float memory = std::min(canvas.box.width() * 0.22f, theme.px(140));
    layout.times = {{canvas.box.min.x + labels, canvas.box.min.y},
                    {canvas.box.max.x - memory - theme.px(12), canvas.box.max.y}};
    layout.memory = {{canvas.box.max.x - memory, canvas.box.min.y}, canvas.box.max};
    return layout;
}

void draw_rows(const SimulatedPicture& picture, float height, WidgetContext ui) {
    const auto ranks = static_cast<int>(picture.metrics.ranks.size());
    const Theme& theme = ui.theme;
    const float line = text_size(theme.small_font, "0").y;
    const float row = std::clamp(height / static_cast<float>(ranks), theme.px(3), line * 1.6f);
    const Canvas canvas = begin_canvas("simulate/ranks bars", {ImGui::GetContentRegionAvail().x, row * ranks},
                                       ui.items, "time and memory of every rank");
    const RowLayout layout = lay_out_rows(picture, canvas, row, theme);
    if (layout.times.empty()) return;
    const float seen_from = ImGui::GetScrollY(), seen_to = seen_from + ImGui::GetWindowHeight();
    const int first = std::clamp(static_cast<int>(seen_from / row), 0, ranks - 1);
    const int last = std::clamp(static_cast<int>(seen_to / row) + 1, first + 1, ranks);
    const int labelled = std::max(1, static_cast<int>(line / row + 0.999f));
    for (int i = first; i < last; ++i) {
        const RankMetrics& rank = picture.metrics.ranks[static_cast<size_t>(i)];
        const float top = canvas.box.min.y + row * static_cast<float>(i);
        draw_row(rank, top, layout, *canvas.list, ui);
        if (i % labelled == 0)
            draw_text(*canvas.list, theme.small_font, {canvas.box.min.x, top}, theme.text_dim,
                      "rank " + std::to_string(rank.rank),
                      {canvas.box.min, {canvas.box.max.x, canvas.box.max.y + line}});
        ui.items.add("simulate/rank " + std::to_string(rank.rank), {canvas.box.min.x, top},
                     {canvas.box.max.x, top + row}, seconds_text(rank.compute_seconds) + " compute");
    }
    const int under = static_cast<int>((canvas.mouse.y - canvas.box.min.y) / row);
    if (canvas.hovered && under >= 0 && under < ranks)
        tooltip(
            rank_text(picture.metrics.ranks[static_cast<size_t>(under)], layout.wall, layout.memory_room));
}

std::string draw_table_twin(const Metrics& metrics, WidgetContext ui) {
    static constexpr const char* headers[] = {"rank",      "compute", "pack", "merge", "exposed transfer",
                                              "late peer", "link",    "core", "idle",  "memory",
                                              "sent"};
    const TableTwin twin{
        "Simulated, per rank", headers, static_cast<int>(metrics.ranks.size()),
        [&](int row, int column) -> std::string {
            const RankMetrics& rank = metrics.ranks[static_cast<size_t>(row)];
            if (column == 0) return std::to_string(rank.rank);
            if (column <= 7) return seconds_text(rank.*kParts[static_cast<size_t>(column - 1)].seconds);
            if (column == 8) return seconds_text(rank.idle_seconds);
            return bytes_text(static_cast<double>(column == 9 ? rank.peak_bytes : rank.sent_bytes));
        }};
    return table_twin(ui, "simulate/ranks table", twin);
}

}  // namespace

std::string draw_rank_bars(const SimulatedPicture& picture, ImVec2 size, WidgetContext ui) {
    std::string copied;
    if (ImGui::BeginChild("##rank bars", size)) {
        text_item(ui, "simulate/ranks title", "Time per rank, and memory", ui.theme.text);
        ImGui::SameLine();
        copied = draw_table_twin(picture.metrics, ui);
        draw_legend(picture.metrics, ui);
        const float height = ImGui::GetContentRegionAvail().y;
        if (height > 4) {
            ImGui::BeginChild("##rank rows", {0, 0});
            draw_rows(picture, height, ui);
            ImGui::EndChild();
        }
    }
    ImGui::EndChild();
    return copied;
}

}  // namespace ringscope
