#include "ui/views/view_list.h"

#include <array>
#include <type_traits>

#include "ui/views/view_frame.h"

namespace ringscope {

namespace {

template <typename View>
void begin_frame_of(ViewStates& states) {
    if constexpr (requires(View view) { view.begin_frame(); }) std::get<View>(states).begin_frame();
}

template <typename View>
bool wants_frame_of(const ViewStates& states) {
    if constexpr (requires(const View view) { view.wants_frame(); })
        return std::get<View>(states).wants_frame();
    return false;
}

template <typename View>
void draw_one_of(ViewStates& states, ViewContext& context, ImVec2 size) {
    draw_view(std::get<View>(states), context, size);
}

template <typename... View>
constexpr std::array<ViewEntry, sizeof...(View)> entries_of(std::type_identity<std::tuple<View...>>) {
    return {{{&View::kInfo, begin_frame_of<View>, wants_frame_of<View>, draw_one_of<View>}...}};
}

constexpr auto kEntries = entries_of(std::type_identity<ViewStates>{});

}  // namespace

std::span<const ViewEntry> view_list() { return kEntries; }

const ViewInfo* find_view(std::string_view name) {
    for (const ViewEntry& view : kEntries)
        if (name == view.info->name) return view.info;
    return nullptr;
}

}  // namespace ringscope
