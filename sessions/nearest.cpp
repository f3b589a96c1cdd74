#include "sessions/nearest.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace ringscope {

namespace {

/// Levenshtein: insertions, deletions and substitutions.
size_t edit_distance(const std::string& a, const std::string& b) {
    std::vector<size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), size_t{0});
    for (size_t i = 0; i < a.size(); ++i) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < b.size(); ++j) {
            const size_t substituted = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({row[j + 1] + 1, row[j] + 1, substituted});
        }
    }
    return row.back();
}

}  // namespace

std::string nearest_name(const std::string& word, std::span<const std::string> candidates) {
    std::string nearest;
    size_t best = std::max<size_t>(2, word.size() / 3) + 1;  // two letters swapped are two changes
    for (const std::string& candidate : candidates) {
        const size_t distance = edit_distance(word, candidate);
        if (distance < best) best = distance, nearest = candidate;
    }
    if (!nearest.empty() || word.size() < 2) return nearest;
    for (const std::string& candidate : candidates) {
        if (!candidate.starts_with(word)) continue;
        if (!nearest.empty()) return "";
        nearest = candidate;
    }
    return nearest;
}

}  // namespace ringscope
