// Small pieces that every picture is drawn from. Text is measured before it is drawn: what does not fit is
// left out, and stands in the tooltip and the table.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ui/widgets/item_registry.h"
#include "ui/widgets/theme.h"

namespace ringscope {

struct Box {
    ImVec2 min;
    ImVec2 max;
    float width() const { return max.x - min.x; }
    float height() const { return max.y - min.y; }
    bool empty() const { return !(max.x > min.x && max.y > min.y); }
    bool contains(ImVec2 p) const { return p.x >= min.x && p.x < max.x && p.y >= min.y && p.y < max.y; }
};

ImU32 with_alpha(ImU32 colour, float alpha);
ImU32 mix(ImU32 a, ImU32 b, float t);  // t = 0: a

/// Hatch lines over a box, clipped to it; spacing in pixels.
void draw_hatch(ImDrawList& list, const Box& box, Hatch hatch, ImU32 colour, float spacing);
/// Stripes of the colours in turn, upright or lying, at multiples of `width` on the screen so that neighbours
/// continue each other's.
void draw_stripes(ImDrawList& list, const Box& box, std::span<const ImU32> colours, float width,
                  bool upright);
/// How a wait is hatched, by what it is for.
Hatch hatch_of(WaitCause cause);
/// A bar of a span kind: fill, hatch, and the letter when it fits.
void draw_bar(ImDrawList& list, const Box& box, SpanKind kind, const Theme& theme, bool letter,
              WaitCause cause = WaitCause::none);

ImVec2 text_size(ImFont* font, std::string_view text);
/// Draws the text at `at` when all of it lies inside `inside`. Whether it did.
bool draw_text(ImDrawList& list, ImFont* font, ImVec2 at, ImU32 colour, std::string_view text,
               const Box& inside);
/// Centred in the box, when it fits.
bool draw_centred(ImDrawList& list, ImFont* font, const Box& box, ImU32 colour, std::string_view text);
/// The sentence of an empty view, wrapped and centred; as many lines as fit.
void draw_message(ImDrawList& list, const Box& box, const Theme& theme, std::string_view text);

/// A view's picture: an invisible button over the rest of the view, with the mouse's doings on it.
struct Canvas {
    Box box;
    ImDrawList* list = nullptr;
    ImVec2 mouse;
    bool hovered = false;
    bool clicked = false;  // left, pressed now
    bool double_clicked = false;
    bool left_down = false;  // dragging from inside
    bool right_down = false;
    bool released = false;  // left, now
    ImVec2 drag{};          // mouse movement in this frame
    float wheel = 0;
};
/// `name` is the canvas's item, "timeline/lanes", and its ImGui id. The size is at least 1 x 1.
Canvas begin_canvas(const char* name, ImVec2 size, ItemRegistry& items, std::string_view text);

/// The row of small buttons above a picture. What does not fit into the width is left out: keys and menus
/// reach it.
class Toolbar {
  public:
    /// Begins at the cursor; buttons are registered as "<view>/<name>".
    Toolbar(const char* view, float width, const Theme& theme, ItemRegistry& items);
    /// Drawn as held down when `pressed`. True when clicked.
    bool button(const char* name, const char* label, bool pressed);
    /// Whether an item of that width still fits; if so the cursor stands where it begins.
    bool room(float width);
    void register_last(const char* name, std::string_view text);
    /// A dim text. False, and nothing drawn, when it does not fit.
    bool text(std::string_view text);
    float width() const { return width_; }
    /// Height of every toolbar, with the gap below it.
    static float height();

  private:
    const char* view_;
    float width_;
    float right_;
    bool first_ = true;
    const Theme& theme_;
    ItemRegistry& items_;
};

/// Text, lines split at '\n', in a tooltip no wider than 40 em.
void tooltip(std::string_view text);
/// The same at the mouse's left where it would else cover `kept_free`, if the screen has the room there.
void tooltip_beside(std::string_view text, const Box& kept_free);

/// A scrolling table that fills `size`; between it and ImGui::EndTable() fill rows with table_row(). False:
/// not visible.
bool begin_table(const char* name, std::span<const char* const> columns, ImVec2 size);
/// Numbers stand at the right of their columns, words at the left.
void table_row(std::span<const std::string> cells);
/// In a table: the next text stands at the right edge of its cell.
void to_the_right(const std::string& text);

}  // namespace ringscope
