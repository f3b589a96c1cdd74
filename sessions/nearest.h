// "Did you mean ...?"
#pragma once

#include <span>
#include <string>

namespace ringscope {

/// The candidate with the fewest letters changed, when few enough are that a slip is likely; else the only one that
/// begins with the word, of two letters or more; else "".
std::string nearest_name(const std::string& word, std::span<const std::string> candidates);

}  // namespace ringscope
