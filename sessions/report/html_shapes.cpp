#include "sessions/report/html_shapes.h"

#include <algorithm>

#include "sessions/report/html_text.h"
#include "sessions/report/palette.h"

namespace ringscope {

std::string svg_picture(double height, const std::string& label, const std::string& content) {
    return "<svg viewBox=\"0 0 " + svg_number(kPictureWidth) + " " + svg_number(height) +
           "\" role=\"img\" aria-label=\"" + html_escaped(label) + "\">\n" + content + "</svg>\n";
}

std::string svg_rect(double x, double y, double width, double height, const std::string& kind,
                     const std::string& title) {
    std::string text = "<rect class=\"" + kind + "\" x=\"" + svg_number(x) + "\" y=\"" + svg_number(y) +
                       "\" width=\"" + svg_number(std::max(width, 0.0)) + "\" height=\"" +
                       svg_number(std::max(height, 0.0)) + "\"";
    return text + (title.empty() ? "/>\n" : "><title>" + html_escaped(title) + "</title></rect>\n");
}

std::string svg_label(double x, double y, const std::string& text, const char* kind) {
    return "<text x=\"" + svg_number(x) + "\" y=\"" + svg_number(y) + "\" class=\"" + kind + "\">" +
           html_escaped(text) + "</text>\n";
}

std::string svg_vertical(double x, double top, double bottom) {
    return "<line class=\"grid\" x1=\"" + svg_number(x) + "\" x2=\"" + svg_number(x) + "\" y1=\"" +
           svg_number(top) + "\" y2=\"" + svg_number(bottom) + "\"/>\n";
}

std::string svg_category(const char* prefix, size_t index) {
    return prefix + std::to_string(index % std::size(kCategories));
}

}  // namespace ringscope
