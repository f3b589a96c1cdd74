#include "engine/experiment/problem.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/base/error.h"

namespace ringscope {

int64_t Problem::segments_of(const Pattern& pattern) const {
    return (seq_len + pattern.segment_length - 1) / pattern.segment_length;
}

int64_t Problem::segment_begin(const Pattern& pattern, int64_t segment) const {
    return segment * pattern.segment_length;
}

int64_t Problem::segment_end(const Pattern& pattern, int64_t segment) const {
    return std::min(seq_len, (segment + 1) * pattern.segment_length);
}

bool Problem::kept(const Pattern& pattern, int64_t token) const {
    return token % pattern.segment_length % pattern.dilation_rate == pattern.offset;
}

bool Problem::allowed(const Pattern& pattern, int64_t query, int64_t key) const {
    return query / pattern.segment_length == key / pattern.segment_length && kept(pattern, key) &&
           (queries == Queries::all || kept(pattern, query)) && (!causal || key <= query);
}

int64_t Problem::allowed_pairs(const Pattern& pattern) const {
    const auto pairs_of_segment = [&](int64_t length) {
        const int64_t count = std::max<int64_t>(
            0, (length - pattern.offset + pattern.dilation_rate - 1) / pattern.dilation_rate);
        const TokenRun keys{pattern.offset, pattern.dilation_rate, count};
        const TokenRun all{0, 1, length};
        return count_pairs({queries == Queries::all ? &all : &keys, 1}, {&keys, 1}, causal);
    };
    const int64_t full = seq_len / pattern.segment_length;
    const int64_t tail = seq_len % pattern.segment_length;
    return (full ? full * pairs_of_segment(pattern.segment_length) : 0) + (tail ? pairs_of_segment(tail) : 0);
}

double Problem::flops() const {
    double pairs = 0;
    for (const Pattern& pattern : patterns)
        pairs += static_cast<double>(allowed_pairs(pattern)) * static_cast<double>(pattern.heads.size());
    return 4.0 * head_dim * batch * pairs;
}

double Problem::dense_flops() const {
    const double n = static_cast<double>(seq_len);
    return 4.0 * head_dim * batch * heads * (causal ? n * (n + 1) / 2 : n * n);
}

std::vector<HeadRange> heads_of_groups(const ProblemSpec& spec) {
    std::vector<HeadRange> ranges;
    if (spec.mixing == Mixing::longnet) {
        ranges.assign(spec.head_groups.size(), {0, spec.heads});
        return ranges;
    }
    int left = spec.heads;
    int unset = 0;
    for (const HeadGroup& group : spec.head_groups) {
        if (group.heads)
            left -= *group.heads;
        else
            ++unset;
    }
    int first = 0;
    int unset_before = 0;
    for (const HeadGroup& group : spec.head_groups) {
        const int count = group.heads ? *group.heads : left / unset + (unset_before++ < left % unset ? 1 : 0);
        ranges.push_back({first, count});
        first += count;
    }
    return ranges;
}

namespace {

int64_t offset_of(const ProblemSpec& spec, size_t group_index, int head) {
    const HeadGroup& group = spec.head_groups[group_index];
    const int64_t rate = group.dilation_rate;
    Offset::Rule rule = group.offset.rule;
    if (rule == Offset::Rule::automatic && spec.mixing == Mixing::longnet) rule = Offset::Rule::per_head;
    switch (rule) {
        case Offset::Rule::automatic:
            return static_cast<int64_t>(group_index) % rate;
        case Offset::Rule::fixed:
            return group.offset.value;
        case Offset::Rule::per_head:
            return head % rate;
        case Offset::Rule::per_head_block:
            return head / ((spec.heads + rate - 1) / rate);
    }
    return 0;
}

}  // namespace

Problem resolve(const ProblemSpec& spec) {
    Problem problem;
    problem.batch = spec.batch;
    problem.seq_len = spec.seq_len;
    problem.heads = spec.heads;
    problem.kv_heads = spec.kv_heads.value_or(spec.heads);
    problem.head_dim = spec.head_dim;
    problem.dtype = spec.dtype;
    problem.causal = spec.causal;
    problem.softmax_scale = spec.softmax_scale.value_or(1.0 / std::sqrt(static_cast<double>(spec.head_dim)));
    problem.queries = spec.queries;
    problem.mixing = spec.mixing;
    problem.groups = static_cast<int>(spec.head_groups.size());
    const std::vector<HeadRange> ranges = heads_of_groups(spec);
    for (size_t g = 0; g < spec.head_groups.size(); ++g) {
        std::map<int64_t, std::vector<int>> heads_by_offset;
        for (int head = ranges[g].first; head < ranges[g].first + ranges[g].count; ++head)
            heads_by_offset[offset_of(spec, g, head)].push_back(head);
        for (auto& [offset, heads] : heads_by_offset) {
            const int64_t length = std::min(spec.head_groups[g].segment_length, spec.seq_len);
            problem.patterns.push_back(
                {static_cast<int>(g), length, spec.head_groups[g].dilation_rate, offset, std::move(heads)});
        }
    }
    return problem;
}

}  // namespace ringscope
