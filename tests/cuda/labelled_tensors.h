// Tensors whose elements say where they stand, and the pairs of tokens that attention is allowed to read: for
// tests that walk what a back end would read, pair by pair.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <tuple>

#include "tests/cuda/host_ring.h"

namespace ringscope {

/// Elements that say which row they stand in: (batch entry, token, head) of the tensor, exact in F32.
inline HostTensors labelled_tensors(const Problem& problem) {
    const auto labels = [&](int heads) {
        std::vector<unsigned char> bytes;
        for (int64_t row = 0; row < problem.batch * problem.seq_len * heads; ++row)
            for (int column = 0; column < problem.head_dim; ++column) {
                const auto label = static_cast<float>(row * problem.head_dim + column);
                const auto* raw = reinterpret_cast<const unsigned char*>(&label);
                bytes.insert(bytes.end(), raw, raw + sizeof label);
            }
        return bytes;
    };
    return {labels(problem.heads), labels(problem.kv_heads), labels(problem.kv_heads)};
}

/// The label at the row's first element, when all its elements bear it.
inline int64_t label_at(const void* tensor, int64_t offset, int head_dim) {
    const float* row = static_cast<const float*>(tensor) + offset;
    for (int column = 1; column < head_dim; ++column)
        EXPECT_EQ(row[column], row[0] + static_cast<float>(column));
    EXPECT_TRUE(std::isfinite(row[0])) << "a row nobody sent";
    return static_cast<int64_t>(row[0]) / head_dim;
}

using Pair = std::tuple<int, int, int, int64_t, int64_t>;  // group, batch entry, head, query, key

/// Every allowed pair; phase stands for the group where groups share heads.
inline std::set<Pair> allowed_pairs(const Schedule& schedule) {
    const Problem& problem = schedule.problem;
    std::set<Pair> pairs;
    for (const Pattern& pattern : problem.patterns)
        for (int batch = 0; batch < problem.batch; ++batch)
            for (const int head : pattern.heads)
                for (int64_t query = 0; query < problem.seq_len; ++query)
                    for (int64_t key = 0; key < problem.seq_len; ++key)
                        if (problem.allowed(pattern, query, key))
                            pairs.insert({schedule.phases > 1 ? pattern.group : 0, batch, head, query, key});
    return pairs;
}

}  // namespace ringscope
