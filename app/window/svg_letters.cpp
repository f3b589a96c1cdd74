#include "app/window/svg_letters.h"

#include <cmath>

#include "app/window/svg_text.h"

namespace ringscope {

namespace {

// ImGui counts a font's size from its highest to its deepest letter, SVG in ems: DejaVu's are 2048 units,
// from 1901 above the baseline to 483 below.
constexpr float kEmsOfHeight = 2048.0f / (1901 + 483);
constexpr int kMostSpaces = 3;  // wider gaps part two texts

void append_utf8(std::string& text, unsigned code) {
    if (code < 0x80) {
        text += static_cast<char>(code);
        return;
    }
    if (code >= 0x10000) text += static_cast<char>(0xF0 | code >> 18);
    if (code >= 0x10000) text += static_cast<char>(0x80 | (code >> 12 & 63));
    if (code >= 0x800 && code < 0x10000) text += static_cast<char>(0xE0 | code >> 12);
    if (code < 0x800) text += static_cast<char>(0xC0 | code >> 6);
    if (code >= 0x800) text += static_cast<char>(0x80 | (code >> 6 & 63));
    text += static_cast<char>(0x80 | (code & 63));
}

/// The atlas knows a font by its file: "DejaVuSans-Bold.ttf, 18px".
std::string font_attributes(const ImFont& font) {
    const std::string name = font.ConfigData ? font.ConfigData->Name : "";
    if (name.find("Mono") != std::string::npos) return " font-family=\"DejaVu Sans Mono, monospace\"";
    std::string text = " font-family=\"DejaVu Sans, Verdana, sans-serif\"";
    if (name.find("Bold") != std::string::npos) text += " font-weight=\"bold\"";
    return text;
}

}  // namespace

SvgLetters::SvgLetters(const ImFontAtlas& atlas) {
    for (const ImFont* font : atlas.Fonts)
        for (const ImFontGlyph& glyph : font->Glyphs)
            if (glyph.Visible) places_.insert_or_assign({glyph.U0, glyph.V0}, Place{font, &glyph});
}

/// A letter that was cut while drawing has a part of its place in the texture.
const SvgLetters::Place* SvgLetters::holding(ImVec2 uv_min, ImVec2 uv_max) const {
    const auto exact = places_.find({uv_min.x, uv_min.y});
    if (exact != places_.end()) return &exact->second;
    const float u = (uv_min.x + uv_max.x) / 2, v = (uv_min.y + uv_max.y) / 2;
    for (const auto& [corner, place] : places_)
        if (u >= place.glyph->U0 && u <= place.glyph->U1 && v >= place.glyph->V0 && v <= place.glyph->V1)
            return &place;
    return nullptr;
}

std::optional<SvgLetter> SvgLetters::find(ImVec2 min, ImVec2 max, ImVec2 uv_min, ImVec2 uv_max) const {
    const Place* place = holding(uv_min, uv_max);
    if (!place || !(uv_max.x > uv_min.x) || !(uv_max.y > uv_min.y)) return std::nullopt;
    const ImFontGlyph& glyph = *place->glyph;
    const float share_x = (uv_max.x - uv_min.x) / (glyph.U1 - glyph.U0);
    const float share_y = (uv_max.y - uv_min.y) / (glyph.V1 - glyph.V0);
    const float width = (max.x - min.x) / share_x, height = (max.y - min.y) / share_y;
    const float scale = width / (glyph.X1 - glyph.X0);
    const float left = min.x - (uv_min.x - glyph.U0) / (glyph.U1 - glyph.U0) * width;
    const float top = min.y - (uv_min.y - glyph.V0) / (glyph.V1 - glyph.V0) * height;
    SvgLetter letter;
    letter.font = place->font;
    letter.code = glyph.Codepoint;
    letter.size = place->font->FontSize * scale;
    letter.pen = left - glyph.X0 * scale;
    letter.advance = glyph.AdvanceX * scale;
    letter.baseline = top + (place->font->Ascent - glyph.Y0) * scale;
    letter.cut = share_x < 0.99f || share_y < 0.99f;
    return letter;
}

int SvgTextRun::spaces_before(const SvgLetter& letter) const {
    const float space = letter.font->GetCharAdvance(' ') * letter.size / letter.font->FontSize;
    return static_cast<int>(std::lround((letter.pen - last_.pen - last_.advance) / std::max(space, 1.0f)));
}

bool SvgTextRun::joins(const SvgLetter& letter) const {
    const bool same_line = letter.font == last_.font && std::fabs(letter.size - last_.size) < 0.1f &&
                           std::fabs(letter.baseline - last_.baseline) < 0.6f;
    if (text_.empty() || !same_line) return false;
    const int spaces = spaces_before(letter);
    return spaces >= 0 && spaces <= kMostSpaces;
}

void SvgTextRun::append(const SvgLetter& letter) {
    if (text_.empty())
        first_ = letter;
    else
        text_.append(static_cast<size_t>(spaces_before(letter)), ' ');
    append_utf8(text_, letter.code);
    last_ = letter;
}

std::string SvgTextRun::element(const std::string& attributes) const {
    return "<text" + attributes + font_attributes(*first_.font) + " font-size=\"" +
           svg_number(first_.size * kEmsOfHeight) + "\" x=\"" + svg_number(first_.pen) + "\" y=\"" +
           svg_number(first_.baseline) + "\" textLength=\"" +
           svg_number(last_.pen + last_.advance - first_.pen) +
           "\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\">" + svg_escaped(text_) + "</text>";
}

}  // namespace ringscope
