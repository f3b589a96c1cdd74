#include "ui/views/timeline/span_finder.h"

#include "engine/base/number_text.h"
#include "ui/widgets/imgui_compat.h"

namespace ringscope {

void SpanFinder::ask() {
    open = true;
    wants_keyboard_ = true;
}

void SpanFinder::update(const ViewContext& context) {
    const std::string wanted = open ? text : "";
    if (wanted == found_text_ && context.run_index == found_in_) return;
    found_text_ = wanted;
    found_in_ = context.run_index;
    query_ = read_span_query(wanted);
    matches_.reset();
    if (!query_.empty()) matches_.emplace(context.run->trace, found_in_->trace, query_);
}

std::string SpanFinder::status(const ViewContext& context) const {
    if (!query_.problem.empty()) return "not understood";
    if (!matches_) return "all spans";
    if (matches_->count() == 0) return "no match";
    const int selected = context.selection.selected.span;
    const std::string all = count_text(matches_->count());
    if (selected >= 0 && matches_->contains(selected))
        return count_text(matches_->place_of(context.run->trace, selected) + 1) + " of " + all;
    return all + (matches_->count() == 1 ? " match" : " matches");
}

int SpanFinder::draw(Toolbar& bar, ViewContext& context) {
    const float width = ImGui::GetFontSize() * 15;
    if (!bar.room(width)) return -1;
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, ImVec2(ImGui::GetStyle().FramePadding.x, 0));
    ImGui::SetNextItemWidth(width);
    if (wants_keyboard_) ImGui::SetKeyboardFocusHere();
    wants_keyboard_ = false;
    const bool enter =
        ImGui::InputTextWithHint("##find", kSpanQueryHint, &text,
                                 ImGuiInputTextFlags_EnterReturnsTrue | ImGuiInputTextFlags_AutoSelectAll);
    ImGui::PopStyleVar();
    if (enter) wants_keyboard_ = true;  // Enter again goes to the next
    bar.register_last("find text", text);
    if (ImGui::IsItemHovered())
        tooltip(query_.problem.empty()
                    ? "Kinds, late, link or core for waits, rank N, step N, chunk N, peer N, >1ms, <20us. "
                      "Enter: next, Shift-Enter: previous. Other spans are dimmed."
                    : query_.problem);
    update(context);
    int direction = enter ? (ImGui::GetIO().KeyShift ? -1 : 1) : 0;
    if (bar.button("find previous", "<", false)) direction = -1;
    if (bar.button("find next", ">", false)) direction = 1;
    if (bar.text(status(context))) bar.register_last("find status", status(context));
    if (direction == 0 || !matches_) return -1;
    return matches_->neighbour(context.run->trace, context.selection.selected.span, context.clock.time_ns,
                               direction);
}

}  // namespace ringscope
