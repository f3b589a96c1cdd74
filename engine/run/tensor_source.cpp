// Generated inputs: element e of tensor t is lane (e mod 4) of Philox block (e / 4) under the counter
// (e / 4 low, e / 4 high, t, 0) and the key (seed low, seed high). The four words of a block make two pairs
// of standard normals by Box and Muller (1958): with u in (0, 1) and a turn v in [-1/2, 1/2)
//
//     r = sqrt(-2 ln u),   x = r cos(2 pi v),   y = r sin(2 pi v)
//
// Logarithm, sine and cosine are polynomials of IEEE additions and multiplications only, so the values are
// the same on every machine and at every optimisation level, which a C library's are not. They reach |x|
// <= 5.9 (u has 24 bits).
#include "engine/run/tensor_source.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "engine/experiment/dtype.h"
#include "engine/run/philox.h"

namespace ringscope {

namespace {

constexpr int kLanes = 64;          // Philox blocks per batch
constexpr int kBatch = 4 * kLanes;  // elements per batch

/// -2 ln((bits + 1/2) / 2^24) for bits in [0, 2^24). The mantissa m in [sqrt(1/2), sqrt(2)) goes through
/// ln m = 2 atanh(s), s = (m - 1) / (m + 1), |s| <= 0.172: error below 2e-7 of the result's scale.
inline float minus_two_log(uint32_t bits) {
    const float u = (static_cast<float>(bits) + 0.5f) * 0x1p-24f;
    const auto raw = static_cast<int32_t>(std::bit_cast<uint32_t>(u));
    const int32_t exponent = (raw - 0x3f3504f3) >> 23;
    const float m = std::bit_cast<float>(static_cast<uint32_t>(raw - exponent * (1 << 23)));
    const float s = (m - 1.0f) / (m + 1.0f);
    const float z = s * s;
    const float tail = z * (0.333333333f + z * (0.2f + z * (0.142857143f + z * 0.111111111f)));
    const float log_m = 2.0f * (s + s * tail);
    return std::max(0.0f, -2.0f * (log_m + static_cast<float>(exponent) * 0.693147181f));
}

/// cos and sin of 2 pi v, v = word / 2^32 as a signed turn. Reduced to an eighth of a turn about the nearest
/// quarter, where Taylor's polynomials err by less than 4e-8.
inline void cos_sin(uint32_t word, float& cosine, float& sine) {
    const uint32_t quarter = (word + 0x20000000u) >> 30;
    const auto rest = static_cast<int32_t>(word - (quarter << 30));  // within +- 2^29
    const float x = static_cast<float>(rest) * static_cast<float>(6.283185307179586 / 4294967296.0);
    const float z = x * x;
    const float s =
        x + x * z * (-0.166666667f + z * (8.33333333e-3f + z * (-1.98412698e-4f + z * 2.75573192e-6f)));
    const float c = 1.0f + z * (-0.5f + z * (4.16666667e-2f + z * (-1.38888889e-3f + z * 2.48015873e-5f)));
    const float a = (quarter & 1) ? s : c;
    const float b = (quarter & 1) ? c : s;
    cosine = ((quarter + 1) & 2) ? -a : a;
    sine = (quarter & 2) ? -b : b;
}

/// Elements [4 * block, 4 * block + kBatch) of a tensor.
void normal_batch(std::array<uint32_t, 2> key, uint32_t tensor, uint64_t block, float* out) {
    PhiloxBatch<kLanes> batch;
    for (int lane = 0; lane < kLanes; ++lane) {
        const uint64_t counter = block + static_cast<uint64_t>(lane);
        batch.word[0][lane] = static_cast<uint32_t>(counter);
        batch.word[1][lane] = static_cast<uint32_t>(counter >> 32);
        batch.word[2][lane] = tensor;
        batch.word[3][lane] = 0;
    }
    philox4x32_10(batch, key);
    float x[4][kLanes];
    for (int pair = 0; pair < 4; pair += 2) {
        for (int lane = 0; lane < kLanes; ++lane) {
            const float radius = std::sqrt(minus_two_log(batch.word[pair][lane] >> 8));
            float cosine, sine;
            cos_sin(batch.word[pair + 1][lane], cosine, sine);
            x[pair][lane] = radius * cosine;
            x[pair + 1][lane] = radius * sine;
        }
    }
    for (int lane = 0; lane < kLanes; ++lane)
        for (int i = 0; i < 4; ++i) out[4 * lane + i] = x[i][lane];
}

void store(const float* from, int64_t count, DType dtype, void* target, int64_t at) {
    if (dtype == DType::f32) {
        std::memcpy(static_cast<float*>(target) + at, from, static_cast<size_t>(count) * sizeof(float));
        return;
    }
    auto* bits = static_cast<uint16_t*>(target) + at;
    if (dtype == DType::f16) {
        for (int64_t i = 0; i < count; ++i) bits[i] = f16_from_f32(from[i]);
    } else {
        for (int64_t i = 0; i < count; ++i) bits[i] = bf16_from_f32(from[i]);
    }
}

class GeneratedSource : public TensorSource {
  public:
    GeneratedSource(const Problem& problem, uint64_t seed)
        : problem_(problem), key_{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)} {}

    void read(InputTensor tensor, int batch_index, const TokenRun& run, void* target) const override {
        const int64_t row = row_elements(problem_, tensor);
        // Neighbouring rows are one stretch of elements.
        const int64_t stretch = run.stride == 1 ? run.count : 1;
        for (int64_t i = 0; i < run.count; i += stretch) {
            const int64_t first = (batch_index * problem_.seq_len + run.at(i)) * row;
            fill(tensor, first, stretch * row, target, i * row);
        }
    }

    static int64_t row_elements(const Problem& problem, InputTensor tensor) {
        return int64_t{tensor == InputTensor::q ? problem.heads : problem.kv_heads} * problem.head_dim;
    }

  private:
    void fill(InputTensor tensor, int64_t first, int64_t count, void* target, int64_t at) const {
        float values[kBatch];
        for (int64_t done = 0; done < count;) {
            const int64_t block = (first + done) / 4;
            const int64_t skip = (first + done) % 4;
            normal_batch(key_, static_cast<uint32_t>(tensor), static_cast<uint64_t>(block), values);
            const int64_t take = std::min<int64_t>(kBatch - skip, count - done);
            store(values + skip, take, problem_.dtype, target, at + done);
            done += take;
        }
    }

    Problem problem_;
    std::array<uint32_t, 2> key_;
};

class MemorySource : public TensorSource {
  public:
    MemorySource(const Problem& problem, const void* q, const void* k, const void* v)
        : problem_(problem), tensors_{q, k, v} {}

    void read(InputTensor tensor, int batch_index, const TokenRun& run, void* target) const override {
        const int64_t row = GeneratedSource::row_elements(problem_, tensor) * bytes_of(problem_.dtype);
        const auto* base = static_cast<const std::byte*>(tensors_[static_cast<size_t>(tensor)]) +
                           batch_index * problem_.seq_len * row;
        auto* to = static_cast<std::byte*>(target);
        const int64_t stretch = run.stride == 1 ? run.count : 1;
        for (int64_t i = 0; i < run.count; i += stretch)
            std::memcpy(to + i * row, base + run.at(i) * row, static_cast<size_t>(stretch * row));
    }

  private:
    Problem problem_;
    std::array<const void*, 3> tensors_;
};

}  // namespace

std::unique_ptr<TensorSource> make_generated_source(const Problem& problem, uint64_t seed) {
    return std::make_unique<GeneratedSource>(problem, seed);
}

std::unique_ptr<TensorSource> make_memory_source(const Problem& problem, const void* q, const void* k,
                                                 const void* v) {
    return std::make_unique<MemorySource>(problem, q, k, v);
}

}  // namespace ringscope
