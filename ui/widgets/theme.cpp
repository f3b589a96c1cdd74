#include "ui/widgets/theme.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "sessions/report/palette.h"

namespace ringscope {

namespace {

constexpr ImU32 rgb(unsigned hex) { return IM_COL32(hex >> 16 & 255, hex >> 8 & 255, hex & 255, 255); }

// For black ground: blue rises to a contrast of 5 against it, sky then has to stay apart from blue.
constexpr unsigned kLightBlue = 0x2E86D0, kLightSky = 0x9AD7FF;

ImVec4 vec(ImU32 colour) { return ImGui::ColorConvertU32ToFloat4(colour); }

ImU32 mix(ImU32 a, ImU32 b, float share_of_b) {
    const ImVec4 x = vec(a), y = vec(b);
    const auto blend = [&](float p, float q) { return p + (q - p) * share_of_b; };
    return ImGui::ColorConvertFloat4ToU32(
        {blend(x.x, y.x), blend(x.y, y.y), blend(x.z, y.z), blend(x.w, y.w)});
}

/// WCAG 2 relative luminance of an sRGB colour.
double luminance(ImU32 colour) {
    const ImVec4 c = vec(colour);
    const auto linear = [](double v) {
        return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(c.x) + 0.7152 * linear(c.y) + 0.0722 * linear(c.z);
}

void set_sizes(ImGuiStyle& style) {
    style.WindowPadding = {8, 6};
    style.FramePadding = {6, 3};
    style.ItemSpacing = {6, 4};
    style.ItemInnerSpacing = {4, 4};
    style.CellPadding = {3, 2};
    style.IndentSpacing = 14;
    style.ScrollbarSize = 12;
    style.GrabMinSize = 10;
    style.WindowRounding = 0;
    style.ChildRounding = 0;
    style.FrameRounding = 3;
    style.PopupRounding = 4;
    style.TabRounding = 3;
    style.WindowBorderSize = 0;
    style.ChildBorderSize = 1;
    style.PopupBorderSize = 1;
    style.FrameBorderSize =
        1;  // outlines fields on both grounds, so that a field is seen before it is touched
}

void set_colours(const Theme& theme, ImGuiStyle& style) {
    ImVec4* c = style.Colors;
    const ImU32 field = mix(theme.panel, theme.text, 0.07f);
    const ImU32 tint = mix(theme.panel, theme.accent, 0.25f);
    const ImU32 strong = mix(theme.panel, theme.accent, 0.45f);
    c[ImGuiCol_Text] = vec(theme.text);
    c[ImGuiCol_TextDisabled] = vec(theme.text_dim);
    c[ImGuiCol_WindowBg] = vec(theme.panel);
    c[ImGuiCol_ChildBg] = vec(theme.panel);
    c[ImGuiCol_PopupBg] = vec(mix(theme.panel, theme.text, 0.03f));
    c[ImGuiCol_MenuBarBg] = vec(mix(theme.panel, theme.text, 0.04f));
    c[ImGuiCol_TitleBg] = c[ImGuiCol_TitleBgActive] = c[ImGuiCol_TitleBgCollapsed] = vec(tint);
    c[ImGuiCol_Border] = vec(theme.border);
    c[ImGuiCol_FrameBg] = vec(field);
    c[ImGuiCol_FrameBgHovered] = vec(mix(theme.panel, theme.text, 0.13f));
    c[ImGuiCol_FrameBgActive] = vec(tint);
    c[ImGuiCol_Button] = vec(field);
    c[ImGuiCol_ButtonHovered] = vec(tint);
    c[ImGuiCol_ButtonActive] = vec(strong);
    c[ImGuiCol_Header] = vec(tint);
    c[ImGuiCol_HeaderHovered] = vec(tint);
    c[ImGuiCol_HeaderActive] = vec(strong);
    c[ImGuiCol_CheckMark] = vec(theme.accent);
    c[ImGuiCol_SliderGrab] = vec(theme.accent);
    c[ImGuiCol_SliderGrabActive] = vec(theme.accent);
    c[ImGuiCol_Separator] = vec(theme.border);
    c[ImGuiCol_TableBorderLight] = vec(theme.grid);
    c[ImGuiCol_TableBorderStrong] = vec(theme.border);
    c[ImGuiCol_TableHeaderBg] = vec(mix(theme.panel, theme.text, 0.06f));
    c[ImGuiCol_TextSelectedBg] = vec(strong);
    c[ImGuiCol_NavHighlight] = vec(theme.accent);
    c[ImGuiCol_ScrollbarBg] = vec(theme.panel);
    c[ImGuiCol_ScrollbarGrab] = vec(theme.border);
}

// Anchors of viridis (van der Walt and Smith, 2015), light first; the end that would sink into the ground is
// left out.
constexpr unsigned kRampOnDark[] = {0xFDE725, 0x90D743, 0x35B779, 0x21918C, 0x3B7DB0, 0x5F63B5};
constexpr unsigned kRampOnLight[] = {0xB8C000, 0x5DB850, 0x22A884, 0x21808C, 0x365C8D, 0x440154};

/// The shade of an Okabe-Ito colour that stands out from the theme's ground.
unsigned on_ground(const Theme& theme, unsigned hex) {
    if (hex == kYellow && !theme.dark) return kOlive;
    if (theme.name != ThemeName::contrast) return hex;
    if (hex == kBlue) return kLightBlue;
    return hex == kSky ? kLightSky : hex;
}

}  // namespace

std::optional<ThemeName> theme_named(const std::string& text) {
    for (size_t i = 0; i < std::size(kThemeNames); ++i)
        if (text == kThemeNames[i]) return static_cast<ThemeName>(i);
    return std::nullopt;
}

ImU32 Theme::span_colour(SpanKind kind) const { return rgb(on_ground(*this, ringscope::span_colour(kind))); }

Hatch Theme::span_hatch(SpanKind kind) const {
    switch (kind) {
        case SpanKind::send:
            return Hatch::left;
        case SpanKind::receive:
            return Hatch::right;
        case SpanKind::wait:
            return Hatch::outline;
        case SpanKind::collective:
            return Hatch::cross;
        case SpanKind::pack:
        case SpanKind::compute:
        case SpanKind::merge:
            return Hatch::none;
    }
    return Hatch::none;
}

char Theme::span_letter(SpanKind kind) const { return "PCMSRWG"[static_cast<int>(kind)]; }

ImU32 Theme::purpose_colour(Purpose purpose) const {
    switch (purpose) {
        case Purpose::query:
            return rgb(on_ground(*this, kSky));
        case Purpose::own_kv:
            return rgb(kGreen);
        case Purpose::travelling_kv:
            return rgb(kOrange);
        case Purpose::output:
            return rgb(kPurple);
        case Purpose::lse:
            return rgb(on_ground(*this, kYellow));
        case Purpose::workspace:
            return rgb(kGrey);
    }
    return text;
}

ImU32 Theme::category_colour(int index) const {
    constexpr int count = static_cast<int>(std::size(kCategories));
    const int i = std::max(index, 0);
    const ImU32 base = rgb(on_ground(*this, kCategories[i % count]));
    // The second round is paler, the third again as the first: a label tells them apart.
    return i / count % 2 == 0 ? base : mix(base, text, 0.35f);
}

ImU32 Theme::ramp_colour(double t01) const {
    const auto& anchors = dark ? kRampOnDark : kRampOnLight;
    constexpr int last = static_cast<int>(std::size(kRampOnDark)) - 1;
    const double t = std::clamp(std::isfinite(t01) ? t01 : 0.0, 0.0, 1.0) * last;
    const int i = std::min(static_cast<int>(t), last - 1);
    return mix(rgb(anchors[i]), rgb(anchors[i + 1]), static_cast<float>(t - i));
}

ImU32 Theme::text_on(ImU32 fill) const {
    // Equal contrast with black and with white lies at luminance sqrt(1.05 * 0.05) - 0.05.
    return luminance(fill) > 0.179 ? IM_COL32(0, 0, 0, 255) : IM_COL32(255, 255, 255, 255);
}

Theme make_theme(ThemeName name, float scale) {
    struct Grounds {
        unsigned background, panel, border, grid, grid_strong, text, text_dim, accent, hover, good, warning,
            error;
    };
    static constexpr Grounds kGrounds[] = {{0x14171B, 0x1D2126, 0x414953, 0x2A3037, 0x555E69, 0xE8EAED,
                                            0xA6AEB8, kSky, kYellow, 0x2BBF92, kOrange, 0xFF8263},
                                           {0xFFFFFF, 0xF3F4F6, 0xB9BFC7, 0xE2E5E9, 0xA8AFB8, 0x16191D,
                                            0x535A63, kBlue, kVermillion, 0x00694C, 0x855700, 0xB3261E},
                                           {0x000000, 0x000000, 0xC8C8C8, 0x3C3C3C, 0x8C8C8C, 0xFFFFFF,
                                            0xE0E0E0, 0x6FCBFF, kYellow, 0x4DFFC3, 0xFFC14D, 0xFF9E85}};
    const Grounds& g = kGrounds[static_cast<int>(name)];
    Theme t;
    t.name = name;
    t.dark = name != ThemeName::light;
    t.scale = scale;
    t.background = rgb(g.background);
    t.panel = rgb(g.panel);
    t.border = rgb(g.border);
    t.grid = rgb(g.grid);
    t.grid_strong = rgb(g.grid_strong);
    t.text = rgb(g.text);
    t.text_dim = rgb(g.text_dim);
    t.accent = rgb(g.accent);
    t.hover = rgb(g.hover);
    t.good = rgb(g.good);
    t.warning = rgb(g.warning);
    t.error = rgb(g.error);
    return t;
}

void apply_theme(const Theme& theme) {
    ImGuiStyle style;  // pristine: scaling a scaled style would drift
    if (theme.dark)
        ImGui::StyleColorsDark(&style);
    else
        ImGui::StyleColorsLight(&style);
    set_sizes(style);
    set_colours(theme, style);
    style.ScaleAllSizes(theme.scale);
    ImGui::GetStyle() = style;
}

}  // namespace ringscope
