// Where frames are drawn: a window on a display, or a picture in memory. One ImGui context, one thread.
//
//   begin_frame(); ImGui::NewFrame(); ... ImGui::Render(); draw(); [read_picture();] present();
#pragma once

#include "app/window/key_queue.h"
#include "app/window/picture.h"

struct ImDrawData;

namespace ringscope {

class Surface {
  public:
    virtual ~Surface() = default;

    /// Tells ImGui the size, the time and the mouse.
    virtual void begin_frame() = 0;
    virtual void draw(ImDrawData* data) = 0;
    /// Of what was drawn last, before present().
    virtual Picture read_picture() = 0;
    virtual void present() = 0;
    /// After the font atlas was built again.
    virtual void remake_font_texture() = 0;

    /// Takes what came in; sleeps until something does, `seconds` at most. False: nothing came.
    virtual bool wait_events(double seconds) = 0;
    /// Ends wait_events() early. From any thread.
    virtual void wake() = 0;
    virtual bool closing() const = 0;
    virtual void resize(int width, int height) = 0;
    /// Pixels per point, from the monitor.
    virtual float content_scale() const = 0;
    virtual KeyQueue& keys() = 0;
};

}  // namespace ringscope
