#include "engine/run/reference.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/experiment/dtype.h"

namespace ringscope {

namespace {

/// Elements converted at a time: small enough for the stack.
constexpr int64_t kConvert = 2048;

double as_double(DType dtype, uint16_t bits) {
    return dtype == DType::f16 ? f32_from_f16(bits) : f32_from_bf16(bits);
}

}  // namespace

void read_as_double(const Problem& problem, const TensorSource& source, InputTensor tensor, int batch_index,
                    const TokenRun& run, std::vector<double>& rows) {
    const int64_t row =
        int64_t{tensor == InputTensor::q ? problem.heads : problem.kv_heads} * problem.head_dim;
    // As F32; values of a half type fill its first half.
    std::vector<float> wide(static_cast<size_t>(row * std::max<int64_t>(1, kConvert / row)));
    const auto rows_at_once = static_cast<int64_t>(wide.size()) / row;
    for (int64_t i = 0; i < run.count; i += rows_at_once) {
        const TokenRun part{run.at(i), run.stride, std::min(rows_at_once, run.count - i)};
        source.read(tensor, batch_index, part, wide.data());
        if (problem.dtype == DType::f32) {
            rows.insert(rows.end(), wide.begin(), wide.begin() + part.count * row);
            continue;
        }
        for (int64_t e = 0; e < part.count * row; ++e) {
            uint16_t bits;
            std::memcpy(&bits, reinterpret_cast<const std::byte*>(wide.data()) + 2 * e, sizeof bits);
            rows.push_back(as_double(problem.dtype, bits));
        }
    }
}

TokenRun keys_of_segment(const Problem& problem, const Pattern& pattern, int64_t segment) {
    const int64_t begin = problem.segment_begin(pattern, segment) + pattern.offset;
    const int64_t end = problem.segment_end(pattern, segment);
    const int64_t count = begin < end ? (end - 1 - begin) / pattern.dilation_rate + 1 : 0;
    return {begin, pattern.dilation_rate, count};
}

void ReferenceKeys::load(int batch_index, const TokenRun& keys) {
    keys_ = keys;
    scores_.resize(static_cast<size_t>(keys.count));
    const int64_t d = problem_.head_dim;
    for (const InputTensor tensor : {InputTensor::k, InputTensor::v}) {
        rows_.clear();
        read_as_double(problem_, source_, tensor, batch_index, keys, rows_);
        std::vector<double>& by_head = tensor == InputTensor::k ? k_ : v_;
        by_head.resize(rows_.size());
        for (int64_t key = 0; key < keys.count; ++key)
            for (int64_t head = 0; head < problem_.kv_heads; ++head)
                std::copy_n(rows_.begin() + (key * problem_.kv_heads + head) * d, d,
                            by_head.begin() + (head * keys.count + key) * d);
    }
}

void ReferenceKeys::attend(const double* q, int kv_head, int64_t query, double* o, ReferenceState& state) {
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
    std::vector<double> q;
    read_as_double(problem, source, InputTensor::q, batch_index, {token, 1, 1}, q);
    ReferenceKeys keys(problem, source);
    ReferenceRow row;
    row.o.assign(static_cast<size_t>(problem.head_dim), 0.0);
    ReferenceState state;
    for (const Pattern& pattern : problem.patterns) {
        const bool holds = std::binary_search(pattern.heads.begin(), pattern.heads.end(), head);
        if (!holds || (problem.queries == Queries::dilated && !problem.kept(pattern, token))) continue;
        keys.load(batch_index, keys_of_segment(problem, pattern, token / pattern.segment_length));
        keys.attend(q.data() + int64_t{head} * problem.head_dim, problem.kv_head_of(head), token,
                    row.o.data(), state);
    }
    row.lse = finish_reference_row(problem.head_dim, row.o.data(), state);
    return row;
}

}  // namespace ringscope
