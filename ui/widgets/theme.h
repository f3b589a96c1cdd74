// The one home of colours, spacing and fonts. Colours are Okabe-Ito (safe for colour-blind eyes) and never
// the only sign: kinds also have a letter and a hatch.
#pragma once

#include <optional>
#include <string>

#include <imgui.h>

#include "engine/run/trace.h"

namespace ringscope {

/// How a bar of one kind looks besides its colour.
enum class Hatch { none, left, right, cross, outline };

enum class ThemeName { dark, light, contrast };
inline constexpr const char* kThemeNames[] = {"dark", "light", "contrast"};
/// Unset when no theme has that name.
std::optional<ThemeName> theme_named(const std::string& text);

struct Theme {
    ThemeName name = ThemeName::dark;
    bool dark = true;             // of the ground
    float scale = 1;              // pixels per point
    ImFont* text_font = nullptr;  // null: ImGui's current one
    ImFont* small_font = nullptr;
    ImFont* title_font = nullptr;
    ImFont* headline_font = nullptr;  // figures alone
    ImFont* mono_font = nullptr;

    ImU32 background = 0;  // behind plots
    ImU32 panel = 0;       // behind widgets
    ImU32 border = 0;
    ImU32 grid = 0;  // faint lines
    ImU32 grid_strong = 0;
    ImU32 text = 0;
    ImU32 text_dim = 0;
    ImU32 accent = 0;  // selection
    ImU32 hover = 0;
    ImU32 good = 0;
    ImU32 warning = 0;
    ImU32 error = 0;

    float px(float points) const { return points * scale; }
    ImU32 span_colour(SpanKind kind) const;
    Hatch span_hatch(SpanKind kind) const;
    char span_letter(SpanKind kind) const;
    ImU32 purpose_colour(Purpose purpose) const;
    /// Distinct colours for ranks, steps and groups; repeats after a while, so a label goes with it.
    ImU32 category_colour(int index) const;
    /// Steps of a ring from first to last: a light-to-dark ramp (viridis-like), legible on the background.
    ImU32 ramp_colour(double t01) const;
    ImU32 text_on(ImU32 fill) const;  // black or white, whichever reads better
};

Theme make_theme(ThemeName name, float scale);
/// Writes the theme into ImGui's style, from a pristine style each time.
void apply_theme(const Theme& theme);

}  // namespace ringscope
