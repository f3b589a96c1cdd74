// A surface without a display: EGL with Mesa's surfaceless platform, software renderer included.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>

#include "app/window/gl_renderer.h"
#include "app/window/surface.h"

namespace ringscope {

class OffscreenSurface : public Surface {
  public:
    /// Throws Error(run_failed) when EGL or OpenGL 3.2 is missing, Error(bad_input) for a size that it cannot
    /// do.
    OffscreenSurface(int width, int height);
    ~OffscreenSurface() override;

    void begin_frame() override;
    void draw(ImDrawData* data) override;
    Picture read_picture() override;
    void present() override {}
    void remake_font_texture() override;
    bool wait_events(double seconds) override;
    void wake() override;
    bool closing() const override { return false; }
    void resize(int width, int height) override;
    float content_scale() const override { return 1; }
    KeyQueue& keys() override { return keys_; }

  private:
    struct Egl;
    std::unique_ptr<Egl> egl_;
    std::unique_ptr<GlRenderer> renderer_;
    KeyQueue keys_;
    int width_;
    int height_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool woken_ = false;
};

}  // namespace ringscope
