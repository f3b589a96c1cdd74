#include "app/window/gl_renderer.h"

#include <GL/gl.h>
#include <backends/imgui_impl_opengl3.h>
#include <imgui.h>

#include <algorithm>

#include "engine/base/error.h"

namespace ringscope {

GlRenderer::GlRenderer() {
    if (!ImGui_ImplOpenGL3_Init("#version 150"))
        throw Error(ErrorKind::run_failed, "OpenGL 3.2 is needed to draw; this driver does not provide it");
}

GlRenderer::~GlRenderer() { ImGui_ImplOpenGL3_Shutdown(); }

void GlRenderer::begin_frame() { ImGui_ImplOpenGL3_NewFrame(); }

void GlRenderer::draw(ImDrawData* data, int width, int height) {
    const ImVec4 background = ImGui::GetStyle().Colors[ImGuiCol_WindowBg];
    glViewport(0, 0, width, height);
    glClearColor(background.x, background.y, background.z, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    ImGui_ImplOpenGL3_RenderDrawData(data);
}

Picture GlRenderer::read_picture(int width, int height) {
    Picture picture{width, height, std::vector<uint8_t>(static_cast<size_t>(width) * height * 3)};
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE, picture.rgb.data());
    // OpenGL counts rows from below.
    const size_t row = static_cast<size_t>(width) * 3;
    for (int y = 0; y < height / 2; ++y)
        std::swap_ranges(picture.rgb.begin() + y * row, picture.rgb.begin() + (y + 1) * row,
                         picture.rgb.begin() + (height - 1 - y) * row);
    return picture;
}

void GlRenderer::remake_font_texture() {
    ImGui_ImplOpenGL3_DestroyFontsTexture();
    ImGui_ImplOpenGL3_CreateFontsTexture();
}

}  // namespace ringscope
