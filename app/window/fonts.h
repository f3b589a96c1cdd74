// The window's letters: DejaVu from the distribution, in the sizes that the theme asks for.
#pragma once

#include <string>

#include "ui/window/fonts.h"

namespace ringscope {

struct LoadedFonts {
    Fonts fonts;
    std::string problem;  // why Dear ImGui's own font is used instead; "" when all is well
};

/// Builds the font atlas of the current ImGui context again, for `scale`. The renderer's texture must be made
/// again before the next frame.
LoadedFonts load_fonts(float scale);

}  // namespace ringscope
