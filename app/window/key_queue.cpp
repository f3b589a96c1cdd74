#include "app/window/key_queue.h"

#include <imgui.h>

#include <algorithm>

#include "ui/keys.h"
#include "ui/widgets/imgui_compat.h"
#include "ui/window/imgui_keys.h"

namespace ringscope {

namespace {

constexpr int kRelease = 0;
constexpr int kFramesUntilFocusMoved = 2;  // one moves it, in the next the field is active or gone
constexpr int kFirstModifierKey = 340;     // GLFW_KEY_LEFT_SHIFT, _CONTROL, _ALT, _SUPER, then the right ones
constexpr int kLastModifierKey = 347;

bool is_modifier(int key) { return key >= kFirstModifierKey && key <= kLastModifierKey; }

/// shift 1, control 2, alt 4, super 8, as GLFW has them.
int modifier_bit(int key) { return is_modifier(key) ? 1 << ((key - kFirstModifierKey) % 4) : 0; }

bool contains(const std::vector<int>& list, int value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

void KeyQueue::push(const KeyEvent& event) {
    if (event.letter != 0 || (event.key >= 0 && event.key < kKeyCodes)) events_.push_back(event);
}

/// `event` is the queue's first.
bool KeyQueue::ends_the_frame(const KeyEvent& event) const {
    const bool release = event.letter == 0 && event.action == kRelease;
    if (frames_to_listen_ > 0 && !release) return true;
    if (event.letter != 0) return false;  // its key did not end the frame
    // One change per key and frame; modifiers stay as they are in a frame with a press.
    if (contains(changed_, event.key) || (!pressed_.empty() && is_modifier(event.key))) return true;
    // Dear ImGui takes a frame's letters before its keys.
    const bool writes = events_.size() > 1 && events_[1].letter != 0;
    return writes && pressed_without_letter_;
}

void KeyQueue::play(const KeyEvent& event) {
    if (event.letter != 0) {
        ImGui::GetIO().AddInputCharacter(event.letter);
        return;
    }
    changed_.push_back(event.key);
    if (event.action == kRelease) {
        std::erase(held_, event.key);
        return;
    }
    if (!contains(held_, event.key)) held_.push_back(event.key);
    if (is_modifier(event.key)) return;
    modifiers_ |= event.modifiers;
    const bool chord = event.modifiers & (kModControl | kModAlt);
    if (chord || event.key == kKeyEscape || event.key == kKeyEnter || event.key == kKeypadEnter)
        opens_or_closes_ = true;
    pressed_.push_back(pressed_key(event.key, event.modifiers & 7));
    if (events_.empty() || events_.front().letter == 0) pressed_without_letter_ = true;
}

std::vector<int> KeyQueue::play_into_imgui() {
    pressed_.clear();
    changed_.clear();
    modifiers_ = 0;
    pressed_without_letter_ = opens_or_closes_ = false;
    while (!events_.empty() && !ends_the_frame(events_.front())) {
        const KeyEvent event = events_.front();
        events_.pop_front();
        play(event);
    }
    frames_to_listen_ = std::max(0, frames_to_listen_ - 1);
    if (opens_or_closes_) frames_to_listen_ = kFramesUntilFocusMoved;
    for (int key : held_) modifiers_ |= modifier_bit(key);
    feed_key_levels(held_);
    feed_modifiers(modifiers_ & kModControl, modifiers_ & kModShift, modifiers_ & kModAlt);
    return pressed_;
}

}  // namespace ringscope
