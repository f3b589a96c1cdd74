// The last thing before a library ends the process: Xlib calls exit() when the display is lost.
#pragma once

#include <functional>

namespace ringscope {

class AtExit {
  public:
    /// While this lives, exit() calls `last` on the thread that called it, once, before anything is torn down.
    /// At most one at a time.
    explicit AtExit(std::function<void()> last);
    ~AtExit();
    AtExit(const AtExit&) = delete;
    AtExit& operator=(const AtExit&) = delete;

  private:
    std::function<void()> last_;
};

}  // namespace ringscope
