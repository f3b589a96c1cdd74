// Every widget, bar and cell that a person can use, under a name, for one frame. Scripts, tests and lessons
// find items here: the program is driven by the same names it draws.
//
// Names are paths in lower case: "experiment/ring.ranks", "timeline/rank 0/compute step 2", "menu/run/start".
#pragma once

#include <map>
#include <string>
#include <string_view>

#include <imgui.h>

namespace ringscope {

struct Item {
    ImVec2 min;
    ImVec2 max;
    std::string text;  // what a person reads there
    bool enabled = true;
    bool focused = false;  // the keyboard's focus is here
    ImVec2 centre() const { return {(min.x + max.x) / 2, (min.y + max.y) / 2}; }
};

class ItemRegistry {
  public:
    void begin_frame() { items_.clear(); }
    void add(std::string_view name, ImVec2 min, ImVec2 max, std::string_view text, bool enabled = true) {
        items_.insert_or_assign(std::string(name), Item{min, max, std::string(text), enabled, false});
    }
    /// The rectangle of the last ImGui item.
    void add_last(std::string_view name, std::string_view text, bool enabled = true) {
        add(name, ImGui::GetItemRectMin(), ImGui::GetItemRectMax(), text, enabled);
        items_.find(name)->second.focused = ImGui::IsItemFocused();
    }
    const Item* find(std::string_view name) const {
        auto it = items_.find(name);
        return it == items_.end() ? nullptr : &it->second;
    }
    const std::map<std::string, Item, std::less<>>& all() const { return items_; }

  private:
    std::map<std::string, Item, std::less<>> items_;
};

}  // namespace ringscope
