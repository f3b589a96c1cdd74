#include "ui/window/window_layout.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <utility>

#include "engine/base/error.h"
#include "ui/tabs/tab_list.h"
#include "ui/views/view_list.h"

namespace ringscope {

namespace {

struct Number {
    std::string key;
    float* value;
};

/// What a drag changes, in the order in which it is remembered.
std::vector<Number> numbers_of(WindowLayout& layout) {
    std::vector<Number> numbers{{"left_points", &layout.left_points},
                                {"prediction_share", &layout.prediction_share},
                                {"top_share", &layout.top_share}};
    for (size_t i = 0; i < layout.view_shares.size(); ++i)
        if (view_list()[i].info->share > 0)
            numbers.push_back({view_list()[i].info->name + std::string("_share"), &layout.view_shares[i]});
    return numbers;
}

}  // namespace

WindowLayout::WindowLayout() : tab(&kWorkbench) {
    for (const ViewEntry& view : view_list()) view_shares.push_back(view.info->share);
}

float& WindowLayout::share_of(const ViewInfo& view) {
    for (size_t i = 0; i < view_shares.size(); ++i)
        if (view_list()[i].info == &view) return view_shares[i];
    RINGSCOPE_CHECK(!"the view is in the list");
    return view_shares[0];
}

void WindowLayout::show_alone(const ViewInfo* view) {
    tab = &kWorkbench;
    maximised = view;
}

void WindowLayout::clamp() {
    left_points = std::clamp(left_points, 240.0f, 700.0f);
    prediction_share = std::clamp(prediction_share, 0.1f, 0.9f);
    top_share = std::clamp(top_share, 0.15f, 0.85f);
    for (size_t i = 0; i < view_shares.size(); ++i)
        if (view_list()[i].info->share > 0) view_shares[i] = std::clamp(view_shares[i], 0.15f, 0.85f);
}

WindowLayout tune_layout() { return {}; }

WindowLayout teach_layout() {
    WindowLayout layout;
    layout.left_points = 300;
    layout.share_of(PatternView::kInfo) = 0.54f;
    layout.top_share = 0.7f;
    layout.share_of(MemoryView::kInfo) = 0.35f;
    return layout;
}

WindowLayout compare_layout() {
    WindowLayout layout;
    layout.top_share = 0.35f;
    layout.tab = &CompareTab::kInfo;
    return layout;
}

std::string layout_text(const WindowLayout& layout) {
    WindowLayout copy = layout;
    std::string text;
    for (const Number& number : numbers_of(copy)) {
        char value[32];
        std::snprintf(value, sizeof value, "=%.4g\n", static_cast<double>(*number.value));
        text += number.key + value;
    }
    text += std::string("maximised=") + (layout.maximised ? layout.maximised->name : "none") + "\n";
    text += std::string("tab=") + layout.tab->name + "\n";
    return text;
}

bool read_layout(WindowLayout& layout, const std::string& key, const std::string& value) {
    for (const Number& number : numbers_of(layout)) {
        if (key != number.key) continue;
        float read = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), read);
        if (error == std::errc{} && end == value.data() + value.size() && std::isfinite(read)) {
            *number.value = read;
            layout.clamp();
        }
        return true;
    }
    if (key == "maximised") {
        layout.maximised = find_view(value);
        return true;
    }
    if (key == "tab") {
        if (const TabInfo* tab = find_tab(value)) layout.tab = tab;
        return true;
    }
    return false;
}

}  // namespace ringscope
