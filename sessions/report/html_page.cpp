#include "sessions/report/html_page.h"

#include <cstdio>

#include "sessions/report/html_text.h"
#include "sessions/report/palette.h"

namespace ringscope {

namespace {

std::string hex(unsigned colour) {
    char text[8];
    std::snprintf(text, sizeof text, "#%06X", colour);
    return text;
}

/// Classes that the pictures use: k0.. for span kinds, c0.. for runs.
std::string colour_rules(bool dark) {
    const auto on_ground = [&](unsigned colour) { return hex(!dark && colour == kYellow ? kOlive : colour); };
    std::string rules;
    for (int kind = 0; kind < kSpanKinds; ++kind)
        rules += ".k" + std::to_string(kind) +
                 "{fill:" + on_ground(span_colour(static_cast<SpanKind>(kind))) + "}";
    for (size_t i = 0; i < std::size(kCategories); ++i) {
        const std::string colour = on_ground(kCategories[i]);
        rules += ".c" + std::to_string(i) + "{fill:" + colour + "}.l" + std::to_string(i) +
                 "{stroke:" + colour + "}.swatch.c" + std::to_string(i) + "{background:" + colour + "}";
    }
    return rules;
}

std::string style() {
    return "<style>\n"
           ":root{color-scheme:light "
           "dark;--ground:#fff;--panel:#f3f4f6;--text:#16191d;--dim:#535a63;--line:#b9bfc7;"
           "--good:#00694c;--warn:#855700}\n"
           "@media(prefers-color-scheme:dark){:root{--ground:#14171b;--panel:#1d2126;--text:#e8eaed;--dim:#"
           "a6aeb8;"
           "--line:#414953;--good:#2bbf92;--warn:#e69f00}}\n"
           "body{font:15px/1.5 "
           "system-ui,sans-serif;background:var(--ground);color:var(--text);max-width:1100px;"
           "margin:0 auto;padding:24px}\n"
           "h1{font-size:1.5em;margin:.2em 0}h2{font-size:1.15em;margin:1.6em 0 .4em}\n"
           ".verdict{white-space:pre-line;font-size:1.1em;background:var(--panel);border-left:4px solid "
           "var(--good);padding:10px "
           "14px}\n"
           ".warning{color:var(--warn)}.dim{color:var(--dim)}.best{color:var(--good);font-weight:600}\n"
           ".wide{overflow-x:auto}table{border-collapse:collapse;width:100%}\n"
           "th,td{text-align:right;padding:3px 10px;border-bottom:1px solid var(--line);vertical-align:top;"
           "overflow-wrap:anywhere}\n"
           "th:first-child,td:first-child{text-align:left;white-space:nowrap}th{color:var(--dim);font-weight:"
           "600}\n"
           ".swatch{display:inline-block;width:.8em;height:.8em;margin-right:.4em;border-radius:2px}\n"
           "svg{width:100%;height:auto;display:block}svg "
           "text{fill:var(--text);paint-order:stroke;stroke:var(--ground);stroke-width:3px;font:11px "
           "system-ui,sans-serif}\n"
           "svg .dimtext{fill:var(--dim)}svg .grid{stroke:var(--line)}svg .line{fill:none;stroke-width:2}\n"
           "svg .more{fill:#E69F00}svg .less{fill:#0072B2}\n"
           "svg .folded{fill:var(--dim)}svg .instant{fill:var(--text)}\n" +
           colour_rules(false) + "\n@media(prefers-color-scheme:dark){" + colour_rules(true) +
           "}\n@media print{body{max-width:none}}\n</style>\n";
}

}  // namespace

std::string html_page(const std::string& title, const std::string& body) {
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
           html_escaped(title) + "</title>\n" + style() + "</head>\n<body>\n" + body + "</body>\n</html>\n";
}

}  // namespace ringscope
