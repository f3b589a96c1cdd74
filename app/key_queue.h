// Keys as they were pressed, however short. Dear ImGui 1.86 looks at levels only: a key that goes down and up
// between two frames was never there. This queue plays the events back, at most one change a key and frame,
// and gives the presses to the window's content as well.
#pragma once

#include <deque>
#include <vector>

namespace ringscope {

/// GLFW's numbers: key, action (0 release, 1 press, 2 repeat) and modifier bits (1 shift, 2 control, 4 alt).
struct KeyEvent {
    int key = 0;
    int action = 0;
    int modifiers = 0;
};

class KeyQueue {
  public:
    void push(const KeyEvent& event);
    /// Plays events into ImGui's key levels and modifiers; call after the backend's NewFrame and before
    /// ImGui's. Gives the keys pressed or repeated in this frame, with their modifiers (ui/keys.h).
    std::vector<int> play_into_imgui();
    /// Events are left for the next frame: draw it soon.
    bool waiting() const { return !events_.empty(); }

  private:
    std::deque<KeyEvent> events_;
    std::vector<int> held_;
};

}  // namespace ringscope
