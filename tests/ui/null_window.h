// The window without a window: a null Dear ImGui context that is fed with mouse and keys, and read by item
// name.
#pragma once

#include <cmath>
#include <filesystem>
#include <string>

#include "ui/widgets/imgui_compat.h"
#include "ui/window/ui.h"

namespace ringscope::testing {

class NullWindow {
  public:
    explicit NullWindow(ImVec2 size = {1280, 720}, float scale = 1) {
        ImGui::CreateContext();
        ImGuiIO& io = ImGui::GetIO();
        io.IniFilename = nullptr;
        io.DisplaySize = size;
        io.DeltaTime = 1.0f / 60;
        io.BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
        const char* file = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf";
        if (std::filesystem::exists(file)) io.Fonts->AddFontFromFileTTF(file, 13 * scale);
        unsigned char* pixels = nullptr;
        int width = 0, height = 0;
        io.Fonts->GetTexDataAsAlpha8(&pixels, &width, &height);
        ui = std::make_unique<Ui>();
        ui->set_scale(scale);
        ui->set_auto_run(false);
    }
    ~NullWindow() {
        ui.reset();
        ImGui::DestroyContext();
    }
    NullWindow(const NullWindow&) = delete;
    NullWindow& operator=(const NullWindow&) = delete;

    void frame() {
        in.seconds += 0.05;
        ImGui::NewFrame();
        for (Command& command : ui->draw(in)) commands.push_back(std::move(command));
        ImGui::Render();
        in.keys.clear();
        in.load.reset();
        in.notices.clear();
    }
    void frames(int count) {
        for (int i = 0; i < count; ++i) frame();
    }
    const Item* item(const std::string& name) const { return ui->items().find(name); }
    std::string text(const std::string& name) const {
        return item(name) ? item(name)->text : "(no item " + name + ")";
    }

    void move_to(ImVec2 position) {
        feed_mouse_position(position);
        frame();
    }
    void press_here() {
        feed_mouse_button(0, true);
        frames(2);
        feed_mouse_button(0, false);
        frames(2);
    }
    /// False when there is no such item.
    bool click(const std::string& name) {
        const Item* target = item(name);
        if (!target) return false;
        move_to(target->centre());
        press_here();
        return true;
    }
    void key(int code) {
        in.keys.push_back(code);
        frames(2);
    }
    void type(const char* text) {
        ImGui::GetIO().AddInputCharactersUTF8(text);
        frames(2);
    }
    template <typename T>
    int count() const {
        int found = 0;
        for (const Command& command : commands) found += std::holds_alternative<T>(command) ? 1 : 0;
        return found;
    }
    template <typename T>
    const T* last() const {
        for (size_t i = commands.size(); i-- > 0;)
            if (const T* command = std::get_if<T>(&commands[i])) return command;
        return nullptr;
    }

    /// "" when every vertex of the last frame is finite and every clip rectangle lies on the display.
    std::string drawing_fault() const {
        const ImDrawData* data = ImGui::GetDrawData();
        const ImVec2 size = ImGui::GetIO().DisplaySize;
        for (int i = 0; i < data->CmdListsCount; ++i) {
            const ImDrawList& list = *data->CmdLists[i];
            for (const ImDrawVert& vertex : list.VtxBuffer)
                if (!std::isfinite(vertex.pos.x) || !std::isfinite(vertex.pos.y))
                    return "a vertex is not finite";
            for (const ImDrawCmd& command : list.CmdBuffer) {
                const ImVec4 clip = command.ClipRect;
                if (clip.x < -1 || clip.y < -1 || clip.z > size.x + 1 || clip.w > size.y + 1)
                    return "a clip rectangle leaves the display";
            }
        }
        return "";
    }

    Inputs in;
    std::unique_ptr<Ui> ui;
    Commands commands;  // of all frames
};

}  // namespace ringscope::testing
