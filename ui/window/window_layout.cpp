#include "ui/window/window_layout.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <utility>

namespace ringscope {

namespace {

struct Number {
    const char* key;
    float WindowLayout::*value;
};
constexpr Number kNumbers[] = {{"left_points", &WindowLayout::left_points},
                               {"prediction_share", &WindowLayout::prediction_share},
                               {"pattern_share", &WindowLayout::pattern_share},
                               {"top_share", &WindowLayout::top_share},
                               {"memory_share", &WindowLayout::memory_share}};

template <size_t count>
int index_of(const std::string& name, const char* const (&names)[count]) {
    for (size_t i = 0; i < count; ++i)
        if (name == names[i]) return static_cast<int>(i);
    return -1;
}

}  // namespace

void WindowLayout::clamp() {
    left_points = std::clamp(left_points, 240.0f, 700.0f);
    prediction_share = std::clamp(prediction_share, 0.1f, 0.9f);
    pattern_share = std::clamp(pattern_share, 0.15f, 0.85f);
    top_share = std::clamp(top_share, 0.15f, 0.85f);
    memory_share = std::clamp(memory_share, 0.15f, 0.85f);
}

WindowLayout tune_layout() { return {}; }

WindowLayout teach_layout() {
    WindowLayout layout;
    layout.left_points = 300;
    layout.pattern_share = 0.54f;
    layout.top_share = 0.7f;
    layout.memory_share = 0.35f;
    return layout;
}

WindowLayout compare_layout() {
    WindowLayout layout;
    layout.top_share = 0.35f;
    layout.tab = Tab::compare;
    return layout;
}

std::string layout_text(const WindowLayout& layout) {
    std::string text;
    for (const Number& number : kNumbers) {
        char line[64];
        std::snprintf(line, sizeof line, "%s=%.4g\n", number.key, static_cast<double>(layout.*number.value));
        text += line;
    }
    text += std::string("maximised=") + (layout.maximised < 0 ? "none" : kViewNames[layout.maximised]) + "\n";
    text += std::string("tab=") + kTabNames[static_cast<int>(layout.tab)] + "\n";
    return text;
}

bool read_layout(WindowLayout& layout, const std::string& key, const std::string& value) {
    for (const Number& number : kNumbers) {
        if (key != number.key) continue;
        float read = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), read);
        if (error == std::errc{} && end == value.data() + value.size() && std::isfinite(read)) {
            layout.*number.value = read;
            layout.clamp();
        }
        return true;
    }
    if (key == "maximised") {
        layout.maximised = index_of(value, kViewNames);
        return true;
    }
    if (key == "tab") {
        const int tab = index_of(value, kTabNames);
        if (tab >= 0) layout.tab = static_cast<Tab>(tab);
        return true;
    }
    return false;
}

}  // namespace ringscope
