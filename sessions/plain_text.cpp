#include "sessions/plain_text.h"

#include <algorithm>
#include <cstdint>

#include <nlohmann/json.hpp>

namespace ringscope {

// JSON's writer knows UTF-8: its result is valid whatever came in.
std::string valid_utf8(const std::string& text) {
    using Json = nlohmann::json;
    return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace)).get<std::string>();
}

std::string one_line(const std::string& given) {
    const auto plain = [](char c) { return c >= ' ' && c <= '~'; };
    if (std::all_of(given.begin(), given.end(), plain)) return given;
    const std::string text = valid_utf8(given);
    std::string line;
    for (size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
        const bool in_two_bytes = byte == 0xC2 && next >= 0x80 && next < 0xA0;
        line += byte < 0x20 || byte == 0x7F || in_two_bytes ? ' ' : text[i];
        i += in_two_bytes;
    }
    return line;
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
