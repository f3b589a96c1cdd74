#include "engine/reference.h"

#include <algorithm>
#include <cmath>

#include "engine/dtype.h"

namespace ringscope {

std::vector<double> read_as_double(const Problem& problem, const TensorSource& source, InputTensor tensor,
                                   int batch_index, const TokenRun& run) {
    const int64_t heads = tensor == InputTensor::q ? problem.heads : problem.kv_heads;
    const auto count = static_cast<size_t>(run.count * heads * problem.head_dim);
    std::vector<double> values(count);
    if (problem.dtype == DType::f32) {
        std::vector<float> raw(count);
        source.read(tensor, batch_index, run, raw.data());
        std::copy(raw.begin(), raw.end(), values.begin());
    } else {
        std::vector<uint16_t> raw(count);
        source.read(tensor, batch_index, run, raw.data());
        std::transform(raw.begin(), raw.end(), values.begin(), [&](uint16_t bits) {
            return problem.dtype == DType::f16 ? f32_from_f16(bits) : f32_from_bf16(bits);
        });
    }
    return values;
}

TokenRun keys_of_segment(const Problem& problem, const Pattern& pattern, int64_t segment) {
    const int64_t begin = problem.segment_begin(pattern, segment) + pattern.offset;
    const int64_t end = problem.segment_end(pattern, segment);
    const int64_t count = begin < end ? (end - 1 - begin) / pattern.dilation_rate + 1 : 0;
    return {begin, pattern.dilation_rate, count};
}

ReferenceKeys::ReferenceKeys(const Problem& problem, const TensorSource& source, int batch_index,
                             const TokenRun& keys)
    : problem_(problem), keys_(keys), scores_(static_cast<size_t>(keys.count)) {
    const auto by_head = [&](InputTensor tensor) {
        const std::vector<double> rows = read_as_double(problem, source, tensor, batch_index, keys);
        std::vector<double> out(rows.size());
        const int64_t d = problem.head_dim;
        for (int64_t key = 0; key < keys.count; ++key)
            for (int64_t head = 0; head < problem.kv_heads; ++head)
                std::copy_n(rows.begin() + (key * problem.kv_heads + head) * d, d,
                            out.begin() + (head * keys.count + key) * d);
        return out;
    };
    k_ = by_head(InputTensor::k);
    v_ = by_head(InputTensor::v);
}

void ReferenceKeys::attend(const double* q, int kv_head, int64_t query, double* o,
                           ReferenceState& state) const {
    int64_t count = keys_.count;
    if (problem_.causal)
        count = query < keys_.first ? 0 : std::min(count, (query - keys_.first) / keys_.stride + 1);
    const int64_t d = problem_.head_dim;
    const double* k = k_.data() + kv_head * keys_.count * d;
    const double* v = v_.data() + kv_head * keys_.count * d;
    double max = state.max;
    for (int64_t key = 0; key < count; ++key) {
        // Four sums: an order that the compiler may keep in vector registers.
        double dot[4] = {0, 0, 0, 0};
        int64_t i = 0;
        for (; i + 4 <= d; i += 4)
            for (int64_t lane = 0; lane < 4; ++lane) dot[lane] += q[i + lane] * k[key * d + i + lane];
        for (; i < d; ++i) dot[0] += q[i] * k[key * d + i];
        const double score = problem_.softmax_scale * ((dot[0] + dot[1]) + (dot[2] + dot[3]));
        scores_[static_cast<size_t>(key)] = score;
        max = std::max(max, score);
    }
    if (count == 0) return;
    const double before = state.sum > 0 ? std::exp(state.max - max) : 0;
    state.sum *= before;
    state.max = max;
    for (int64_t i = 0; i < d; ++i) o[i] *= before;
    for (int64_t key = 0; key < count; ++key) {
        const double weight = std::exp(scores_[static_cast<size_t>(key)] - max);
        state.sum += weight;
        for (int64_t i = 0; i < d; ++i) o[i] += weight * v[key * d + i];
    }
}

double finish_reference_row(int head_dim, double* o, const ReferenceState& state) {
    if (state.sum == 0) return -std::numeric_limits<double>::infinity();
    for (int i = 0; i < head_dim; ++i) o[i] /= state.sum;
    return state.max + std::log(state.sum);
}

ReferenceRow reference_row(const Problem& problem, const TensorSource& source, int batch_index, int head,
                           int64_t token) {
    const std::vector<double> q = read_as_double(problem, source, InputTensor::q, batch_index, {token, 1, 1});
    ReferenceRow row;
    row.o.assign(static_cast<size_t>(problem.head_dim), 0.0);
    ReferenceState state;
    for (const Pattern& pattern : problem.patterns) {
        const bool holds = std::binary_search(pattern.heads.begin(), pattern.heads.end(), head);
        if (!holds || (problem.queries == Queries::dilated && !problem.kept(pattern, token))) continue;
        const TokenRun keys = keys_of_segment(problem, pattern, token / pattern.segment_length);
        const ReferenceKeys segment(problem, source, batch_index, keys);
        segment.attend(q.data() + int64_t{head} * problem.head_dim, problem.kv_head_of(head), token,
                       row.o.data(), state);
    }
    row.lse = finish_reference_row(problem.head_dim, row.o.data(), state);
    return row;
}

}  // namespace ringscope
