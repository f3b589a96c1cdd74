// Keys as they were pressed, however short. Dear ImGui 1.86 looks at levels only: a key that goes down and up
// between two frames was never there. This queue plays the events back, at most one change per key and frame,
// and gives the presses to the window's content as well. Letters wait in the same queue, so that they keep
// their place among keys such as Backspace, and reach a field that a key has just
// opened; likewise keys that come right after a field was closed reach the views.
#pragma once

#include <deque>
#include <vector>

namespace ringscope {

/// GLFW's numbers: key, action (0 release, 1 press, 2 repeat) and modifier bits (1 shift, 2 control, 4 alt);
/// or a letter that a key or an input method wrote.
struct KeyEvent {
    int key = 0;
    int action = 0;
    int modifiers = 0;
    unsigned letter = 0;  // Unicode; 0: a key
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
    bool ends_the_frame(const KeyEvent& event) const;
    void play(const KeyEvent& event);

    std::deque<KeyEvent> events_;
    std::vector<int> held_;
    // Of the frame that is being played:
    std::vector<int> pressed_;
    std::vector<int> changed_;
    int modifiers_ = 0;
    bool pressed_without_letter_ = false;
    bool opens_or_closes_ = false;  // a field to type in, perhaps
    int frames_to_listen_ = 0;      // until keys and letters reach what then has the focus
};

}  // namespace ringscope
