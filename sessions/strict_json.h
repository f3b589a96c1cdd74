// JSON text that others wrote, read without trust, and numbers for JSON that others read. For the .cpp files
// of this folder only.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "engine/base/number_text.h"
#include "sessions/plain_text.h"

namespace ringscope {

using Json = nlohmann::ordered_json;  // members stay in the order of the text

inline constexpr int kMaxJsonDepth = 32;

/// Appends to `problems` keys that stand twice, and a count of those beyond the first `most_keys` of an object, which
/// are left out: finding one among them takes as long as they are many. Throws Error(bad_input), one line with line and
/// column, when the text is not JSON or nests deeper than kMaxJsonDepth. `name` begins the message.
Json parse_json(const std::string& text, const std::string& name, size_t most_keys,
                std::vector<std::string>& problems);

/// With every digit. Null for what JSON has no number for; bytes and counts are whole.
Json number_json(double value, Unit unit);

/// The value as it stands in a message: on one line, cut when long.
std::string shown(const Json& value);
std::string shown(const std::string& text);  // one_line()
/// The same in quotation marks, cut after 64 bytes.
std::string quoted(const std::string& text);

}  // namespace ringscope
