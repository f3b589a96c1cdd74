#include "ui/views/view_frame.h"

namespace ringscope {

void focus_view(Selection& selection, const ViewInfo& view) {
    selection.focused = view.keys_go_to ? view.keys_go_to : &view;
}

std::string why_no_plan(const ViewInfo& view) {
    return std::string("The experiment cannot be planned. Fix the fields marked in red, and the ") +
           view.name + " appears here.";
}

void draw_empty_view(const ViewInfo& view, ViewContext& context, ImVec2 size, const std::string& why) {
    const Canvas canvas = begin_canvas(view.picture, size, context.items, std::string("no ") + view.name);
    draw_message(*canvas.list, canvas.box, context.theme, why);
    if (canvas.clicked) focus_view(context.selection, view);
}

}  // namespace ringscope
