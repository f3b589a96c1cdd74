#include "app/window/svg_text.h"

#include <charconv>
#include <cstdio>

#include "sessions/plain_text.h"

namespace ringscope {

std::string svg_number(float value) {
    char text[48];  // the largest float has 39 digits before the point
    const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, 2);
    std::string number(text, end.ptr);
    while (number.back() == '0') number.pop_back();
    if (number.back() == '.') number.pop_back();
    return number == "-0" ? "0" : number;
}

std::string svg_escaped(std::string_view text) {
    std::string escaped;
    for (const char c : visible_text(std::string(text))) {
        if (c == '&')
            escaped += "&amp;";
        else if (c == '<')
            escaped += "&lt;";
        else if (c == '>')
            escaped += "&gt;";
        else if (c == '"')
            escaped += "&quot;";
        else
            escaped += c;
    }
    return escaped;
}

std::string svg_fill(ImU32 colour) {
    const auto channel = [&](int shift) { return colour >> shift & 255; };
    char text[64];
    std::snprintf(text, sizeof text, " fill=\"#%02x%02x%02x\"", channel(IM_COL32_R_SHIFT),
                  channel(IM_COL32_G_SHIFT), channel(IM_COL32_B_SHIFT));
    const unsigned opacity = channel(IM_COL32_A_SHIFT);
    if (opacity == 255) return text;
    return text + (" fill-opacity=\"" + svg_number(static_cast<float>(opacity) / 255)) + "\"";
}

std::string svg_rectangle(ImVec2 min, ImVec2 max) {
    return " x=\"" + svg_number(min.x) + "\" y=\"" + svg_number(min.y) + "\" width=\"" +
           svg_number(max.x - min.x) + "\" height=\"" + svg_number(max.y - min.y) + "\"";
}

}  // namespace ringscope
