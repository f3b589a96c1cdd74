// A picture of the window, and PNG files.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace ringscope {

struct Picture {
    int width = 0;
    int height = 0;
    std::vector<uint8_t> rgb;  // rows from the top, 3 bytes per pixel
};

/// A part of a picture or frame, pixels from the top left.
struct PictureArea {
    int x = 0;
    int y = 0;
    int width = 0;
    int height = 0;
};

/// The part that lies inside the picture. Throws Error(bad_input) when nothing does.
Picture cropped(const Picture& picture, const PictureArea& area);

/// Written under a temporary name, then renamed. Throws Error(io), Error(cancelled) once `stop` is requested.
void save_png(const Picture& picture, const std::string& path, const std::stop_token& stop);

}  // namespace ringscope
