// Keys in Dear ImGui 1.86 (Debian 12) and newer ones, beside imgui_compat.h: what only the window's owner
// needs.
#pragma once

#include <algorithm>
#include <vector>

#include <imgui.h>

namespace ringscope {

/// Key codes are below this.
inline constexpr int kKeyCodes = 512;

/// Which keys are held, by GLFW code. Since 1.87 the backends queue key events themselves.
inline void feed_key_levels(const std::vector<int>& held) {
#if IMGUI_VERSION_NUM < 18700
    bool(&levels)[kKeyCodes] = ImGui::GetIO().KeysDown;
    std::fill(std::begin(levels), std::end(levels), false);
    for (int key : held) levels[key] = true;
#else
    static_cast<void>(held);
#endif
}

/// Tells Dear ImGui before 1.87 which of our key codes are its keys; GLFW's backend does the same.
inline void map_keys() {
#if IMGUI_VERSION_NUM < 18700
    static constexpr struct {
        ImGuiKey key;
        int code;
    } kMap[] = {{ImGuiKey_Tab, 258},        {ImGuiKey_LeftArrow, 263},
                {ImGuiKey_RightArrow, 262}, {ImGuiKey_UpArrow, 265},
                {ImGuiKey_DownArrow, 264},  {ImGuiKey_PageUp, 266},
                {ImGuiKey_PageDown, 267},   {ImGuiKey_Home, 268},
                {ImGuiKey_End, 269},        {ImGuiKey_Insert, 260},
                {ImGuiKey_Delete, 261},     {ImGuiKey_Backspace, 259},
                {ImGuiKey_Space, 32},       {ImGuiKey_Enter, 257},
                {ImGuiKey_Escape, 256},     {ImGuiKey_KeyPadEnter, 335},
                {ImGuiKey_A, 'A'},          {ImGuiKey_C, 'C'},
                {ImGuiKey_V, 'V'},          {ImGuiKey_X, 'X'},
                {ImGuiKey_Y, 'Y'},          {ImGuiKey_Z, 'Z'}};
    for (const auto& [key, code] : kMap) ImGui::GetIO().KeyMap[key] = code;
#endif
}

}  // namespace ringscope
