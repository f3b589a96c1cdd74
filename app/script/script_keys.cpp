#include "app/script/script_keys.h"

#include <algorithm>
#include <map>

#include "ui/keys.h"

namespace ringscope {

namespace {

constexpr int kLeftShift = 340, kLeftControl = 341, kLeftAlt = 342;
constexpr int kRelease = 0, kPress = 1;

int key_named(const std::string& name) {
    static const std::map<std::string, int> named{
        {"space", kKeySpace},    {"comma", kKeyComma},         {"minus", kKeyMinus},
        {"period", kKeyPeriod},  {"slash", kKeySlash},         {"equal", kKeyEqual},
        {"escape", kKeyEscape},  {"enter", kKeyEnter},         {"tab", kKeyTab},
        {"delete", kKeyDelete},  {"backspace", kKeyBackspace}, {"right", kKeyRight},
        {"left", kKeyLeft},      {"down", kKeyDown},           {"up", kKeyUp},
        {"page_up", kKeyPageUp}, {"page_down", kKeyPageDown},  {"home", kKeyHome},
        {"end", kKeyEnd}};
    if (const auto found = named.find(name); found != named.end()) return found->second;
    if (name.size() == 1 && name[0] >= 'a' && name[0] <= 'z') return name[0] - 'a' + 'A';
    if (name.size() == 1 && name[0] > ' ' && name[0] < 'a') return name[0];  // GLFW's codes are ASCII there
    if (name.size() >= 2 && name[0] == 'f' &&
        std::all_of(name.begin() + 1, name.end(), [](char c) { return c >= '0' && c <= '9'; })) {
        const int number = std::stoi(name.substr(1, 3));
        if (number >= 1 && number <= 12) return kKeyF1 + number - 1;
    }
    return -1;
}

}  // namespace

std::vector<KeyEvent> key_tap(const std::string& name) {
    std::vector<KeyEvent> events;
    std::vector<int> modifier_keys;
    int modifiers = 0;
    std::string rest = name;
    for (size_t plus; (plus = rest.find('+')) != std::string::npos && plus + 1 < rest.size();) {
        const std::string modifier = rest.substr(0, plus);
        rest = rest.substr(plus + 1);
        if (modifier == "ctrl")
            modifiers |= kModControl, modifier_keys.push_back(kLeftControl);
        else if (modifier == "shift")
            modifiers |= kModShift, modifier_keys.push_back(kLeftShift);
        else if (modifier == "alt")
            modifiers |= kModAlt, modifier_keys.push_back(kLeftAlt);
        else
            return {};
    }
    const int key = key_named(rest);
    if (key < 0) return {};
    for (int modifier : modifier_keys) events.push_back({modifier, kPress, modifiers});
    events.push_back({key, kPress, modifiers});
    events.push_back({key, kRelease, modifiers});
    for (int modifier : modifier_keys) events.push_back({modifier, kRelease, 0});
    return events;
}

}  // namespace ringscope
