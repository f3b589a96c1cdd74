#include "app/key_queue.h"

#include <algorithm>

#include "ui/imgui_compat.h"
#include "ui/imgui_keys.h"
#include "ui/keys.h"

namespace ringscope {

namespace {

constexpr int kRelease = 0;
constexpr int kFirstModifierKey = 340;  // GLFW_KEY_LEFT_SHIFT, _CONTROL, _ALT, _SUPER, then the right ones
constexpr int kLastModifierKey = 347;

bool is_modifier(int key) { return key >= kFirstModifierKey && key <= kLastModifierKey; }

/// shift 1, control 2, alt 4, super 8, as GLFW has them.
int modifier_bit(int key) { return is_modifier(key) ? 1 << ((key - kFirstModifierKey) % 4) : 0; }

bool contains(const std::vector<int>& list, int value) {
    return std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

void KeyQueue::push(const KeyEvent& event) {
    if (event.key >= 0 && event.key < ui::kKeyCodes) events_.push_back(event);
}

std::vector<int> KeyQueue::play_into_imgui() {
    std::vector<int> pressed;
    std::vector<int> changed;
    int modifiers = 0;
    while (!events_.empty()) {
        const KeyEvent event = events_.front();
        // One change a key and frame; modifiers stay as they are in a frame with a press.
        if (contains(changed, event.key) || (!pressed.empty() && is_modifier(event.key))) break;
        events_.pop_front();
        changed.push_back(event.key);
        if (event.action == kRelease) {
            std::erase(held_, event.key);
            continue;
        }
        if (!contains(held_, event.key)) held_.push_back(event.key);
        if (is_modifier(event.key)) continue;
        modifiers |= event.modifiers;
        pressed.push_back(ui::pressed_key(event.key, event.modifiers & 7));
    }
    for (int key : held_) modifiers |= modifier_bit(key);
    ui::feed_key_levels(held_);
    ui::feed_modifiers(modifiers & ui::kModControl, modifiers & ui::kModShift, modifiers & ui::kModAlt);
    return pressed;
}

}  // namespace ringscope
