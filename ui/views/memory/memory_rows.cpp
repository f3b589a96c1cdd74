#include "ui/views/memory/memory_rows.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

std::string purposes_text(const BytesByPurpose& bytes) {
    std::string text;
    for (int purpose = 0; purpose < kPurposes; ++purpose) {
        text += std::string("\n") + name_of(static_cast<Purpose>(purpose)) + "  " +
                bytes_text(static_cast<double>(bytes[purpose]));
    }
    return text;
}

/// What the lines for contrast stand for, a line each.
std::string contrast_text(const Contrast& contrast) {
    std::string text;
    if (contrast.undilated > 0)
        text += "\nsent undilated it would need  " + bytes_text(static_cast<double>(contrast.undilated));
    if (contrast.all_gather > 0)
        text += "\nall_gather would need  " + bytes_text(static_cast<double>(contrast.all_gather));
    return text;
}

/// A dashed level line.
void draw_level(const MemoryPicture& picture, const Box& box, int64_t bytes, int64_t most, ImU32 colour,
                float dash) {
    if (bytes <= 0 || bytes > most) return;
    const float y = picture.y_of(box, static_cast<double>(bytes), most);
    const int dashes = static_cast<int>(std::ceil(box.width() / (2 * dash)));
    for (int i = 0; i < dashes; ++i) {
        const float x = box.min.x + 2 * dash * static_cast<float>(i);
        picture.list.AddLine({x, y}, {std::min(x + dash, box.max.x), y}, colour, picture.theme.px(1.5f));
    }
}

void draw_levels(const MemoryPicture& picture, const Box& box, const Contrast& contrast) {
    draw_level(picture, box, contrast.predicted, contrast.most, picture.theme.text, picture.theme.px(5));
    if (!contrast.lines) return;
    draw_level(picture, box, contrast.all_gather, contrast.most, picture.theme.error, picture.theme.px(2));
    draw_level(picture, box, contrast.undilated, contrast.most, picture.theme.warning, picture.theme.px(9));
}

/// Stacked bytes over the columns of one rank: the largest sample of each column, so that no peak is lost.
void draw_steps(const MemoryPicture& picture, const Box& box, const TimeAxis& axis, const Trace& trace,
                SampleRange range, int64_t most) {
    size_t at = sample_at(trace, range, axis.time_at(box.min.x));
    if (at == range.last) at = range.first;
    float left = std::max(axis.x_of(static_cast<double>(trace.memory[at].time_ns)), box.min.x);
    while (at < range.last && left < box.max.x) {
        size_t next = at + 1;
        size_t fullest = at;
        const auto x_of = [&](size_t i) {
            return i < range.last ? axis.x_of(static_cast<double>(trace.memory[i].time_ns))
                                  : axis.x_of(static_cast<double>(trace.wall_ns));
        };
        while (next < range.last && x_of(next) < left + 1) {
            if (total_bytes(trace.memory[next].live) > total_bytes(trace.memory[fullest].live))
                fullest = next;
            ++next;
        }
        const float right = std::min(std::max(x_of(next), left), box.max.x);
        float y = box.max.y;
        double below = 0;
        for (int purpose = 0; purpose < kPurposes; ++purpose) {
            below += static_cast<double>(trace.memory[fullest].live[purpose]);
            const float top = picture.y_of(box, below, most);
            if (y - top > 0 && right > left) {
                picture.list.AddRectFilled({left, top}, {right, y},
                                           picture.theme.purpose_colour(static_cast<Purpose>(purpose)));
            }
            y = top;
        }
        left = right;
        at = next;
    }
}

void draw_rank_name(const MemoryPicture& picture, const Box& row, int rank, const std::string& value) {
    const Theme& theme = picture.theme;
    const Box box{{picture.canvas.box.min.x, row.min.y}, {row.min.x - theme.px(3), row.max.y}};
    const Selection& s = picture.context.selection;
    if (s.selected.rank == rank || s.hovered.rank == rank) {
        picture.list.AddRectFilled({row.min.x - theme.px(3), row.min.y}, {row.min.x, row.max.y},
                                   s.selected.rank == rank ? theme.accent : theme.hover);
    }
    if (picture.label <= 0) return;
    const ImVec2 at{box.min.x + 2, box.min.y};
    if (!draw_text(picture.list, theme.small_font, at, theme.text, "rank " + std::to_string(rank), box)) {
        draw_text(picture.list, theme.small_font, at, theme.text, std::to_string(rank), box);
    }
    if (row.height() < 2 * picture.line) return;
    draw_text(picture.list, theme.small_font, {at.x, at.y + picture.line}, theme.text_dim, value, box);
}

}  // namespace

void draw_predicted_row(const MemoryPicture& picture, const Box& row, int rank, const RankPlan& plan,
                        const Contrast& contrast) {
    const auto x_of = [&](int64_t bytes) {
        return row.min.x + row.width() * static_cast<float>(static_cast<double>(bytes) /
                                                            static_cast<double>(contrast.most));
    };
    picture.list.AddRectFilled(row.min, row.max, picture.theme.background);
    int64_t before = 0;
    for (int purpose = 0; purpose < kPurposes; ++purpose) {
        const float left = x_of(before), right = x_of(before + plan.predicted[purpose]);
        if (right > left) {
            picture.list.AddRectFilled({left, row.min.y}, {right, row.max.y},
                                       picture.theme.purpose_colour(static_cast<Purpose>(purpose)));
        }
        before += plan.predicted[purpose];
    }
    const auto level = [&](int64_t bytes, ImU32 colour) {
        if (bytes <= 0 || bytes > contrast.most) return;
        picture.list.AddLine({x_of(bytes), row.min.y}, {x_of(bytes), row.max.y}, colour,
                             picture.theme.px(1.5f));
    };
    level(contrast.all_gather, picture.theme.error);
    level(contrast.undilated, picture.theme.warning);
    const std::string value = bytes_text(static_cast<double>(before));
    draw_rank_name(picture, row, rank, value);
    picture.context.items.add("memory/rank " + std::to_string(rank), row.min, row.max, "predicted " + value);
    const Box whole{{picture.canvas.box.min.x, row.min.y}, row.max};
    if (!picture.canvas.hovered || !whole.contains(picture.canvas.mouse)) return;
    picture.context.selection.next_hovered.rank = rank;
    if (picture.canvas.clicked) picture.context.selection.selected.rank = rank;
    tooltip("rank " + std::to_string(rank) + ", predicted peak: " + value + purposes_text(plan.predicted) +
            contrast_text(contrast));
}

void draw_measured_row(const MemoryPicture& picture, const MeasuredRow& row, const TimeAxis& axis,
                       const Run& run, Contrast contrast) {
    const Theme& theme = picture.theme;
    const Trace& trace = run.trace;
    picture.list.AddRectFilled(row.box.min, row.box.max, theme.background);
    const bool planned = run.schedule && row.rank < static_cast<int>(run.schedule->rank_plans.size());
    contrast.predicted = planned ? run.schedule->rank_plans[row.rank].predicted_peak_bytes() : 0;
    int64_t peak = 0;
    if (row.range.first < row.range.last) {
        picture.list.PushClipRect(row.box.min, row.box.max, true);
        draw_steps(picture, row.box, axis, trace, row.range, contrast.most);
        picture.list.PopClipRect();
        peak = trace.memory[row.range.last - 1].peak_total;
        const float y = picture.y_of(row.box, static_cast<double>(peak), contrast.most);
        picture.list.AddLine({row.box.min.x, y}, {row.box.max.x, y}, theme.accent);  // high-water mark
    }
    draw_levels(picture, row.box, contrast);
    picture.list.AddLine({row.box.min.x, row.box.max.y}, row.box.max, theme.grid_strong);
    const std::string value = bytes_text(static_cast<double>(peak));
    draw_rank_name(picture, row.box, row.rank, value);
    picture.context.items.add("memory/rank " + std::to_string(row.rank), row.box.min, row.box.max, value);
    const float now = axis.x_of(picture.context.clock.time_ns);
    if (now >= row.box.min.x && now <= row.box.max.x) {
        picture.list.AddLine({now, row.box.min.y}, {now, row.box.max.y}, theme.error, theme.px(1.5f));
    }
    if (!picture.canvas.hovered || !row.box.contains(picture.canvas.mouse)) return;
    Target target;
    target.rank = row.rank;
    const double time = axis.time_at(picture.canvas.mouse.x);
    const size_t at = sample_at(trace, row.range, time);
    std::string text =
        "rank " + std::to_string(row.rank) + " at " + exact_nanoseconds_text(static_cast<int64_t>(time));
    if (at < row.range.last) {
        const MemorySample& sample = trace.memory[at];
        target.step = sample.step;
        text += ", step " + std::to_string(sample.step) + ": " +
                bytes_text(static_cast<double>(total_bytes(sample.live))) + purposes_text(sample.live);
    }
    text += "\nhigh-water mark  " + value + "\npredicted peak  " +
            bytes_text(static_cast<double>(contrast.predicted)) + contrast_text(contrast);
    picture.context.selection.next_hovered = target;
    if (picture.canvas.clicked) {
        picture.context.selection.selected = target;
        picture.context.clock.time_ns = std::clamp(time, 0.0, static_cast<double>(trace.wall_ns));
    }
    tooltip(text);
}

}  // namespace ringscope
