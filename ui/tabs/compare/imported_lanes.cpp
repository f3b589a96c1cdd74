#include "ui/tabs/compare/imported_lanes.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "sessions/traces/imported_text.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

constexpr float kLeastPx = 3;       // narrower slices are folded
constexpr float kLeastNamedPx = 8;  // narrower ones are no items of their own
constexpr float kLeastLabelPx = 24;
constexpr float kCounterRows = 2;  // height of a counter, in rows of slices

struct Strip {
    const CompareFrame& frame;
    const ShownTrace& shown;
    std::string name;  // of its items
    float row = 0;     // height of a row of slices

    const ImportedTrace& trace() const { return *shown.trace; }
    float x_of(int64_t time_ns) const {
        return frame.axis.x_of(static_cast<double>(time_ns + shown.offset_ns));
    }
    int64_t first_shown() const { return frame.axis.begin_ns - shown.offset_ns; }
    int64_t last_shown() const { return frame.axis.end_ns - shown.offset_ns; }
};

float row_height(const CompareFrame& frame) { return frame.title_height; }

float lane_height(const CompareFrame& frame, const ImportedLane& lane) {
    return row_height(frame) * static_cast<float>(std::max<size_t>(lane.rows.size(), 1));
}

/// Slices of one name have one colour, in every lane.
ImU32 colour_of(const Theme& theme, int32_t name) { return theme.category_colour(name % 8); }

void draw_slice(const Strip& strip, const ImportedLane& lane, size_t slice, const Box& box) {
    const Theme& theme = strip.frame.ui.theme;
    ImDrawList& list = *strip.frame.canvas.list;
    const ImportedSlice& shown = lane.slices[slice];
    const ImU32 fill = colour_of(theme, shown.name);
    list.AddRectFilled(box.min, {std::max(box.max.x - 1, box.min.x + 1), box.max.y}, fill);
    const Box seen{{std::max(box.min.x, strip.frame.rows.min.x), box.min.y},
                   {std::min(box.max.x, strip.frame.rows.max.x), box.max.y}};
    if (seen.width() < kLeastLabelPx) return;
    const std::string text = fitted(strip.trace().text(shown.name), seen.width() - 6);
    draw_text(list, theme.small_font, {seen.min.x + 3, seen.min.y}, theme.text_on(fill), text,
              {seen.min, {seen.max.x, seen.max.y + 3}});
}

void draw_row(const Strip& strip, const ImportedLane& lane, const ImportedRow& row, const std::string& name,
              float y) {
    const CompareFrame& frame = strip.frame;
    const auto least = static_cast<int64_t>(frame.axis.ns_per_pixel() * kLeastPx);
    frame.scratch.clear();
    fold_spans(row.begin, row.end, strip.first_shown(), strip.last_shown(), least, frame.scratch);
    for (const FoldedItem& item : frame.scratch) {
        Box box{{strip.x_of(item.begin_ns), y + 1}, {strip.x_of(item.end_ns), y + strip.row - 1}};
        box.max.x = std::max(box.max.x, box.min.x + 1);
        const auto slice = static_cast<size_t>(row.slices[static_cast<size_t>(item.first)]);
        const bool alone = item.count == 1;
        if (alone)
            draw_slice(strip, lane, slice, box);
        else  // many: grey, with the lane's own hatch for "folded"
            frame.canvas.list->AddRectFilled(box.min, box.max, frame.ui.theme.text_dim);
        if (alone && box.width() >= kLeastNamedPx)
            frame.ui.items.add(
                name + "/" + strip.trace().text(lane.slices[slice].name) + " " + std::to_string(slice),
                box.min, box.max, slice_text(strip.trace(), lane, slice));
        if (!frame.mouse_in({{box.min.x - 1, y}, {box.max.x + 1, y + strip.row}})) continue;
        add_rect(*frame.canvas.list, box.min, box.max, frame.ui.theme.hover);
        tooltip(alone
                    ? slice_text(strip.trace(), lane, slice)
                    : count_text(item.count) + " slices in " + nanoseconds_text(item.end_ns - item.begin_ns) +
                          "\nToo narrow to be seen apart: zoom in.");
    }
}

void draw_instants(const Strip& strip, const ImportedLane& lane, float y, float height) {
    const CompareFrame& frame = strip.frame;
    auto at =
        std::lower_bound(lane.instants.begin(), lane.instants.end(), strip.first_shown(),
                         [](const ImportedInstant& instant, int64_t time) { return instant.time_ns < time; });
    float last = -1e9f;
    for (; at != lane.instants.end() && at->time_ns <= strip.last_shown(); ++at) {
        const float x = strip.x_of(at->time_ns);
        if (x - last < 1) continue;  // one mark per pixel column
        last = x;
        frame.canvas.list->AddLine({x, y}, {x, y + height}, frame.ui.theme.text);
        if (frame.mouse_in({{x - 3, y}, {x + 3, y + height}}))
            tooltip(strip.trace().text(at->name) + "\nan instant, " + nanoseconds_text(at->time_ns) +
                    " after the trace's first event");
    }
}

/// A level over time, from 0 or its least value up to its largest.
void draw_counter(const Strip& strip, const ImportedCounter& counter, const std::string& name, float y) {
    const CompareFrame& frame = strip.frame;
    const Theme& theme = frame.ui.theme;
    const Box box = frame.row_box(y, strip.row * kCounterRows - 2);
    double least = 0, most = 0;
    for (const auto& point : counter.points)
        least = std::min(least, point.value), most = std::max(most, point.value);
    const auto y_of = [&](double value) {
        const double share = most > least ? (value - least) / (most - least) : 0;
        return box.max.y - static_cast<float>(share) * box.height();
    };
    auto next =
        std::upper_bound(counter.points.begin(), counter.points.end(), strip.first_shown(),
                         [](int64_t time, const ImportedCounter::Point& p) { return time < p.time_ns; });
    if (next != counter.points.begin()) --next;
    while (next != counter.points.end() && next->time_ns <= strip.last_shown()) {
        const float left = std::max(strip.x_of(next->time_ns), box.min.x);
        double value = next->value;  // the largest of a pixel column, so that no peak is lost
        auto after = next + 1;
        while (after != counter.points.end() && strip.x_of(after->time_ns) < left + 1)
            value = std::max(value, (after++)->value);
        const float right = std::min(
            after == counter.points.end() ? strip.x_of(strip.trace().length_ns) : strip.x_of(after->time_ns),
            box.max.x);
        if (right > left)
            frame.canvas.list->AddRectFilled({left, y_of(value)}, {right, box.max.y},
                                             with_alpha(theme.accent, 0.45f));
        if (frame.mouse_in({{left, box.min.y}, {std::max(right, left + 1), box.max.y}}))
            tooltip(counter.name + "  " + count_text(std::llround(value)));
        next = after;
    }
    const std::string text = counter.name + ", most " + count_text(std::llround(most));
    frame.ui.items.add(name, box.min, box.max, text);
    const ImVec2 size = text_size(theme.small_font, text);
    frame.canvas.list->AddRectFilled(box.min, {box.min.x + size.x + 6, box.min.y + size.y},
                                     with_alpha(theme.background, 0.75f));
    draw_text(*frame.canvas.list, theme.small_font, {box.min.x + 3, box.min.y}, theme.text, text,
              {box.min, {box.max.x, box.max.y + 2}});
}

/// Arrows to and from the lane under the mouse; all of them at once would be a carpet.
void draw_flows(const Strip& strip, const std::vector<float>& lane_y) {
    const CompareFrame& frame = strip.frame;
    const auto y_of = [&](int lane) { return lane_y[static_cast<size_t>(lane)] + strip.row / 2; };
    const double time = frame.axis.time_at(frame.canvas.mouse.x) - static_cast<double>(strip.shown.offset_ns);
    const double reach = frame.axis.ns_per_pixel() * frame.ui.theme.px(40);
    for (const ImportedFlow& flow : strip.trace().flows) {
        const auto touches = [&](int lane, int64_t at) {
            const float y = lane_y[static_cast<size_t>(lane)];
            const float height = lane_height(frame, strip.trace().lanes[static_cast<size_t>(lane)]);
            return std::abs(static_cast<double>(at) - time) < reach &&
                   frame.mouse_in({{frame.rows.min.x, y}, {frame.rows.max.x, y + height}});
        };
        if (!touches(flow.from_lane, flow.from_ns) && !touches(flow.to_lane, flow.to_ns)) continue;
        const ImVec2 from{strip.x_of(flow.from_ns), y_of(flow.from_lane)};
        const ImVec2 to{strip.x_of(flow.to_ns), y_of(flow.to_lane)};
        frame.canvas.list->AddLine(from, to, frame.ui.theme.hover, frame.ui.theme.px(1.5f));
        frame.canvas.list->AddCircleFilled(to, frame.ui.theme.px(3), frame.ui.theme.hover);
    }
}

std::string strip_title(const ShownTrace& shown) {
    const ImportedTrace& trace = *shown.trace;
    std::string title = trace.name + "   " + nanoseconds_text(trace.length_ns) + ", " +
                        count_text(trace.slices()) + " slices   (a trace of another program";
    if (shown.offset_ns != 0)
        title += std::string(", moved by ") + (shown.offset_ns > 0 ? "+" : "-") +
                 nanoseconds_text(std::abs(shown.offset_ns));
    title += ")";
    if (!trace.notes.empty())
        title += "   " + std::to_string(trace.notes.size()) +
                 (trace.notes.size() == 1 ? " kind of event not shown" : " kinds of events not shown");
    return title;
}

void draw_title(const Strip& strip, float y) {
    const CompareFrame& frame = strip.frame;
    const Box box = frame.title_box(y);
    const std::string title = strip_title(strip.shown);
    frame.ui.items.add(strip.name, box.min, box.max, title);
    frame.canvas.list->AddRectFilled(box.min, box.max, with_alpha(frame.ui.theme.grid_strong, 0.35f));
    draw_text(*frame.canvas.list, frame.ui.theme.small_font, {box.min.x + 3, box.min.y}, frame.ui.theme.text,
              fitted(title, box.width() - 6), {box.min, {box.max.x, box.max.y + 2}});
    if (frame.mouse_in(box) || (frame.canvas.hovered && box.contains(frame.canvas.mouse))) {
        const std::string notes = notes_text(strip.trace());
        tooltip(title + (notes.empty() ? "" : "\nNot shown, or shown differently from the file:\n" + notes) +
                "\nShift-drag its lanes to move it against the runs.");
    }
}

}  // namespace

float imported_strip_height(const CompareFrame& frame, const ImportedTrace& trace) {
    float height = frame.title_height * (1 + static_cast<float>(trace.processes.size()));
    for (const ImportedLane& lane : trace.lanes) height += lane_height(frame, lane);
    return height + row_height(frame) * kCounterRows * static_cast<float>(trace.counters.size());
}

void draw_imported_strip(const CompareFrame& frame, const ShownTrace& shown, size_t number, float y) {
    const Strip strip{frame, shown, "compare/trace " + std::to_string(number), row_height(frame)};
    const ImportedTrace& trace = *shown.trace;
    draw_title(strip, y);
    y += frame.title_height;
    std::vector<float> lane_y(trace.lanes.size(), y);
    size_t lane = 0, counter = 0;
    for (size_t process = 0; process < trace.processes.size(); ++process) {
        const ImportedProcess& shown_process = trace.processes[process];
        const std::string title =
            shown_process.name + (shown_process.labels.empty() ? "" : "   " + shown_process.labels);
        if (frame.shows(y, y + frame.title_height))
            draw_text(*frame.canvas.list, frame.ui.theme.small_font, {frame.canvas.box.min.x, y},
                      frame.ui.theme.text_dim, title, frame.title_box(y));
        y += frame.title_height;
        for (; lane < trace.lanes.size() && trace.lanes[lane].process == static_cast<int>(process); ++lane) {
            const ImportedLane& drawn = trace.lanes[lane];
            const float height = lane_height(frame, drawn);
            lane_y[lane] = y;
            if (frame.shows(y, y + height)) {
                const std::string name = strip.name + "/lane " + std::to_string(lane + 1);
                const Box row = frame.row_box(y, height);
                frame.ui.items.add(name, row.min, row.max, drawn.name);
                frame.label(y, height, frame.ui.theme.text_dim,
                            fitted(drawn.name, frame.rows.min.x - frame.canvas.box.min.x - 2));
                float row_y = y;
                for (const ImportedRow& slices : drawn.rows) {
                    if (frame.shows(row_y, row_y + strip.row)) draw_row(strip, drawn, slices, name, row_y);
                    row_y += strip.row;
                }
                draw_instants(strip, drawn, y, height);
            }
            y += height;
        }
        for (;
             counter < trace.counters.size() && trace.counters[counter].process == static_cast<int>(process);
             ++counter, y += strip.row * kCounterRows)
            if (frame.shows(y, y + strip.row * kCounterRows))
                draw_counter(strip, trace.counters[counter],
                             strip.name + "/counter " + std::to_string(counter + 1), y);
    }
    draw_flows(strip, lane_y);
}

}  // namespace ringscope
