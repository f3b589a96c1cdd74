#include "app/window/fonts.h"

#include <imgui.h>

#include <cmath>
#include <filesystem>

namespace ringscope {

namespace {

// Points at scale 1.
constexpr float kTextSize = 15;
constexpr float kSmallSize = 12.5f;
constexpr float kTitleSize = 18;
constexpr float kMonoSize = 14;
constexpr float kHeadlineSize = 34;

constexpr const char* kFolders[] = {"/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/dejavu",
                                    "/usr/share/fonts/TTF", "/usr/share/fonts/dejavu-sans-fonts"};

/// What the window writes besides Latin: Greek, dashes and dots, super- and subscripts, arrows, mathematics,
/// bars and triangles, check marks.
constexpr ImWchar kRanges[] = {0x0020, 0x017F, 0x0370, 0x03FF, 0x2010, 0x205E, 0x2070, 0x209C, 0x2190,
                               0x21FF, 0x2200, 0x22FF, 0x2318, 0x2318, 0x23CE, 0x23FF, 0x2500, 0x25FF,
                               0x2600, 0x26FF, 0x2713, 0x2718, 0x27F2, 0x27FF, 0};

/// Of figures.
constexpr ImWchar kAscii[] = {0x0020, 0x007E, 0x00B5, 0x00B5, 0};

std::string find_file(const char* name) {
    for (const char* folder : kFolders) {
        const std::string path = std::string(folder) + "/" + name;
        std::error_code ignored;
        if (std::filesystem::is_regular_file(path, ignored)) return path;
    }
    return "";
}

ImFont* add(const std::string& path, float size, const ImWchar* ranges = kRanges) {
    if (path.empty()) return nullptr;
    ImFontConfig config;
    config.OversampleH = 2;
    config.PixelSnapH = true;
    return ImGui::GetIO().Fonts->AddFontFromFileTTF(path.c_str(), std::round(size), &config, ranges);
}

}  // namespace

LoadedFonts load_fonts(float scale) {
    ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
    atlas.Clear();
    const std::string sans = find_file("DejaVuSans.ttf");
    const std::string bold = find_file("DejaVuSans-Bold.ttf");
    const std::string mono = find_file("DejaVuSansMono.ttf");
    LoadedFonts loaded;
    loaded.fonts.text = add(sans, kTextSize * scale);
    loaded.fonts.small_text = add(sans, kSmallSize * scale);
    loaded.fonts.title = add(bold.empty() ? sans : bold, kTitleSize * scale);
    loaded.fonts.headline = add(bold.empty() ? sans : bold, kHeadlineSize * scale, kAscii);
    loaded.fonts.mono = add(mono.empty() ? sans : mono, kMonoSize * scale);
    if (!loaded.fonts.text) {
        ImFontConfig config;
        config.SizePixels = std::round(13 * scale);
        loaded.fonts = {};
        atlas.AddFontDefault(&config);
        loaded.problem = "DejaVu Sans was not found (package fonts-dejavu-core): some characters show as '?'";
    }
    atlas.Build();
    return loaded;
}

}  // namespace ringscope
