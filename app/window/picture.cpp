#include "app/window/picture.h"

#include <png.h>

#include <algorithm>
#include <cstring>

#include "engine/base/error.h"
#include "sessions/atomic_file.h"

namespace ringscope {

Picture cropped(const Picture& picture, const PictureArea& area) {
    const int left = std::clamp(area.x, 0, picture.width), top = std::clamp(area.y, 0, picture.height);
    const int right = std::clamp(area.x + area.width, left, picture.width);
    const int bottom = std::clamp(area.y + area.height, top, picture.height);
    if (left == right || top == bottom) throw Error(ErrorKind::bad_input, "this part of the window is empty");
    Picture part{right - left, bottom - top, {}};
    for (int y = top; y < bottom; ++y) {
        const uint8_t* row = picture.rgb.data() + (static_cast<size_t>(y) * picture.width + left) * 3;
        part.rgb.insert(part.rgb.end(), row, row + static_cast<size_t>(part.width) * 3);
    }
    return part;
}

void save_png(const Picture& picture, const std::string& path, const std::stop_token& stop) {
    png_image image;
    std::memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    image.width = static_cast<png_uint_32>(picture.width);
    image.height = static_cast<png_uint_32>(picture.height);
    image.format = PNG_FORMAT_RGB;
    png_alloc_size_t bytes = 0;
    std::vector<uint8_t> encoded;
    bool ok = png_image_write_get_memory_size(image, bytes, 0, picture.rgb.data(), 0, nullptr);
    if (ok) {
        encoded.resize(bytes);
        ok = png_image_write_to_memory(&image, encoded.data(), &bytes, 0, picture.rgb.data(), 0, nullptr);
    }
    if (!ok) throw Error(ErrorKind::io, path + ": cannot encode the picture: " + image.message);
    AtomicFile file(path, stop);
    file.write(encoded.data(), bytes);
    file.commit();
}

}  // namespace ringscope
