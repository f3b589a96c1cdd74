// Words with a number after them in the names of slices and processes. For the .cpp files of this folder only.
#pragma once

#include <cctype>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringscope {

/// Digits after an optional sign: the number; none when there are none, or letters follow.
inline std::optional<int64_t> number_at(std::string_view text) {
    while (!text.empty() && std::string_view(" #_:-").find(text.front()) != std::string_view::npos)
        text.remove_prefix(1);
    int64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc() || number < 0) return std::nullopt;
    if (end != text.data() + text.size() && std::isalnum(static_cast<unsigned char>(*end)) != 0)
        return std::nullopt;
    return number;
}

}  // namespace ringscope
