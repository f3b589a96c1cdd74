// What differs between Dear ImGui 1.86 (Debian 12) and newer ones, in one place. Nothing else in the program
// asks for the version.
#pragma once

#include <string>

#include <imgui.h>
#include <imgui_internal.h>
#if __has_include(<imgui_stdlib.h>)
#include <imgui_stdlib.h>
#else
#include <misc/cpp/imgui_stdlib.h>
#endif

namespace ringscope {

/// Null pushes the current font again, so that every push has its pop. 1.92 scales fonts freely and wants a
/// size.
inline void push_font(ImFont* font) {
#if IMGUI_VERSION_NUM >= 19200
    ImGui::PushFont(font, 0.0f);
#else
    ImGui::PushFont(font ? font : ImGui::GetFont());
#endif
}
inline void pop_font() { ImGui::PopFont(); }

/// 1.92.8 swapped thickness and flags.
inline void add_rect(ImDrawList& list, ImVec2 min, ImVec2 max, ImU32 colour, float rounding = 0,
                     float thickness = 1) {
#if IMGUI_VERSION_NUM >= 19280
    list.AddRect(min, max, colour, rounding, thickness, ImDrawFlags_None);
#else
    list.AddRect(min, max, colour, rounding, ImDrawFlags_None, thickness);
#endif
}
inline void add_polyline(ImDrawList& list, const ImVec2* points, int count, ImU32 colour, float thickness,
                         bool closed = false) {
    const ImDrawFlags flags = closed ? ImDrawFlags_Closed : ImDrawFlags_None;
#if IMGUI_VERSION_NUM >= 19280
    list.AddPolyline(points, count, colour, thickness, flags);
#else
    list.AddPolyline(points, count, colour, flags, thickness);
#endif
}

/// Grows the window to a cursor position that was set by hand; newer versions insist on an item after it.
inline void set_cursor(ImVec2 screen_position) {
    ImGui::SetCursorScreenPos(screen_position);
    ImGui::Dummy(ImVec2(0, 0));
    ImGui::SetCursorScreenPos(screen_position);
}

/// A child window whose items the arrow keys reach from those around it. Pair with ImGui::EndChild().
inline void begin_flat_child(const char* name, ImVec2 size) {
#if IMGUI_VERSION_NUM >= 19090
    ImGui::BeginChild(name, size, ImGuiChildFlags_NavFlattened);
#else
    ImGui::BeginChild(name, size, false, ImGuiWindowFlags_NavFlattened);
#endif
}

/// Gives the keyboard's focus to the first item that the current window will have in this frame, and shows
/// it.
inline void focus_first_item() {
    ImGui::FocusWindow(ImGui::GetCurrentWindow());
    ImGui::NavInitWindow(ImGui::GetCurrentWindow(), true);
#if IMGUI_VERSION_NUM >= 19140
    ImGui::GetCurrentContext()->NavCursorVisible = true;
    ImGui::GetCurrentContext()->NavHighlightItemUnderNav = true;
#else
    ImGui::GetCurrentContext()->NavDisableHighlight = false;
    ImGui::GetCurrentContext()->NavDisableMouseHover = true;
#endif
}

// Columns of the table being drawn, before its first row. Widths in pixels without padding.

inline float table_width(float& gap) {
    const ImGuiTable& table = *ImGui::GetCurrentTable();
    gap = table.CellSpacingX1 + table.CellSpacingX2 + 2 * table.CellPaddingX;
    return table.InnerWindow->InnerRect.GetWidth() - 2 * table.OuterPaddingX;
}
/// As last set, or as the person dragged it since.
inline float column_width(int column) { return ImGui::GetCurrentTable()->Columns[column].WidthRequest; }
inline void set_column_width(int column, float width) {
    ImGui::GetCurrentTable()->Columns[column].WidthRequest = width;
}
/// As last set, or as the person chose in the header's menu since.
inline bool column_enabled(int column) {
    return ImGui::GetCurrentTable()->Columns[column].IsUserEnabledNextFrame;
}

// Input by program: scripts and tests. Since 1.87 events queue over frames.

inline void feed_mouse_position(ImVec2 position) {
#if IMGUI_VERSION_NUM >= 18700
    ImGui::GetIO().AddMousePosEvent(position.x, position.y);
#else
    ImGui::GetIO().MousePos = position;
#endif
}
inline void feed_mouse_button(int button, bool down) {
#if IMGUI_VERSION_NUM >= 18700
    ImGui::GetIO().AddMouseButtonEvent(button, down);
#else
    ImGui::GetIO().MouseDown[button] = down;
#endif
}
inline void feed_mouse_wheel(float horizontal, float vertical) {
#if IMGUI_VERSION_NUM >= 18700
    ImGui::GetIO().AddMouseWheelEvent(horizontal, vertical);
#else
    ImGui::GetIO().MouseWheelH += horizontal;
    ImGui::GetIO().MouseWheel += vertical;
#endif
}
inline void feed_modifiers(bool control, bool shift, bool alt) {
#if IMGUI_VERSION_NUM >= 18900
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Ctrl, control);
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Shift, shift);
    ImGui::GetIO().AddKeyEvent(ImGuiMod_Alt, alt);
#else
    ImGui::GetIO().KeyCtrl = control;
    ImGui::GetIO().KeyShift = shift;
    ImGui::GetIO().KeyAlt = alt;
#endif
}

}  // namespace ringscope
