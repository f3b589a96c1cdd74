#include "ui/tabs/simulate/curve_chart.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/base/number_text.h"
#include "ui/widgets/imgui_compat.h"
#include "ui/widgets/plot.h"

namespace ringscope {

namespace {

constexpr double kLeastSpan = 3;  // of the times: a nearly level curve looks level

/// Positive numbers to pixels by their logarithm.
struct LogAxis {
    double least = 1;
    double most = 10;
    float from = 0;  // pixels
    float to = 1;
    float at(double value) const {
        const double share = std::log(std::clamp(value, least, most) / least) / std::log(most / least);
        return from + static_cast<float>(share) * (to - from);
    }
};

std::string position_text(const TimeCurve& curve, double x) {
    if (is_over_ranks(curve.request.kind)) return count_text(std::lround(x));
    return ratio_text(x) + "x";
}

std::string point_text(const TimeCurve& curve, size_t index) {
    const CurvePoint& point = curve.points[index];
    std::string text = position_text(curve, point.x);
    if (!is_over_ranks(curve.request.kind))
        text += std::string(" ") + name_of(curve.request.kind);
    else
        text += point.x == 1 ? " rank" : " ranks";
    text += ": " + seconds_text(point.seconds);
    if (is_over_ranks(curve.request.kind)) text += ", efficiency " + percent_text(point.efficiency);
    return text + (point.fits ? "" : ", does not fit the memory");
}

/// 1, 2 and 5 times powers of ten.
std::vector<double> round_values(const LogAxis& axis) {
    std::vector<double> values;
    const auto first = static_cast<int>(std::floor(std::log10(axis.least)));
    const auto last = static_cast<int>(std::floor(std::log10(axis.most)));
    for (int exponent = first; exponent <= last; ++exponent) {
        const double power = std::pow(10, exponent);
        for (const double digit : {1.0, 2.0, 5.0})
            if (digit * power >= axis.least && digit * power <= axis.most) values.push_back(digit * power);
    }
    return values;
}

class ChartPicture {
  public:
    ChartPicture(const CurveChart& chart, const Canvas& canvas, WidgetContext ui)
        : chart_(chart), curve_(*chart.curve), canvas_(canvas), ui_(ui), theme_(ui.theme) {
        line_ = text_size(theme_.small_font, "0").y;
        box_ = {{canvas.box.min.x + theme_.px(62), canvas.box.min.y + theme_.px(6)},
                {canvas.box.max.x - theme_.px(14), canvas.box.max.y - line_ - theme_.px(6)}};
    }

    void draw() {
        if (box_.empty()) return;
        make_axes();
        canvas_.list->AddRectFilled(box_.min, box_.max, theme_.background);
        draw_grid();
        draw_marker();
        draw_ideal();
        draw_line();
        draw_points();
    }

  private:
    void make_axes() {
        double least = chart_.seconds > 0 ? chart_.seconds : curve_.points.front().seconds, most = least;
        for (size_t i = 0; i < curve_.points.size(); ++i) {
            least = std::min({least, curve_.points[i].seconds, ideal_seconds(curve_, i).value_or(least)});
            most = std::max(most, curve_.points[i].seconds);
        }
        least = std::max(least, 1e-12);
        most = std::max(most, least);
        const double pad = std::max(1.1, std::sqrt(kLeastSpan / (most / least)));
        up_ = {least / pad, most * pad, box_.max.y, box_.min.y};
        double from = kLeastFactor, to = kMostFactor;
        if (is_over_ranks(curve_.request.kind)) from = 1, to = most_ranks_on(*curve_.request.base.machine);
        across_ = {from, std::max(to, from * 1.0001), box_.min.x, box_.max.x};
    }

    void draw_grid() {
        float free_below = canvas_.box.max.y;
        for (const double seconds : round_values(up_)) {
            const float y = up_.at(seconds);
            canvas_.list->AddLine({box_.min.x, y}, {box_.max.x, y}, theme_.grid);
            const std::string text = seconds_text(seconds);
            const ImVec2 at{box_.min.x - text_size(theme_.small_font, text).x - theme_.px(5), y - line_ / 2};
            if (at.y + line_ > free_below) continue;
            if (draw_text(*canvas_.list, theme_.small_font, at, theme_.text_dim, text, canvas_.box))
                free_below = at.y;
        }
        float free_from = canvas_.box.min.x;
        for (const double x : positions()) {
            const float pixel = across_.at(x);
            canvas_.list->AddLine({pixel, box_.min.y}, {pixel, box_.max.y}, theme_.grid);
            const std::string text = position_text(curve_, x);
            const float width = text_size(theme_.small_font, text).x;
            const ImVec2 at{std::min(pixel - width / 2, canvas_.box.max.x - width),
                            box_.max.y + theme_.px(4)};
            if (at.x < free_from) continue;
            if (draw_text(*canvas_.list, theme_.small_font, at, theme_.text_dim, text, canvas_.box))
                free_from = at.x + width + theme_.px(8);
        }
    }

    std::vector<double> positions() const {
        if (!is_over_ranks(curve_.request.kind)) return {0.1, 0.2, 0.5, 1, 2, 5, 10};
        std::vector<double> ranks;
        for (const int size : doubled_ranks(static_cast<int>(across_.most))) ranks.push_back(size);
        return ranks;
    }

    /// Where the slider stands: a line, and the time there in words.
    void draw_marker() {
        const float x = across_.at(chart_.at);
        canvas_.list->AddLine({x, box_.min.y}, {x, box_.max.y}, theme_.text, theme_.px(1));
        if (!(chart_.seconds > 0)) return;
        const float y = up_.at(chart_.seconds);
        const std::string text = seconds_text(chart_.seconds);
        const ImVec2 size = text_size(theme_.small_font, text);
        const bool left = x + size.x + theme_.px(10) > box_.max.x;
        const ImVec2 at{left ? x - size.x - theme_.px(7) : x + theme_.px(7),
                        std::clamp(y - size.y - theme_.px(5), box_.min.y, box_.max.y - size.y)};
        canvas_.list->AddRectFilled({at.x - 2, at.y}, {at.x + size.x + 2, at.y + size.y}, theme_.background);
        draw_text(*canvas_.list, theme_.small_font, at, theme_.text, text, canvas_.box);
        canvas_.list->AddCircleFilled({x, y}, theme_.px(4.5f), theme_.text);
        ui_.items.add("simulate/curve/now", {x - 4, y - 4}, {x + 4, y + 4}, text);
    }

    /// Dots, so that the line is told from the curve without its colour.
    void draw_ideal() {
        for (size_t i = 1; i < curve_.points.size(); ++i) {
            const auto before = ideal_seconds(curve_, i - 1), here = ideal_seconds(curve_, i);
            if (!before || !here) return;
            const ImVec2 a{across_.at(curve_.points[i - 1].x), up_.at(*before)};
            const ImVec2 b{across_.at(curve_.points[i].x), up_.at(*here)};
            const int dots = std::max(1, static_cast<int>(std::hypot(b.x - a.x, b.y - a.y) / theme_.px(6)));
            for (int dot = 0; dot < dots; ++dot) {
                const float share = static_cast<float>(dot) / static_cast<float>(dots);
                canvas_.list->AddCircleFilled({a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)},
                                              theme_.px(1.2f), theme_.text_dim, 6);
            }
        }
    }

    void draw_line() {
        std::vector<ImVec2> line;
        for (const CurvePoint& point : curve_.points)
            line.emplace_back(across_.at(point.x), up_.at(point.seconds));
        add_polyline(*canvas_.list, line.data(), static_cast<int>(line.size()), theme_.accent, theme_.px(2));
    }

    void draw_points() {
        const bool over_ranks = is_over_ranks(curve_.request.kind);
        float nearest = theme_.px(24);
        size_t hovered = curve_.points.size();
        for (size_t i = 0; i < curve_.points.size(); ++i) {
            const CurvePoint& point = curve_.points[i];
            const ImVec2 at{across_.at(point.x), up_.at(point.seconds)};
            if (!point.fits)
                canvas_.list->AddCircle(at, theme_.px(4), theme_.error, 0, theme_.px(1.5f));
            else if (over_ranks)
                canvas_.list->AddCircleFilled(at, theme_.px(3), theme_.accent);
            ui_.items.add("simulate/curve/point " + std::to_string(i + 1), {at.x - 3, at.y - 3},
                          {at.x + 3, at.y + 3}, point_text(curve_, i));
            const float distance = std::fabs(at.x - canvas_.mouse.x);
            if (distance < nearest) nearest = distance, hovered = i;
        }
        if (canvas_.hovered && hovered < curve_.points.size()) tooltip(point_text(curve_, hovered));
    }

    const CurveChart& chart_;
    const TimeCurve& curve_;
    const Canvas& canvas_;
    WidgetContext ui_;
    const Theme& theme_;
    float line_ = 0;
    Box box_;
    LogAxis across_, up_;
};

std::string draw_curve_table(const TimeCurve& curve, WidgetContext ui) {
    const bool over_ranks = is_over_ranks(curve.request.kind);
    static constexpr const char* of_ranks[] = {"ranks", "time", "fits", "efficiency"};
    static constexpr const char* of_factors[] = {"factor", "time", "fits"};
    std::span<const char* const> headers = of_factors;
    if (over_ranks) headers = of_ranks;
    const TableTwin twin{name_of(curve.request.kind), headers, static_cast<int>(curve.points.size()),
                         [&](int row, int column) -> std::string {
                             const CurvePoint& point = curve.points[static_cast<size_t>(row)];
                             if (column == 0) return position_text(curve, point.x);
                             if (column == 1) return seconds_text(point.seconds);
                             if (column == 2) return point.fits ? "yes" : "no";
                             return percent_text(point.efficiency);
                         }};
    return table_twin(ui, "simulate/curve/table", twin);
}

}  // namespace

std::string draw_curve_chart(const CurveChart& chart, ImVec2 size, WidgetContext ui) {
    const float top = ImGui::GetCursorPosY();
    std::string copied;
    const bool empty = !chart.curve || chart.curve->points.empty();
    if (!empty) {
        std::string words = sensitivity_sentence(*chart.curve, chart.at);
        if (is_over_ranks(chart.curve->request.kind)) words = "Dots: ideal.";
        if (chart.curve->left_out > 0)
            words += " " + std::to_string(chart.curve->left_out) + " of " +
                     std::to_string(chart.curve->asked) +
                     " sizes are left out: they cannot be planned, or take long to lay out.";
        copied = draw_curve_table(*chart.curve, ui);
        ImGui::SameLine();
        wrapped_item(ui, "simulate/curve/words", words, ui.theme.text_dim);
    }
    size.y = std::max(1.0f, size.y - (ImGui::GetCursorPosY() - top));
    const Canvas canvas = begin_canvas("simulate/curve", size, ui.items, "time");
    if (!empty) {
        ChartPicture(chart, canvas, ui).draw();
        if (chart.stale)
            canvas.list->AddRectFilled(canvas.box.min, canvas.box.max, with_alpha(ui.theme.panel, 0.5f));
    } else {
        const std::string why = chart.curve ? chart.curve->problem : "";
        draw_message(*canvas.list, canvas.box, ui.theme, why.empty() ? "Calculating .." : "No curve: " + why);
    }
    return copied;
}

}  // namespace ringscope
