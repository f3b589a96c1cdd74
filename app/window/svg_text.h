// Pieces of SVG as text. For the SVG files alone.
#pragma once

#include <string>
#include <string_view>

#include <imgui.h>

namespace ringscope {

/// Hundredths of a pixel, no trailing zeros.
std::string svg_number(float value);
/// Safe between tags and inside quoted attributes: well-formed XML whatever the text is.
std::string svg_escaped(std::string_view text);
/// ` fill="#0072b2"`, with the opacity where it is less than whole.
std::string svg_fill(ImU32 colour);
/// ` x=".." y=".." width=".." height=".."`
std::string svg_rectangle(ImVec2 min, ImVec2 max);

}  // namespace ringscope
