// The size of a window or picture, as a person writes it: "1280x720".
#pragma once

#include <optional>
#include <string>

namespace ringscope {

inline constexpr int kMostPixels = 16384;

struct PixelSize {
    int width = 0;  // pixels, 1 to kMostPixels, as the height
    int height = 0;
};

/// None for what is no size, or larger.
std::optional<PixelSize> read_pixel_size(const std::string& text);

}  // namespace ringscope
