#include "sessions/standard_stream.h"

#include <charconv>
#include <string_view>

namespace ringscope {

namespace {

std::optional<int> whole_number(std::string_view text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || number < 0) return {};
    return number;
}

}  // namespace

std::optional<int> descriptor_of_path(const std::string& path, StreamUse use) {
    if (path == "-") return use == StreamUse::read ? 0 : 1;
    if (path == "/dev/stdin") return 0;
    if (path == "/dev/stdout") return 1;
    if (path == "/dev/stderr") return 2;
    for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"})
        if (path.starts_with(folder)) return whole_number(std::string_view(path).substr(folder.size()));
    return {};
}

std::string shown_path(const std::string& path, StreamUse use) {
    if (path != "-") return path;
    return use == StreamUse::read ? "standard input" : "standard output";
}

}  // namespace ringscope
