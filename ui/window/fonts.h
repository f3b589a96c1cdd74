// The fonts that the caller has loaded into ImGui's atlas, for the present scale.
#pragma once

struct ImFont;

namespace ringscope {

/// Null: ImGui's current font.
struct Fonts {
    ImFont* text = nullptr;
    ImFont* small_text = nullptr;
    ImFont* title = nullptr;
    ImFont* headline = nullptr;  // for a number and its unit: few characters
    ImFont* mono = nullptr;
};

}  // namespace ringscope
