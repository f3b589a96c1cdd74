#include "app/window/offscreen.h"

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <imgui.h>

#include <chrono>
#include <cstring>
#include <string>
#include <utility>

#include "engine/base/error.h"

namespace ringscope {

namespace {

[[noreturn]] void refuse(const std::string& what) {
    throw Error(ErrorKind::run_failed, "cannot draw without a display: " + what +
                                           "; Mesa's EGL is needed (packages libegl1, libgl1-mesa-dri)");
}

EGLDisplay open_display() {
    const char* extensions = eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS);
    const bool surfaceless = extensions && std::strstr(extensions, "EGL_MESA_platform_surfaceless");
    const auto get_display =
        reinterpret_cast<PFNEGLGETPLATFORMDISPLAYEXTPROC>(eglGetProcAddress("eglGetPlatformDisplayEXT"));
    const EGLDisplay display = surfaceless && get_display
                                   ? get_display(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr)
                                   : eglGetDisplay(EGL_DEFAULT_DISPLAY);
    if (display == EGL_NO_DISPLAY || !eglInitialize(display, nullptr, nullptr))
        refuse("EGL could not be initialised");
    return display;
}

constexpr float kFrameSeconds =
    1.0f / 60;  // every frame counts as this long: pictures are the same each time

}  // namespace

/// A display, a configuration and a context; a pixel buffer of the wanted size.
struct OffscreenSurface::Egl {
    EGLDisplay display = open_display();
    EGLConfig config = nullptr;
    EGLContext context = EGL_NO_CONTEXT;
    EGLSurface surface = EGL_NO_SURFACE;

    Egl() {
        const EGLint wanted[] = {EGL_SURFACE_TYPE,
                                 EGL_PBUFFER_BIT,
                                 EGL_RENDERABLE_TYPE,
                                 EGL_OPENGL_BIT,
                                 EGL_RED_SIZE,
                                 8,
                                 EGL_GREEN_SIZE,
                                 8,
                                 EGL_BLUE_SIZE,
                                 8,
                                 EGL_ALPHA_SIZE,
                                 8,
                                 EGL_NONE};
        EGLint found = 0;
        if (!eglBindAPI(EGL_OPENGL_API) || !eglChooseConfig(display, wanted, &config, 1, &found) ||
            found == 0)
            refuse("no 8-bit RGBA pixel buffer with desktop OpenGL");
        const EGLint version[] = {EGL_CONTEXT_MAJOR_VERSION,
                                  3,
                                  EGL_CONTEXT_MINOR_VERSION,
                                  2,
                                  EGL_CONTEXT_OPENGL_PROFILE_MASK,
                                  EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                                  EGL_NONE};
        context = eglCreateContext(display, config, EGL_NO_CONTEXT, version);
        if (context == EGL_NO_CONTEXT) refuse("no OpenGL 3.2 core context");
    }

    ~Egl() {
        eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
        if (surface != EGL_NO_SURFACE) eglDestroySurface(display, surface);
        eglDestroyContext(display, context);
        eglTerminate(display);
    }

    void set_size(int width, int height) {
        const EGLint size[] = {EGL_WIDTH, width, EGL_HEIGHT, height, EGL_NONE};
        const EGLSurface fresh = eglCreatePbufferSurface(display, config, size);
        if (fresh == EGL_NO_SURFACE || !eglMakeCurrent(display, fresh, fresh, context))
            throw Error(ErrorKind::bad_input, "a picture of " + std::to_string(width) + "x" +
                                                  std::to_string(height) +
                                                  " pixels is more than this renderer can draw");
        if (surface != EGL_NO_SURFACE) eglDestroySurface(display, surface);
        surface = fresh;
    }
};

OffscreenSurface::OffscreenSurface(int width, int height)
    : egl_(std::make_unique<Egl>()), width_(width), height_(height) {
    egl_->set_size(width, height);
    renderer_ = std::make_unique<GlRenderer>();
}

OffscreenSurface::~OffscreenSurface() = default;

void OffscreenSurface::begin_frame() {
    renderer_->begin_frame();
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = ImVec2(static_cast<float>(width_), static_cast<float>(height_));
    io.DisplayFramebufferScale = ImVec2(1, 1);
    io.DeltaTime = kFrameSeconds;
}

void OffscreenSurface::draw(ImDrawData* data) { renderer_->draw(data, width_, height_); }

Picture OffscreenSurface::read_picture() { return renderer_->read_picture(width_, height_); }

void OffscreenSurface::remake_font_texture() { renderer_->remake_font_texture(); }

bool OffscreenSurface::wait_events(double seconds) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::duration<double>(seconds), [this] { return woken_; });
    return std::exchange(woken_, false);
}

void OffscreenSurface::wake() {
    {
        const std::lock_guard lock(mutex_);
        woken_ = true;
    }
    changed_.notify_all();
}

void OffscreenSurface::resize(int width, int height) {
    egl_->set_size(width, height);
    width_ = width;
    height_ = height;
}

}  // namespace ringscope
