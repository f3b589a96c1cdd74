// What every view of the workbench has around its picture: a row of buttons, the picture's twin as a table, a
// sentence when there is nothing to show, and the keyboard only while it has the focus.
//
// A view is a struct with
//
//     static constexpr ViewInfo kInfo{...};
//     bool show_table = false;                                    the table instead of the picture
//     std::string why_empty(const ViewContext&) const;            "" when there is something to show
//     void prepare(ViewContext&);                                 once per frame that shows something, first
//     void draw_controls(Toolbar&, ViewContext&);                 buttons, left of "Table"
//     void draw_legend(Toolbar&, ViewContext&, ImVec2 room);      right of it; room: of what is below
//     void draw_picture(ViewContext&, ImVec2 size);
//     void draw_table(ViewContext&, ImVec2 size);
//
// and, if it needs them, begin_frame() before every frame of the window, drawn or not, and wants_frame():
// whether the next frame shows more without any input.
#pragma once

#include <string>

#include "ui/views/view_context.h"
#include "ui/widgets/imgui_compat.h"
#include "ui/widgets/plot.h"

namespace ringscope {

/// Keys go from now on to the view, or to the one that takes them for it.
void focus_view(Selection& selection, const ViewInfo& view);
/// Of a view of the plan while there is none: what to do.
std::string why_no_plan(const ViewInfo& view);
/// The sentence in place of a picture.
void draw_empty_view(const ViewInfo& view, ViewContext& context, ImVec2 size, const std::string& why);

template <typename View>
void draw_view(View& view, ViewContext& context, ImVec2 size) {
    ImGui::PushID(View::kInfo.name);
    if (context.selection.focused != &View::kInfo) context.actions = {};
    const std::string why_empty = view.why_empty(context);
    if (!why_empty.empty()) {
        draw_empty_view(View::kInfo, context, size, why_empty);
    } else {
        const ImVec2 start = ImGui::GetCursorScreenPos();
        const float bar_height = size.y > 4 * Toolbar::height() ? Toolbar::height() : 0;
        const ImVec2 room{size.x, size.y - bar_height};
        view.prepare(context);
        if (bar_height > 0) {
            Toolbar bar(View::kInfo.name, size.x, context.theme, context.items);
            view.draw_controls(bar, context);
            if (bar.button("table", "Table", view.show_table)) view.show_table = !view.show_table;
            view.draw_legend(bar, context, room);
            set_cursor({start.x, start.y + bar_height});
        }
        if (view.show_table)
            view.draw_table(context, room);
        else
            view.draw_picture(context, room);
    }
    ImGui::PopID();
}

}  // namespace ringscope
