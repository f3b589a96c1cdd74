#include "ui/views/pattern/pattern_cells.h"

#include <algorithm>
#include <string>

namespace ringscope {

namespace {

constexpr float kLeastCellPx = 6;
constexpr int kMostNamedCells = 1024;

/// The numbers of single cells: in one line, in two, or none, the same for all that are shown.
class CellLabels {
  public:
    CellLabels(const PatternFrame& frame, const Theme& theme, const CoverageGrid& grid)
        : font_(theme.small_font) {
        const std::string query = std::to_string(grid.query_begin(grid.rows)),
                          key = std::to_string(grid.key_begin(grid.columns));
        const float width = frame.x_of(1) - frame.x_of(0) - 2, height = frame.y_of(1) - frame.y_of(0);
        const float line = text_size(font_, query).y;
        const float both = text_size(font_, query + "," + key).x;
        const float widest = std::max(text_size(font_, query + ",").x, text_size(font_, key).x);
        if (both <= width && line <= height)
            lines_ = 1;
        else if (widest <= width && 2 * line <= height)
            lines_ = 2;
    }

    void draw(ImDrawList& list, const Box& box, int64_t query, int64_t key, ImU32 ink) const {
        const std::string first = std::to_string(query) + ",", second = std::to_string(key);
        if (lines_ == 1) draw_centred(list, font_, box, ink, first + second);
        if (lines_ != 2) return;
        const float middle = (box.min.y + box.max.y) / 2, line = text_size(font_, first).y;
        draw_centred(list, font_, {{box.min.x, middle - line}, {box.max.x, middle}}, ink, first);
        draw_centred(list, font_, {{box.min.x, middle}, {box.max.x, middle + line}}, ink, second);
    }

  private:
    ImFont* font_;
    int lines_ = 0;
};

/// "query, key" in single cells where it fits.
void draw_cell_numbers(ImDrawList& list, const PatternFrame& frame, const PatternPicture& picture,
                       ViewContext& context) {
    const CoverageGrid& grid = picture.grid;
    if (static_cast<int64_t>(grid.rows) * grid.columns > kMostNamedCells) return;
    const CellLabels labels(frame, context.theme, grid);
    for (const PatternCell& cell : picture.cells) {
        for (int row = cell.row_begin; row < cell.row_end; ++row) {
            for (int column = cell.column_begin; column < cell.column_end; ++column) {
                const int64_t query = grid.query_begin(row), key = grid.key_begin(column);
                const Box box{
                    {frame.x_of(static_cast<double>(key)), frame.y_of(static_cast<double>(query))},
                    {frame.x_of(static_cast<double>(key + 1)), frame.y_of(static_cast<double>(query + 1))}};
                const std::string text = std::to_string(query) + "," + std::to_string(key);
                labels.draw(list, box, query, key, context.theme.text_on(cell.colour));
                context.items.add(
                    "pattern/cell " + text, box.min, box.max,
                    "query " + std::to_string(query) + " attends to key " + std::to_string(key));
            }
        }
    }
}

}  // namespace

bool shows_single_cells(const PatternFrame& frame, const CoverageGrid& grid, const Theme& theme) {
    return grid.block == 1 && frame.x_of(static_cast<double>(grid.first_key + 1)) -
                                      frame.x_of(static_cast<double>(grid.first_key)) >=
                                  theme.px(kLeastCellPx);
}

void draw_pattern_cells(ImDrawList& list, const PatternFrame& frame, const PatternPicture& picture,
                        PatternColour colour, int steps, const Theme& theme) {
    const CoverageGrid& grid = picture.grid;
    const Box& clip = frame.matrix;
    list.PushClipRect(clip.min, clip.max, true);
    std::vector<ImU32> hues;
    for (const PatternCell& c : picture.cells) {
        const Box box{{frame.x_of(static_cast<double>(grid.key_begin(c.column_begin))),
                       frame.y_of(static_cast<double>(grid.query_begin(c.row_begin)))},
                      {frame.x_of(static_cast<double>(grid.key_begin(c.column_end))),
                       frame.y_of(static_cast<double>(grid.query_begin(c.row_end)))}};
        if (c.mixture < 0) {
            list.AddRectFilled(box.min, box.max, c.colour);
            continue;
        }
        hues.clear();
        for (const int part : picture.mixtures[static_cast<size_t>(c.mixture)])
            hues.push_back(mix(theme.background, part_colour(theme, colour, part, steps), c.strength));
        const Box seen{{std::max(box.min.x, clip.min.x), std::max(box.min.y, clip.min.y)},
                       {std::min(box.max.x, clip.max.x), std::min(box.max.y, clip.max.y)}};
        draw_stripes(list, seen, hues, theme.px(kStripePx), true);
    }
    list.PopClipRect();
}

void draw_single_cells(ImDrawList& list, const PatternFrame& frame, const PatternPicture& picture,
                       ViewContext& context) {
    const CoverageGrid& grid = picture.grid;
    const Box& clip = frame.matrix;
    list.PushClipRect(clip.min, clip.max, true);
    for (int column = 0; column <= grid.columns; ++column) {
        const float x = frame.x_of(static_cast<double>(grid.key_begin(column)));
        list.AddLine({x, clip.min.y}, {x, clip.max.y}, context.theme.grid);
    }
    for (int row = 0; row <= grid.rows; ++row) {
        const float y = frame.y_of(static_cast<double>(grid.query_begin(row)));
        list.AddLine({clip.min.x, y}, {clip.max.x, y}, context.theme.grid);
    }
    draw_cell_numbers(list, frame, picture, context);
    list.PopClipRect();
}

}  // namespace ringscope
