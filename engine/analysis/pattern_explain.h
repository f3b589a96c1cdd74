// Why a query attends to a key or does not, in words.
#pragma once

#include <string>

#include "engine/analysis/step_lookup.h"
#include "engine/plan/schedule.h"

namespace ringscope {

/// Half-open ranges of whole tokens.
struct TokenBlock {
    int64_t key_begin = 0;
    int64_t key_end = 0;
    int64_t query_begin = 0;
    int64_t query_end = 0;
};

/// Lines split at '\n': the verdict first, then each rule and whether it holds, then where the key lies and
/// in which step it reaches the query's rank. Tokens must lie in the sequence.
std::string explain_cell(const Schedule& schedule, const StepLookup& steps, int pattern, int64_t query,
                         int64_t key);

/// A line for a block of keys that several ranks own: how many of its kept keys lie on each; else "".
std::string owners_text(const Schedule& schedule, int pattern, int64_t key_begin, int64_t key_end);

/// A line for a block whose keys arrive in several steps: how many of its pairs each step has; else "".
std::string steps_text(const Schedule& schedule, const StepLookup& steps, int pattern,
                       const TokenBlock& block);

/// "group 2: w 4,096 r 2 o 1, 4 heads"
std::string pattern_name(const Schedule& schedule, int pattern);

}  // namespace ringscope
