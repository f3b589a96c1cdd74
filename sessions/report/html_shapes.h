// Shapes of the pictures in an HTML page, as inline SVG. All lengths are in units of the picture, which is
// scaled to the page. For the .cpp files of this folder only.
#pragma once

#include <string>

namespace ringscope {

inline constexpr double kPictureWidth = 1000;

/// `label`: what the picture shows, for those who cannot see it.
std::string svg_picture(double height, const std::string& label, const std::string& content);
/// `kind`: its class; `title` is shown while the mouse is over it.
std::string svg_rect(double x, double y, double width, double height, const std::string& kind,
                     const std::string& title = "");
/// From the left end of its base line.
std::string svg_label(double x, double y, const std::string& text, const char* kind = "");
std::string svg_vertical(double x, double top, double bottom);
/// "c3" for the fourth, "l3" for its line: the colours come round again.
std::string svg_category(const char* prefix, size_t index);

}  // namespace ringscope
