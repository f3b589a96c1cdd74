#include "ui/tabs/tab_list.h"

#include <array>
#include <type_traits>

namespace ringscope {

namespace {

template <typename Tab>
void draw_one_of(TabStates& states, TabContext& context) {
    std::get<Tab>(states).draw(context);
}

template <typename... Tab>
constexpr std::array<TabEntry, 1 + sizeof...(Tab)> entries_of(std::type_identity<std::tuple<Tab...>>) {
    return {{{&kWorkbench, nullptr}, {&Tab::kInfo, draw_one_of<Tab>}...}};
}

constexpr auto kEntries = entries_of(std::type_identity<TabStates>{});

}  // namespace

std::span<const TabEntry> tab_list() { return kEntries; }

const TabInfo* find_tab(std::string_view name) {
    for (const TabEntry& tab : kEntries)
        if (name == tab.info->name) return tab.info;
    return nullptr;
}

}  // namespace ringscope
