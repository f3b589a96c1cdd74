#include "sessions/report/html_text.h"

#include <cmath>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "sessions/strict_json.h"

namespace ringscope {

std::string html_escaped(const std::string& text) {
    std::string escaped;
    for (const char c : visible_text(text)) {
        switch (c) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '"':
                escaped += "&quot;";
                break;
            case '\'':
                escaped += "&#39;";
                break;
            default:
                escaped += c;
        }
    }
    return escaped;
}

std::string html_data(double value, Unit unit) {
    char exact[40];
    std::snprintf(exact, sizeof exact, "%.17g", value);
    return std::string("<data value=\"") + exact + "\">" + html_escaped(figure_text(value, unit)) + "</data>";
}

std::string svg_number(double value) {
    const auto hundredths = std::llround(value * 100);
    std::string text = std::to_string(std::abs(hundredths) / 100);
    if (const auto rest = std::abs(hundredths) % 100; rest != 0) {
        text += rest < 10 ? ".0" : ".";
        text += std::to_string(rest % 10 == 0 ? rest / 10 : rest);
    }
    return (hundredths < 0 ? "-" : "") + text;
}

}  // namespace ringscope
