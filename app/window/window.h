// The window on a display: the only file that knows GLFW.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "app/window/gl_renderer.h"
#include "app/window/surface.h"

struct GLFWwindow;

namespace ringscope {

struct WindowSize {
    int width = 1280;
    int height = 800;
    bool maximised = false;
};

class Window : public Surface {
  public:
    /// `dropped` is called in wait_events() for each file that was dropped on the window. Throws
    /// Error(run_failed) when there is no display or no OpenGL 3.2.
    Window(const WindowSize& size, std::function<void(const std::string&)> dropped);
    ~Window() override;

    WindowSize size() const;

    void begin_frame() override;
    void draw(ImDrawData* data) override;
    Picture read_picture() override;
    void present() override;
    void remake_font_texture() override;
    bool wait_events(double seconds) override;
    void wake() override;
    bool closing() const override;
    void resize(int width, int height) override;
    float content_scale() const override;
    KeyQueue& keys() override { return keys_; }

  private:
    struct Glfw {
        Glfw();
        ~Glfw();
    };
    void install_callbacks();
    void find_monitor();

    Glfw glfw_;
    GLFWwindow* window_ = nullptr;
    std::unique_ptr<GlRenderer> renderer_;
    KeyQueue keys_;
    std::function<void(const std::string&)> dropped_;
    std::atomic<bool> woken_{false};
    int monitor_px_ = 0;  // width of the monitor that the window is on; 0: not known
    int monitor_mm_ = 0;
    bool touched_ = false;  // an event came in during wait_events()
};

}  // namespace ringscope
