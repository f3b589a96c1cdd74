#include "app/window/pixel_size.h"

#include <charconv>

namespace ringscope {

namespace {

/// Reads a number at the front of what lies between `at` and `end`, and moves `at` behind it.
std::optional<int> read_pixels(const char*& at, const char* end) {
    int pixels = 0;
    const auto [behind, error] = std::from_chars(at, end, pixels);
    if (error != std::errc{} || pixels < 1 || pixels > kMostPixels) return {};
    at = behind;
    return pixels;
}

}  // namespace

std::optional<PixelSize> read_pixel_size(const std::string& text) {
    const char* at = text.data();
    const char* const end = at + text.size();
    const std::optional<int> width = read_pixels(at, end);
    if (!width || at == end || *at != 'x') return {};
    ++at;
    const std::optional<int> height = read_pixels(at, end);
    if (!height || at != end) return {};
    return PixelSize{*width, *height};
}

}  // namespace ringscope
