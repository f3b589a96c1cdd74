#include "app/picture.h"

#include <png.h>

#include <cstring>

#include "engine/error.h"
#include "sessions/atomic_file.h"

namespace ringscope {

void save_png(const Picture& picture, const std::string& path) {
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
    AtomicFile file(path);
    file.write(encoded.data(), bytes);
    file.commit();
}

}  // namespace ringscope
