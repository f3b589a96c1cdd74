// How large letters are at first, from what is known of the display.
#pragma once

#include <algorithm>
#include <cmath>

namespace ringscope {

/// Pixels per point. The desktop's own factor where the person has set one; where it says 1, from the monitor's
/// density: a monitor of many fine pixels would show letters too small to read.
inline float display_scale(float desktop, int width_px, int width_mm) {
    constexpr float points_an_inch = 96, mm_an_inch = 25.4f, most = 2;
    constexpr int least_mm = 200;  // televisions and projectors that do not know their size say 0 or 160
    if (desktop != 1 || width_mm < least_mm || width_px <= 0) return desktop;
    const float density = static_cast<float>(width_px) * mm_an_inch / static_cast<float>(width_mm);
    // In quarters, rounded down: a little denser than usual is no reason.
    return std::clamp(std::floor(density / points_an_inch * 4) / 4, 1.0f, most);
}

/// Of a picture that is made without a display: larger than full HD, it is laid out as full HD.
inline float picture_scale(int width_px, int height_px) {
    const float least = std::min(static_cast<float>(width_px) / 1920, static_cast<float>(height_px) / 1080);
    return std::clamp(std::floor(least * 4) / 4, 1.0f, 3.0f);
}

}  // namespace ringscope
