// Dear ImGui's context, set up as this program uses it.
#pragma once

namespace ringscope {

class ImGuiContextOwner {
  public:
    ImGuiContextOwner();
    ~ImGuiContextOwner();
    ImGuiContextOwner(const ImGuiContextOwner&) = delete;
    ImGuiContextOwner& operator=(const ImGuiContextOwner&) = delete;
};

}  // namespace ringscope
