#include "ui/views/numbers/error_map.h"

#include <algorithm>
#include <cmath>

#include "engine/base/number_text.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

namespace {

constexpr double kDecades = 4;  // below the largest error that the colours tell apart

struct Scale {
    double least = 0;
    double most = 0;
    bool logarithmic = true;

    /// 0 to 1.
    double place(double value) const {
        if (!logarithmic) return most > least ? (value - least) / (most - least) : 0;
        if (value <= 0 || most <= 0) return 0;
        return std::clamp(1 + std::log10(value / most) / kDecades, 0.0, 1.0);
    }
};

const std::vector<float>& values_of(const ErrorMap& map, ErrorMapShows shows) {
    if (shows == ErrorMapShows::output_error) return map.max_abs_error;
    return shows == ErrorMapShows::lse_error ? map.max_lse_error : map.mean_lse;
}

Scale scale_of(const ErrorMap& map, ErrorMapShows shows) {
    const std::vector<float>& values = values_of(map, shows);
    Scale scale;
    scale.logarithmic = shows != ErrorMapShows::lse;
    bool first = true;
    for (size_t i = 0; i < values.size(); ++i) {
        if (map.rows[i] == 0 || !std::isfinite(values[i])) continue;
        scale.least = first ? values[i] : std::min<double>(scale.least, values[i]);
        scale.most = first ? values[i] : std::max<double>(scale.most, values[i]);
        first = false;
    }
    return scale;
}

std::string cell_text(const ErrorMap& map, int head, int part) {
    const size_t cell = static_cast<size_t>(head) * map.parts + part;
    const int64_t begin = part * map.tokens_each;
    const int64_t end = std::min(begin + map.tokens_each, map.seq_len);
    std::string text =
        "head " + std::to_string(head) + ", tokens " + count_text(begin) + " to " + count_text(end - 1);
    if (map.rows[cell] == 0) return text + "\nnone of its rows was checked: the check is a sample";
    text += "\n" + count_text(map.rows[cell]) + " rows checked\nlargest error of o  " +
            error_text(map.max_abs_error[cell]) + "\nlargest error of LSE  " +
            error_text(map.max_lse_error[cell]);
    return text + (std::isfinite(map.mean_lse[cell]) ? "\nmean LSE  " + ratio_text(map.mean_lse[cell])
                                                     : "\nevery row is empty: LSE is -inf");
}

}  // namespace

void ErrorMapView::draw_toolbar(const ViewContext& context, const ErrorMap& map, float width) {
    Toolbar bar("numbers", width, context.theme, context.items);
    const auto choice = [&](const char* name, const char* label, ErrorMapShows what) {
        if (bar.button(name, label, shows == what)) shows = what;
    };
    choice("error of o", "Error of o", ErrorMapShows::output_error);
    choice("error of lse", "Error of LSE", ErrorMapShows::lse_error);
    choice("lse", "LSE", ErrorMapShows::lse);
    const Scale scale = scale_of(map, shows);
    const auto number = [&](double value) {
        return shows == ErrorMapShows::lse ? ratio_text(value) : error_text(value);
    };
    bar.text("dark " + number(scale.most) + ", light " +
             (scale.logarithmic ? number(scale.most * std::pow(10, -kDecades)) + " and less"
                                : number(scale.least)) +
             ", hatched: no row checked");
}

void ErrorMapView::draw_cells(const ViewContext& context, const ErrorMap& map, const Canvas& canvas) const {
    const Theme& theme = context.theme;
    const float label = text_size(theme.small_font, "head 000").x + theme.px(4);
    const Box box{{canvas.box.min.x + label, canvas.box.min.y}, canvas.box.max};
    if (box.empty()) return;
    const Scale scale = scale_of(map, shows);
    const std::vector<float>& values = values_of(map, shows);
    const float width = box.width() / static_cast<float>(map.parts);
    const float height = box.height() / static_cast<float>(map.heads);
    canvas.list->AddRectFilled(box.min, box.max, theme.background);
    draw_hatch(*canvas.list, box, Hatch::left, theme.grid_strong, theme.px(5));
    for (int head = 0; head < map.heads; ++head) {
        const float top = box.min.y + height * static_cast<float>(head);
        draw_text(*canvas.list, theme.small_font, {canvas.box.min.x, top}, theme.text_dim,
                  "head " + std::to_string(head), {canvas.box.min, {box.min.x, top + height}});
        for (int part = 0; part < map.parts; ++part) {
            const size_t cell = static_cast<size_t>(head) * map.parts + part;
            if (map.rows[cell] == 0) continue;
            const float left = box.min.x + width * static_cast<float>(part);
            const ImU32 colour =
                std::isfinite(values[cell]) ? theme.ramp_colour(scale.place(values[cell])) : theme.grid;
            canvas.list->AddRectFilled({left, top}, {left + width, top + height - (height > 4 ? 1.0f : 0.0f)},
                                       colour);
        }
    }
    if (!canvas.hovered || !box.contains(canvas.mouse)) return;
    const auto index = [](float at, float size, int count) {
        return std::clamp(static_cast<int>(at / size), 0, count - 1);
    };
    tooltip(cell_text(map, index(canvas.mouse.y - box.min.y, height, map.heads),
                      index(canvas.mouse.x - box.min.x, width, map.parts)));
}

void ErrorMapView::draw(const ViewContext& context, ImVec2 size) {
    const Verification* check =
        context.run && context.run->verification ? &*context.run->verification : nullptr;
    if (!check || !check->map) {
        const Canvas canvas = begin_canvas("numbers/errors", size, context.items, "no error map");
        draw_message(
            *canvas.list, canvas.box, context.theme,
            check ? "The run file keeps the largest errors, not where they are. Run again to see the map."
                  : "The run was not checked against the reference.");
        return;
    }
    draw_toolbar(context, *check->map, size.x);
    const ImVec2 rest{size.x, std::max(size.y - Toolbar::height(), 1.0f)};
    const Canvas canvas = begin_canvas(
        "numbers/errors", rest, context.items,
        count_text(check->checked_rows) + " of " + count_text(check->total_rows) + " rows checked");
    draw_cells(context, *check->map, canvas);
}

}  // namespace ringscope
