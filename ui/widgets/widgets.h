// The widgets of the window. Every one registers under a name, explains itself on hover, and when it is
// disabled says why. Colours and spacing come from the theme.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "ui/widgets/item_registry.h"
#include "ui/widgets/theme.h"

namespace ringscope {

struct WidgetContext {
    ItemRegistry& items;
    const Theme& theme;
};

/// Shows `text` beside the mouse while the last item is hovered, disabled items included. "" shows nothing.
void tooltip(const Theme& theme, const std::string& text);

/// `why_not` other than "" disables the button and is its tooltip. width 0: as wide as the label.
bool button(WidgetContext ui, const std::string& name, const char* label, const std::string& help,
            const std::string& why_not = "", float width = 0);
bool checkbox(WidgetContext ui, const std::string& name, const char* label, bool& value,
              const std::string& help);
/// A button that stays down while `on`.
bool toggle(WidgetContext ui, const std::string& name, const char* label, bool on, const std::string& help);

/// A number that is dragged (with Shift: by powers of two) or, after a click, typed. True when it changed.
bool drag_whole(WidgetContext ui, const std::string& name, int64_t& value, float width);
bool drag_real(WidgetContext ui, const std::string& name, double& value, float width);

/// `why_not` of an option dims it and is its tooltip; may be empty. True when another was chosen.
struct Option {
    std::string label;
    std::string why_not;
};
bool combo(WidgetContext ui, const std::string& name, std::span<const Option> options, int& index,
           float width, const std::string& preview = "");

/// A registered line of text.
void text_item(WidgetContext ui, const std::string& name, const std::string& text, ImU32 colour);
/// The same, broken into lines at the right edge.
void wrapped_item(WidgetContext ui, const std::string& name, const std::string& text, ImU32 colour);
/// The next item, `width` wide, stands beside the last one where it fits, else on a line of its own.
void beside_or_below(float width);
/// What button() and checkbox() take for the label.
float button_width(const char* label);
float checkbox_width(const char* label);
/// A view that has nothing to show says why and what to do.
void empty_state(WidgetContext ui, const std::string& name, const std::string& title,
                 const std::string& hint);
/// `text`, cut with ".." at the end so that it is at most `width` wide in the present font.
std::string fitted(const std::string& text, float width);
/// The same, cut in its middle: names of runs often differ in their last letters.
std::string fitted_name(const std::string& text, float width);

/// A bar between two areas that is dragged sideways (vertical) or up and down. Changes `size` by the mouse's
/// way, or against it (`sign` -1: the area that has the size lies behind the bar). True while it is dragged.
bool splitter(WidgetContext ui, const std::string& name, bool vertical, float& size, float sign,
              float length);
float splitter_thickness(const Theme& theme);

/// The text twin of a picture: a button that opens the picture's numbers as a table. `cell` gives row,
/// column. Returns the table as tab-separated text when the person asks to copy it, else "".
struct TableTwin {
    const char* title;
    std::span<const char* const> headers;
    int rows;
    std::function<std::string(int row, int column)> cell;
};
std::string table_twin(WidgetContext ui, const std::string& name, const TableTwin& twin);

}  // namespace ringscope
