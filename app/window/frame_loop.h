// Draws frames: the surface, Dear ImGui, the window's content and the controller, joined. One thread.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "app/window/controller.h"
#include "app/window/surface.h"
#include "ui/window/ui.h"

namespace ringscope {

/// The mouse of a script, in place of the person's.
struct ScriptedMouse {
    bool active = false;
    float x = 0;
    float y = 0;
    bool down[3] = {};  // left, right, middle
    float wheel = 0;    // notches, for the next frame
};

class FrameLoop {
  public:
    FrameLoop(Surface& surface, Controller& controller, Ui& content);

    /// One frame from begin to end.
    void draw_frame();
    /// Until the window is closed, the person quits, or `stop` is asked for. Sleeps while nothing moves.
    void run(std::stop_token stop);

    /// Draws one more frame and writes it as PNG, or as SVG when the path ends in ".svg": the whole window,
    /// or of it the item `area` alone. Throws Error(io), and Error(bad_input) when there is no such item.
    void save_picture(const std::string& path, const std::string& area, const std::stop_token& stop);

    /// Something is under way that will change what is shown: a run, a plan, a file.
    bool busy() const { return controller_.busy() || content_.planning(); }
    bool quitting() const { return quitting_; }
    Surface& surface() { return surface_; }
    Controller& controller() { return controller_; }
    Ui& content() { return content_; }

    ScriptedMouse mouse;

  private:
    void follow_scale();
    void feed_mouse();
    void carry_out(const Commands& commands);
    void take_asked_pictures();
    PictureArea area_of(const std::string& item) const;
    double seconds() const;

    Surface& surface_;
    Controller& controller_;
    Ui& content_;
    float font_scale_ = 0;        // what the atlas was built for; 0: not yet
    Picture* picture_ = nullptr;  // the next frame's goes here
    std::vector<TakePicture> asked_pictures_;
    bool quitting_ = false;
};

}  // namespace ringscope
