// Fields of JSON files that others wrote: every problem of a file is found in one pass and told in one line. For the
// .cpp files of this folder and its subfolders only.
#pragma once

#include <cstdint>
#include <iterator>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/base/number_text.h"
#include "engine/experiment/experiment.h"
#include "sessions/strict_json.h"

namespace ringscope {

inline constexpr size_t kMostKeys = 256;   // of an object: many times what a file of ours has
inline constexpr size_t kLongestKey = 64;  // more of an unknown key is not shown

/// What was found wrong, in one line: the first few in words, the others counted.
class FieldProblems {
  public:
    /// Of a field or section, or with path "" of the file as a whole.
    void add(const std::string& path, const std::string& message) {
        if (!path.empty()) told_.push_back(path);
        add_words([&] { return path + (path.empty() ? "" : ": ") + message; });
    }
    /// `words` is called only when they are shown.
    template <typename Words>
    void add_words(Words words) {
        if (count_++ < kShown) text_ += (text_.empty() ? "" : "; ") + words();
    }
    void not_allowed(const std::string& path, const Json& value, const std::string& allowed) {
        add(path, shown(value) + " is not allowed: " + allowed);
    }
    /// validate() also complains about what could not be read and kept its default; that is no news.
    void add_unless_told(const FieldProblem& problem) {
        for (const std::string& told : told_)
            if (contains(told, problem.path) || contains(problem.path, told)) return;
        add_words([&] { return problem.path + (problem.path.empty() ? "" : ": ") + problem.message; });
    }
    bool empty() const { return count_ == 0; }
    std::string joined() const {
        return text_ + (count_ > kShown ? "; and " + count_text(count_ - kShown) + " more" : "");
    }

  private:
    /// "problem.head_groups" contains itself and "problem.head_groups[1].offset", not
    /// "problem.head_groups_2".
    static bool contains(const std::string& outer, const std::string& inner) {
        if (outer.empty() || inner.compare(0, outer.size(), outer) != 0) return false;
        return inner.size() == outer.size() || inner[outer.size()] == '.' || inner[outer.size()] == '[';
    }

    static constexpr int64_t kShown = 16;
    int64_t count_ = 0;
    std::string text_;
    std::vector<std::string> told_;  // paths
};

/// "unknown key; did you mean seq_len?" or, when nothing is near, all that is known.
std::string unknown_key(const std::string& key, const std::vector<std::string>& known);

std::string joined_path(const std::string& path, const std::string& key);

void check_keys(const Json& object, const std::string& path, const std::vector<std::string>& known,
                FieldProblems& problems);

template <typename Integer>
void read_integer(const std::string& path, const Json& json, Integer& value, FieldProblems& problems,
                  const std::string& also = "") {
    constexpr bool is_unsigned = std::is_unsigned_v<Integer>;
    const std::string allowed = also + (is_unsigned ? "a whole number from 0 to " : "a whole number up to ") +
                                std::to_string(std::numeric_limits<Integer>::max());
    if (!json.is_number_integer()) return problems.not_allowed(path, json, allowed);
    const bool fits = json.is_number_unsigned() ? std::in_range<Integer>(json.get<uint64_t>())
                                                : std::in_range<Integer>(json.get<int64_t>());
    if (!fits) return problems.not_allowed(path, json, allowed);
    value = json.get<Integer>();
}

template <typename Enum>
void read_enum(const std::string& path, const Json& json, Enum& value, FieldProblems& problems) {
    std::string allowed;
    for (size_t i = 0; i < std::size(EnumNames<Enum>::names); ++i) {
        const char* name = EnumNames<Enum>::names[i];
        if (json.is_string() && json.get_ref<const std::string&>() == name) {
            value = static_cast<Enum>(i);
            return;
        }
        allowed += (i ? ", " : "") + std::string("\"") + name + "\"";
    }
    problems.not_allowed(path, json, "one of " + allowed);
}

}  // namespace ringscope
