#include "app/window/imgui_context.h"

#include <imgui.h>

#include "ui/window/imgui_keys.h"

namespace ringscope {

ImGuiContextOwner::ImGuiContextOwner() {
    IMGUI_CHECKVERSION();
    ImGui::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;  // the window remembers its state itself
    io.LogFilename = nullptr;
    map_keys();
    io.ConfigFlags |= ImGuiConfigFlags_NavEnableKeyboard;
}

ImGuiContextOwner::~ImGuiContextOwner() { ImGui::DestroyContext(); }

}  // namespace ringscope
