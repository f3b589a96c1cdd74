#include "ui/widgets/time_axis.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"

namespace ringscope {

namespace {

/// Pixels outside of the screen by which positions are clamped.
constexpr double kFarPixels = 1e5;

bool shown_run_has_times(const ViewContext& context) { return context.run && context.run->trace.wall_ns > 0; }

/// A time of `spacing` or more whose first digit is 1, 2 or 5, in whole nanoseconds.
int64_t round_time(double spacing) {
    const double power = std::pow(10.0, std::floor(std::log10(std::max(spacing, 1.0))));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= spacing) return static_cast<int64_t>(factor * power);
    }
    return static_cast<int64_t>(10 * power);
}

}  // namespace

const Schedule* shown_schedule(const ViewContext& context) {
    if (context.plan) return context.plan;
    return context.run ? context.run->schedule.get() : nullptr;
}

bool shows_trace(const ViewContext& context) {
    if (!shown_run_has_times(context) || !context.run->schedule) return false;
    return context.run_is_current || !context.plan;
}

double clock_length_ns(const ViewContext& context) {
    if (shown_run_has_times(context)) return static_cast<double>(context.run->trace.wall_ns);
    const Schedule* schedule = shown_schedule(context);
    return schedule ? kSchematicStepNs * schedule->steps : 0;
}

ClockStep clock_step(const ViewContext& context) {
    const Schedule* schedule = shown_schedule(context);
    const double length = clock_length_ns(context);
    if (!schedule || length <= 0) return {};
    const double time = std::clamp(context.clock.time_ns, 0.0, length);
    if (shows_trace(context)) {
        const TraceIndex& index = context.index_of(*context.run);
        if (index.steps() == 0) return {};
        const int step = index.step_at(time);
        const StepRange& range = index.step(step);
        const double span = static_cast<double>(range.end_ns - range.begin_ns);
        const double gone = time - static_cast<double>(range.begin_ns);
        return {step, span > 0 ? std::clamp(gone / span, 0.0, 1.0) : 0};
    }
    const double at = time / length * schedule->steps;
    const int step = std::min(static_cast<int>(at), schedule->steps - 1);
    return {step, at - step};
}

double step_begin_ns(const ViewContext& context, int step) {
    const Schedule* schedule = shown_schedule(context);
    if (!schedule) return 0;
    step = std::clamp(step, 0, schedule->steps - 1);
    if (!shows_trace(context)) return clock_length_ns(context) * step / schedule->steps;
    const TraceIndex& index = context.index_of(*context.run);
    if (step >= index.steps() || index.step(step).empty()) return 0;
    return static_cast<double>(index.step(step).begin_ns);
}

double TimeAxis::span_ns() const { return static_cast<double>(std::max(end_ns - begin_ns, kMinViewNs)); }

double TimeAxis::ns_per_pixel() const { return span_ns() / std::max(1.0f, right - left); }

float TimeAxis::x_of(double time_ns) const {
    const double x = left + (time_ns - static_cast<double>(begin_ns)) / ns_per_pixel();
    return static_cast<float>(std::clamp(x, left - kFarPixels, right + kFarPixels));
}

double TimeAxis::time_at(float x) const {
    return static_cast<double>(begin_ns) + (x - left) * ns_per_pixel();
}

std::vector<TimeTick> time_ticks(const TimeAxis& axis, float min_pixels) {
    std::vector<TimeTick> ticks;
    const int64_t spacing = round_time(axis.ns_per_pixel() * std::max(min_pixels, 8.0f));
    // Digits that tell neighbouring ticks apart, whatever the distance from zero.
    const double unit = spacing >= 1000000000 ? 1e9 : spacing >= 1000000 ? 1e6 : spacing >= 1000 ? 1e3 : 1;
    const char* name = unit == 1e9 ? "s" : unit == 1e6 ? "ms" : unit == 1e3 ? "\xc2\xb5s" : "ns";
    for (int64_t time = (axis.begin_ns + spacing - 1) / spacing * spacing; time <= axis.end_ns;
         time += spacing) {
        ticks.push_back(
            {time, count_text(static_cast<int64_t>(static_cast<double>(time) / unit)) + ' ' + name});
    }
    return ticks;
}

TimeMargins time_margins(float width, const Theme& theme) {
    TimeMargins margins;
    if (width > theme.px(240)) margins.labels = text_size(theme.small_font, "receive").x + theme.px(16);
    if (width > theme.px(420)) margins.figures = text_size(theme.small_font, "100% compute").x + theme.px(16);
    return margins;
}

void draw_time_axis(ImDrawList& list, const TimeAxis& axis, const Box& strip, const Theme& theme) {
    if (strip.empty()) return;
    const float room = text_size(theme.small_font, "9,999,999 ns").x + theme.px(12);
    for (const TimeTick& tick : time_ticks(axis, room)) {
        const float x = axis.x_of(static_cast<double>(tick.time_ns));
        list.AddLine({x, strip.max.y - theme.px(4)}, {x, strip.max.y}, theme.grid_strong);
        draw_text(list, theme.small_font, {x + theme.px(3), strip.min.y}, theme.text_dim, tick.label, strip);
    }
    list.AddLine({strip.min.x, strip.max.y}, {strip.max.x, strip.max.y}, theme.grid_strong);
}

void fit_view_range(Clock& clock, int64_t wall_ns) {
    wall_ns = std::max(wall_ns, kMinViewNs);
    int64_t length = clock.view_end_ns - clock.view_begin_ns;
    if (length <= 0 || length > wall_ns) length = wall_ns;
    length = std::max(length, kMinViewNs);
    clock.view_begin_ns = std::clamp<int64_t>(clock.view_begin_ns, 0, wall_ns - length);
    clock.view_end_ns = clock.view_begin_ns + length;
}

void zoom_view_range(Clock& clock, int64_t wall_ns, double anchor_ns, double factor) {
    fit_view_range(clock, wall_ns);
    const auto begin = static_cast<double>(clock.view_begin_ns);
    const auto length = static_cast<double>(clock.view_end_ns - clock.view_begin_ns);
    const double whole = static_cast<double>(std::max(wall_ns, kMinViewNs));
    const double wanted = std::clamp(length * factor, static_cast<double>(kMinViewNs), whole);
    const double share = std::clamp((anchor_ns - begin) / length, 0.0, 1.0);
    clock.view_begin_ns = std::max<int64_t>(static_cast<int64_t>(anchor_ns - share * wanted), 0);
    clock.view_end_ns = clock.view_begin_ns + static_cast<int64_t>(wanted);
    fit_view_range(clock, wall_ns);
}

void pan_view_range(Clock& clock, int64_t wall_ns, double by_ns) {
    fit_view_range(clock, wall_ns);
    const int64_t length = clock.view_end_ns - clock.view_begin_ns;
    const double room = static_cast<double>(std::max(wall_ns, kMinViewNs) - length);
    clock.view_begin_ns =
        static_cast<int64_t>(std::clamp(static_cast<double>(clock.view_begin_ns) + by_ns, 0.0, room));
    clock.view_end_ns = clock.view_begin_ns + length;
}

}  // namespace ringscope
