// Which ranks own the keys of a range of tokens.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/plan/schedule.h"

namespace ringscope {

inline constexpr int kSeveralOwners = -2;
/// The rank that owns all tokens of [begin, end), kSeveralOwners when there is no such rank.
int sole_owner(const Placement& placement, int64_t begin, int64_t end);

/// Ranks that own a key in [begin, end) that the pattern keeps, ascending. Unlike key_owners() it counts no
/// keys, so that many short segments cost no more than a few.
std::vector<int> owners_in(const Schedule& schedule, int pattern, int64_t begin, int64_t end);

/// Part of the pattern's kept keys in [begin, end) that each rank owns; ranks without any are left out.
struct OwnerShare {
    int rank = 0;
    int64_t keys = 0;
};
std::vector<OwnerShare> key_owners(const Schedule& schedule, int pattern, int64_t begin, int64_t end);

}  // namespace ringscope
