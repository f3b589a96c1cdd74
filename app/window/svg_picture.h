// A frame of Dear ImGui as SVG: shapes as paths, letters as text that can be searched and edited, and what
// every item says as a title that a browser shows on hover.
//
// Draw the frame with ImGuiStyle's anti-aliasing off: its fringes are triangles of their own, and whoever
// shows the SVG smooths edges anyway.
#pragma once

#include <string>

#include "app/window/picture.h"
#include "ui/widgets/item_registry.h"

struct ImDrawData;

namespace ringscope {

struct SvgCaption {
    std::string title;
    std::string description;  // what the picture shows: the experiment as JSON
};

/// `area` in pixels of the frame. Throws Error(run_failed) for a frame that holds an image.
std::string svg_picture(const ImDrawData& data, const ItemRegistry& items, const PictureArea& area,
                        const SvgCaption& caption);

}  // namespace ringscope
