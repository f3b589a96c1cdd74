#include "ui/settings/head_group_edits.h"

#include <algorithm>

#include "engine/base/error.h"

namespace ringscope {

namespace {

constexpr int64_t kLargestSegment = int64_t{1} << 30;  // doubling stops here

bool all_named(const ProblemSpec& spec) {
    return std::all_of(spec.head_groups.begin(), spec.head_groups.end(),
                       [](const HeadGroup& group) { return group.heads.has_value(); });
}

HeadGroup& at(ProblemSpec& spec, int group) {
    RINGSCOPE_CHECK(group >= 0 && group < static_cast<int>(spec.head_groups.size()));
    return spec.head_groups[static_cast<size_t>(group)];
}

}  // namespace

void add_group(ProblemSpec& spec) {
    HeadGroup added;
    added.segment_length = std::max<int64_t>(spec.seq_len, 1);
    if (!spec.head_groups.empty()) {
        const HeadGroup& last = spec.head_groups.back();
        added.segment_length = std::clamp<int64_t>(last.segment_length * 2, 1, kLargestSegment);
        added.dilation_rate = std::clamp<int64_t>(last.dilation_rate * 2, 1, added.segment_length);
        if (spec.mixing == Mixing::head_groups && all_named(spec)) {
            auto largest = std::max_element(spec.head_groups.begin(), spec.head_groups.end(),
                                            [](const auto& a, const auto& b) { return *a.heads < *b.heads; });
            added.heads = *largest->heads / 2;
            largest->heads = *largest->heads - *added.heads;
        }
    }
    spec.head_groups.push_back(added);
}

std::string split_obstacle(const ProblemSpec& spec, int group) {
    if (spec.mixing == Mixing::longnet || heads_of_group(spec, group) >= 2) return "";
    return "the group has fewer than two heads";
}

void split_group(ProblemSpec& spec, int group) {
    HeadGroup second = at(spec, group);
    if (spec.mixing == Mixing::head_groups) {
        // Naming one group's heads would shift the even split of the others, so all are named.
        std::vector<int> heads;
        for (int g = 0; g < static_cast<int>(spec.head_groups.size()); ++g)
            heads.push_back(heads_of_group(spec, g));
        for (size_t g = 0; g < heads.size(); ++g) spec.head_groups[g].heads = heads[g];
        second.heads = *at(spec, group).heads / 2;
        at(spec, group).heads = *at(spec, group).heads - *second.heads;
    }
    spec.head_groups.insert(spec.head_groups.begin() + group + 1, second);
}

void remove_group(ProblemSpec& spec, int group) {
    RINGSCOPE_CHECK(spec.head_groups.size() >= 2);
    const HeadGroup removed = at(spec, group);
    spec.head_groups.erase(spec.head_groups.begin() + group);
    HeadGroup& heir = at(spec, std::min(group, static_cast<int>(spec.head_groups.size()) - 1));
    if (spec.mixing == Mixing::head_groups && removed.heads && heir.heads)
        heir.heads = *heir.heads + *removed.heads;
}

void move_group(ProblemSpec& spec, int from, int to) {
    const HeadGroup moved = at(spec, from);
    at(spec, to);
    spec.head_groups.erase(spec.head_groups.begin() + from);
    spec.head_groups.insert(spec.head_groups.begin() + to, moved);
}

void share_heads_evenly(ProblemSpec& spec) {
    for (HeadGroup& group : spec.head_groups) group.heads.reset();
}

int heads_of_group(const ProblemSpec& spec, int group) {
    const auto& groups = spec.head_groups;
    if (group < 0 || group >= static_cast<int>(groups.size()) || spec.heads < 1) return 0;
    if (spec.mixing == Mixing::longnet) return spec.heads;
    if (groups[static_cast<size_t>(group)].heads)
        return std::max(0, *groups[static_cast<size_t>(group)].heads);
    int64_t named = 0;
    int unset = 0, unset_before = 0;
    for (int g = 0; g < static_cast<int>(groups.size()); ++g) {
        const HeadGroup& other = groups[static_cast<size_t>(g)];
        named += other.heads ? std::max(0, *other.heads) : 0;
        unset += other.heads ? 0 : 1;
        unset_before += !other.heads && g < group ? 1 : 0;
    }
    const int64_t left = spec.heads - named;
    RINGSCOPE_CHECK(unset > 0);  // this group is one of them
    if (left < unset) return 0;
    return static_cast<int>(left / unset + (unset_before < left % unset ? 1 : 0));
}

}  // namespace ringscope
