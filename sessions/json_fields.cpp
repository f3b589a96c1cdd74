#include "sessions/json_fields.h"

#include <algorithm>

#include "sessions/nearest.h"

namespace ringscope {

std::string unknown_key(const std::string& key, const std::vector<std::string>& known) {
    const std::string nearest = key.size() > kLongestKey ? "" : nearest_name(key, known);
    if (!nearest.empty()) return "unknown key; did you mean " + nearest + "?";
    std::string all;
    for (const std::string& name : known) all += (all.empty() ? "" : ", ") + name;
    return "unknown key; known are " + all;
}

std::string joined_path(const std::string& path, const std::string& key) {
    const std::string name = shown(cut_text(key, kLongestKey));
    return path.empty() ? name : path + "." + name;
}

void check_keys(const Json& object, const std::string& path, const std::vector<std::string>& known,
                FieldProblems& problems) {
    for (const auto& member : object.items()) {
        const std::string& key = member.key();
        if (std::find(known.begin(), known.end(), key) == known.end())
            problems.add_words([&] { return joined_path(path, key) + ": " + unknown_key(key, known); });
    }
}

}  // namespace ringscope
