// What a window and an off-screen surface share once an OpenGL context is current.
#pragma once

#include "app/window/picture.h"

struct ImDrawData;

namespace ringscope {

/// Dear ImGui's OpenGL 3.2 renderer, for the life of the object. Throws Error(run_failed).
class GlRenderer {
  public:
    GlRenderer();
    ~GlRenderer();
    GlRenderer(const GlRenderer&) = delete;
    GlRenderer& operator=(const GlRenderer&) = delete;

    void begin_frame();
    /// Clears the current framebuffer and draws.
    void draw(ImDrawData* data, int width, int height);
    Picture read_picture(int width, int height);
    void remake_font_texture();
};

}  // namespace ringscope
