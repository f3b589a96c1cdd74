#include "sessions/plain_text.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>

#include <nlohmann/json.hpp>

namespace ringscope {

namespace {

/// One byte that is shown as it is, or begins a new line or column.
bool is_plain(char c) { return (c >= ' ' && c <= '~') || c == '\n' || c == '\t'; }

struct CodePoint {
    char32_t value = 0;
    size_t bytes = 1;
};

/// Of valid UTF-8.
CodePoint code_point(const std::string& text, size_t at) {
    const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const size_t bytes = byte(0) < 0x80 ? 1 : byte(0) < 0xE0 ? 2 : byte(0) < 0xF0 ? 3 : 4;
    char32_t value = bytes == 1 ? byte(0) : byte(0) & (0x7F >> bytes);
    for (size_t i = 1; i < bytes; ++i) value = value << 6 | (byte(i) & 0x3F);
    return {value, bytes};
}

/// What a terminal or a reader obeys instead of showing it: controls, and marks that turn the direction of text
/// around. And two code points that no XML may hold.
bool is_unseen(char32_t c) {
    const bool control = c < 0x20 || (c >= 0x7F && c < 0xA0);
    const bool turns = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    return control || turns || c == 0xFFFE || c == 0xFFFF;
}

std::string escaped(char32_t c) {
    char text[8];
    std::snprintf(text, sizeof text, "\\u%04x", static_cast<unsigned>(c));
    return text;
}

}  // namespace

// JSON's writer knows UTF-8: its result is valid whatever came in.
std::string valid_utf8(const std::string& text) {
    using Json = nlohmann::json;
    return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace)).get<std::string>();
}

std::string stored_text(const std::string& given) {
    const auto is_ascii = [](char c) {
        return static_cast<signed char>(c) > 0;
    };  // no byte of a longer character, and no NUL
    if (std::all_of(given.begin(), given.end(), is_ascii)) return given;
    constexpr const char* kReplacement = "\xEF\xBF\xBD";  // U+FFFD
    std::string text;
    for (const char c : valid_utf8(given)) {
        if (c == '\0')
            text += kReplacement;
        else
            text += c;
    }
    return text;
}

std::string visible_text(const std::string& given) {
    if (std::all_of(given.begin(), given.end(), is_plain)) return given;
    const std::string text = valid_utf8(given);
    std::string visible;
    for (size_t i = 0; i < text.size(); ++i) {
        if (is_plain(text[i])) {
            visible += text[i];
            continue;
        }
        const CodePoint at = code_point(text, i);
        if (is_unseen(at.value))
            visible += escaped(at.value);
        else
            visible.append(text, i, at.bytes);
        i += at.bytes - 1;
    }
    return visible;
}

std::string one_line(const std::string& given) {
    std::string line = visible_text(given);
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
    return line;
}

std::string lower_case(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::string cut_text(const std::string& text, size_t most_bytes) {
    if (text.size() <= most_bytes) return text;
    size_t end = most_bytes;
    while (end > 0 && (text[end] & 0xC0) == 0x80) --end;  // no character is cut in two
    return text.substr(0, end) + "...";
}

/// FNV-1a.
std::string text_hash(const std::string& text) {
    uint64_t hash = 14695981039346656037u;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    for (int shift = 60; shift >= 0; shift -= 4) hex += digits[hash >> shift & 15];
    return hex;
}

}  // namespace ringscope
