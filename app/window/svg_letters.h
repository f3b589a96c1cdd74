// Letters of a frame, found again by their place in the font atlas's texture, and joined to lines of text.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include <imgui.h>

namespace ringscope {

struct SvgLetter {
    const ImFont* font = nullptr;
    unsigned code = 0;  // Unicode
    float size = 0;     // of the font, pixels
    float pen = 0;      // where the letter's advance begins
    float advance = 0;
    float baseline = 0;
    bool cut = false;  // only a part of it was drawn
};

class SvgLetters {
  public:
    explicit SvgLetters(const ImFontAtlas& atlas);
    /// A quad's corners on the screen and in the texture. Unset: no letter is there.
    std::optional<SvgLetter> find(ImVec2 min, ImVec2 max, ImVec2 uv_min, ImVec2 uv_max) const;

  private:
    struct Place {
        const ImFont* font;
        const ImFontGlyph* glyph;
    };
    const Place* holding(ImVec2 uv_min, ImVec2 uv_max) const;

    std::map<std::pair<float, float>, Place> places_;  // by the corner with the least u and v
};

/// Letters of one font on one baseline.
class SvgTextRun {
  public:
    bool empty() const { return text_.empty(); }
    void clear() { text_.clear(); }
    /// The letter continues the run, after spaces at most: those are not drawn.
    bool joins(const SvgLetter& letter) const;
    void append(const SvgLetter& letter);
    /// A text element that is as wide as it was drawn, whatever font shows it.
    std::string element(const std::string& attributes) const;

  private:
    int spaces_before(const SvgLetter& letter) const;

    std::string text_;  // UTF-8
    SvgLetter first_;
    SvgLetter last_;
};

}  // namespace ringscope
