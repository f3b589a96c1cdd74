#include "app/window/window.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>

#include <algorithm>

#include "app/window/display_scale.h"
#include "engine/base/error.h"

namespace ringscope {

namespace {

constexpr int kSmallestWidth = 320;
constexpr int kSmallestHeight = 240;

[[noreturn]] void refuse(const std::string& what) {
    const char* words = nullptr;
    glfwGetError(&words);
    throw Error(ErrorKind::run_failed, "cannot open a window: " + (words ? std::string(words) : what) +
                                           "; 'ringscope run' and 'ringscope screenshot' need no display");
}

/// No larger than the monitor it will stand on.
WindowSize fitted(WindowSize size) {
    GLFWmonitor* monitor = glfwGetPrimaryMonitor();
    const GLFWvidmode* mode = monitor ? glfwGetVideoMode(monitor) : nullptr;
    if (mode) {
        size.width = std::min(size.width, mode->width);
        size.height = std::min(size.height, mode->height);
    }
    size.width = std::max(size.width, kSmallestWidth);
    size.height = std::max(size.height, kSmallestHeight);
    return size;
}

/// The monitor that the window's middle is on; null when it is on none.
GLFWmonitor* monitor_under(GLFWwindow* window) {
    int x = 0, y = 0, width = 0, height = 0, count = 0;
    glfwGetWindowPos(window, &x, &y);
    glfwGetWindowSize(window, &width, &height);
    GLFWmonitor** monitors = glfwGetMonitors(&count);
    for (int i = 0; i < count; ++i) {
        const GLFWvidmode* mode = glfwGetVideoMode(monitors[i]);
        int left = 0, top = 0;
        glfwGetMonitorPos(monitors[i], &left, &top);
        const int right = x + width / 2 - left, down = y + height / 2 - top;
        if (mode && right >= 0 && right < mode->width && down >= 0 && down < mode->height) return monitors[i];
    }
    return nullptr;
}

Window& self(GLFWwindow* window) { return *static_cast<Window*>(glfwGetWindowUserPointer(window)); }

}  // namespace

Window::Glfw::Glfw() {
    if (!glfwInit()) refuse("GLFW could not be initialised");
}

Window::Glfw::~Glfw() { glfwTerminate(); }

Window::Window(const WindowSize& wanted, std::function<void(const std::string&)> dropped)
    : dropped_(std::move(dropped)) {
    const WindowSize size = fitted(wanted);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 2);
    glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
    glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
    glfwWindowHint(GLFW_MAXIMIZED, size.maximised ? GLFW_TRUE : GLFW_FALSE);
    window_ = glfwCreateWindow(size.width, size.height, "RingScope", nullptr, nullptr);
    if (!window_) refuse("no OpenGL 3.2 core context");
    glfwMakeContextCurrent(window_);
    glfwSwapInterval(1);
    glfwSetWindowUserPointer(window_, this);
    install_callbacks();  // before ImGui's, which call them first
    ImGui_ImplGlfw_InitForOpenGL(window_, true);
    // Instead of ImGui's, which would let letters overtake keys.
    glfwSetCharCallback(window_, [](GLFWwindow* w, unsigned letter) {
        self(w).keys_.push({-1, 0, 0, letter});
        self(w).touched_ = true;
    });
    renderer_ = std::make_unique<GlRenderer>();
    find_monitor();
}

Window::~Window() {
    renderer_.reset();
    ImGui_ImplGlfw_Shutdown();
    glfwDestroyWindow(window_);
}

void Window::install_callbacks() {
    glfwSetKeyCallback(window_, [](GLFWwindow* w, int key, int, int action, int modifiers) {
        self(w).keys_.push({key, action, modifiers});
        self(w).touched_ = true;
    });
    glfwSetCursorPosCallback(window_, [](GLFWwindow* w, double, double) { self(w).touched_ = true; });
    glfwSetCursorEnterCallback(window_, [](GLFWwindow* w, int) { self(w).touched_ = true; });
    glfwSetMouseButtonCallback(window_, [](GLFWwindow* w, int, int, int) { self(w).touched_ = true; });
    glfwSetScrollCallback(window_, [](GLFWwindow* w, double, double) { self(w).touched_ = true; });
    glfwSetWindowFocusCallback(window_, [](GLFWwindow* w, int) { self(w).touched_ = true; });
    glfwSetWindowRefreshCallback(window_, [](GLFWwindow* w) { self(w).touched_ = true; });
    glfwSetFramebufferSizeCallback(window_, [](GLFWwindow* w, int, int) { self(w).touched_ = true; });
    glfwSetWindowPosCallback(window_, [](GLFWwindow* w, int, int) {
        self(w).find_monitor();
        self(w).touched_ = true;
    });
    glfwSetWindowCloseCallback(window_, [](GLFWwindow* w) { self(w).touched_ = true; });
    glfwSetDropCallback(window_, [](GLFWwindow* w, int count, const char** paths) {
        self(w).touched_ = true;
        for (int i = 0; i < count; ++i) self(w).dropped_(paths[i]);
    });
}

WindowSize Window::size() const {
    WindowSize size;
    glfwGetWindowSize(window_, &size.width, &size.height);
    size.maximised = glfwGetWindowAttrib(window_, GLFW_MAXIMIZED) == GLFW_TRUE;
    return size;
}

void Window::begin_frame() {
    renderer_->begin_frame();
    ImGui_ImplGlfw_NewFrame();
}

void Window::draw(ImDrawData* data) {
    int width = 0, height = 0;
    glfwGetFramebufferSize(window_, &width, &height);
    if (width > 0 && height > 0) renderer_->draw(data, width, height);
}

Picture Window::read_picture() {
    int width = 0, height = 0;
    glfwGetFramebufferSize(window_, &width, &height);
    if (width <= 0 || height <= 0)
        throw Error(ErrorKind::run_failed, "a window without a size has no picture");
    return renderer_->read_picture(width, height);
}

void Window::present() { glfwSwapBuffers(window_); }

void Window::remake_font_texture() { renderer_->remake_font_texture(); }

bool Window::wait_events(double seconds) {
    touched_ = false;
    if (seconds > 0 && !woken_)
        glfwWaitEventsTimeout(seconds);
    else
        glfwPollEvents();
    return woken_.exchange(false) || touched_;
}

void Window::wake() {
    woken_ = true;
    glfwPostEmptyEvent();
}

bool Window::closing() const { return glfwWindowShouldClose(window_); }

void Window::resize(int width, int height) {
    glfwSetWindowSize(window_, width, height);
    glfwPollEvents();
}

float Window::content_scale() const {
    float x = 1, y = 1;
    glfwGetWindowContentScale(window_, &x, &y);
    return display_scale(std::max(x, y), monitor_px_, monitor_mm_);
}

/// Asks the display: not in each frame.
void Window::find_monitor() {
    GLFWmonitor* monitor = monitor_under(window_);
    const GLFWvidmode* mode = monitor ? glfwGetVideoMode(monitor) : nullptr;
    monitor_px_ = mode ? mode->width : 0;
    monitor_mm_ = 0;
    if (monitor) glfwGetMonitorPhysicalSize(monitor, &monitor_mm_, nullptr);
}

}  // namespace ringscope
