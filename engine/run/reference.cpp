#include "engine/run/reference.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <span>

#include "engine/experiment/dtype.h"

namespace ringscope {

namespace {

/// Elements converted at a time: small enough for the stack.
constexpr int64_t kConvert = 2048;

/// Keys between two looks at how large the sums of values have become.
constexpr int64_t kPeakEvery = 32;

double length_of(std::span<const double> row) {
    double square = 0;
    for (const double x : row) square += x * x;
    return std::sqrt(square);
}

double largest_of(std::span<const double> row) {
    double largest = 0;
    for (const double x : row) largest = std::max(largest, std::abs(x));
    return largest;
}

/// Of elements [begin, end), by four sums: an order that the compiler may keep in vector registers.
double dot(const double* a, const double* b, int64_t begin, int64_t end) {
    double sums[4] = {0, 0, 0, 0};
    int64_t i = begin;
    for (; i + 4 <= end; i += 4)
        for (int64_t lane = 0; lane < 4; ++lane) sums[lane] += a[i + lane] * b[i + lane];
    for (; i < end; ++i) sums[0] += a[i] * b[i];
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

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
    errors_.resize(static_cast<size_t>(keys.count));
    const int64_t d = problem_.head_dim;
    for (const InputTensor tensor : {InputTensor::k, InputTensor::v}) {
        rows_.clear();
        read_as_double(problem_, source_, tensor, batch_index, keys, rows_);
        std::vector<double>& by_head = tensor == InputTensor::k ? k_ : v_;
        std::vector<double>& sizes = tensor == InputTensor::k ? k_size_ : v_size_;
        by_head.resize(rows_.size());
        sizes.resize(static_cast<size_t>(problem_.kv_heads * keys.count));
        for (int64_t key = 0; key < keys.count; ++key)
            for (int64_t head = 0; head < problem_.kv_heads; ++head) {
                const std::span row(rows_.data() + (key * problem_.kv_heads + head) * d,
                                    static_cast<size_t>(d));
                const int64_t place = head * keys.count + key;
                std::copy(row.begin(), row.end(), by_head.begin() + place * d);
                sizes[static_cast<size_t>(place)] =
                    tensor == InputTensor::k ? length_of(row) : largest_of(row);
            }
    }
}

double ReferenceKeys::score(const double* q, const double* k, const double* k_size, int64_t count) {
    const int64_t d = problem_.head_dim;
    const double scale = std::abs(problem_.softmax_scale);
    const double by_partial_sum = scale * (0.5 * static_cast<double>(d) + 2);
    const double by_length = 2 * scale * length_of({q, static_cast<size_t>(d)});
    double max = -std::numeric_limits<double>::infinity();
    for (int64_t key = 0; key < count; ++key) {
        double product = 0;
        double partial = 0;  // the largest
        for (int64_t quarter = 0; quarter < 4; ++quarter) {
            product += dot(q, k + key * d, d * quarter / 4, d * (quarter + 1) / 4);
            partial = std::max(partial, std::abs(product));
        }
        const double score = problem_.softmax_scale * product;
        scores_[static_cast<size_t>(key)] = score;
        errors_[static_cast<size_t>(key)] =
            by_partial_sum * partial + by_length * k_size[key] + 2 * std::abs(score);
        max = std::max(max, score);
    }
    return max;
}

void ReferenceKeys::attend(const double* q, int kv_head, int64_t query, double* o, ReferenceState& state,
                           double* peak) {
    int64_t count = keys_.count;
    if (problem_.causal)
        count = query < keys_.first ? 0 : std::min(count, (query - keys_.first) / keys_.stride + 1);
    if (count == 0) return;
    const int64_t d = problem_.head_dim;
    const int64_t head = kv_head * keys_.count;
    const double* v = v_.data() + head * d;
    const double* v_size = v_size_.data() + head;
    const double max = std::max(state.max, score(q, k_.data() + head * d, k_size_.data() + head, count));
    const double before = state.sum > 0 ? std::exp(state.max - max) : 0;
    state.sum *= before;
    state.max = max;
    state.magnitudes.shrink(before);
    state.magnitudes.keys += count;
    for (int64_t i = 0; i < d; ++i) o[i] *= before;
    if (peak)
        for (int64_t i = 0; i < d; ++i) peak[i] *= before;
    for (int64_t key = 0; key < count; ++key) {
        const auto at = static_cast<size_t>(key);
        // Where all scores are -inf there is no weight at all, as of a row without keys.
        const bool counts = scores_[at] != -std::numeric_limits<double>::infinity();
        const double weight = counts ? std::exp(scores_[at] - max) : 0;
        state.sum += weight;
        state.magnitudes.add(weight, counts ? errors_[at] : 0, v_size[key]);
        for (int64_t i = 0; i < d; ++i) o[i] += weight * v[key * d + i];
        const bool looks = peak && (key % kPeakEvery == 0 || key == count - 1);
        for (int64_t i = 0; looks && i < d; ++i) peak[i] = std::max(peak[i], std::abs(o[i]));
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
