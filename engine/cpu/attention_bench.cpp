#include "engine/cpu/attention_bench.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>

#include "engine/cpu/kernels/attention_kernel.h"
#include "engine/cpu/kernels/machine_peak.h"
#include "engine/experiment/dtype.h"
#include "engine/host/arena.h"
#include "engine/host/timed_threads.h"

namespace ringscope {

namespace {

constexpr int kHeads = 4;                 // interleaved in a row, as tensors are
constexpr int64_t kTokensAtLeast = 4096;  // so that many tiny segments make a pass
constexpr double kPeakSeconds = 0.01;

/// A tensor (tokens, kHeads, head_dim) of values in [-1.7, 1.7], of variance about 1.
Buffer random_tensor(Arena& arena, DType dtype, int64_t elements, uint32_t state) {
    Buffer buffer = arena.allocate(Purpose::own_kv, elements * bytes_of(dtype));
    auto* f32 = buffer.as<float>();
    auto* half = buffer.as<uint16_t>();
    for (int64_t i = 0; i < elements; ++i) {
        state = state * 1664525u + 1013904223u;
        const float value = static_cast<float>(static_cast<int32_t>(state)) * (1.7f / 2147483648.0f);
        if (dtype == DType::f32) f32[i] = value;
        if (dtype == DType::f16) half[i] = f16_from_f32(value);
        if (dtype == DType::bf16) half[i] = bf16_from_f32(value);
    }
    return buffer;
}

/// One case's tensors and its list of tiles. Memory is the arena's, as in a run.
class Workload {
  public:
    Workload(const AttentionBenchCase& setting, const CpuKernel& kernel)
        : setting_(setting),
          kernel_(kernel),
          kept_((setting.segment_length + setting.dilation_rate - 1) / setting.dilation_rate),
          segments_(std::max<int64_t>(1, kTokensAtLeast / setting.segment_length)),
          tiles_a_segment_((kept_ + kernel.query_tile - 1) / kernel.query_tile) {
        const int64_t tokens = segments_ * setting.segment_length;
        const int64_t elements = tokens * kHeads * setting.head_dim;
        q_ = random_tensor(arena_, setting.dtype, elements, 1);
        k_ = random_tensor(arena_, setting.dtype, elements, 2);
        v_ = random_tensor(arena_, setting.dtype, elements, 3);
        o_ = random_tensor(arena_, DType::f32, elements, 4);
        lse_.resize(static_cast<size_t>(tokens * kHeads));
        for (int thread = 0; thread < setting.threads; ++thread)
            scratch_.push_back(arena_.allocate(Purpose::workspace, kernel.scratch_bytes(setting.head_dim)));
    }

    /// FLOPs of one pass over all segments and heads.
    double flops() const {
        const auto kept = static_cast<double>(kept_);
        const double pairs = setting_.causal ? kept * (kept + 1) / 2 : kept * kept;
        return 4.0 * setting_.head_dim * pairs * static_cast<double>(segments_) * kHeads;
    }

    /// Seconds of `passes` passes.
    double run(int passes) {
        std::fill(lse_.begin(), lse_.end(), -std::numeric_limits<float>::infinity());
        std::atomic<int64_t> next = 0;
        const int64_t tiles = segments_ * kHeads * tiles_a_segment_ * passes;
        return seconds_together(setting_.threads, [&](int thread) {
            for (int64_t tile; (tile = next.fetch_add(1, std::memory_order_relaxed)) < tiles;) {
                attend(tile % (segments_ * kHeads * tiles_a_segment_),
                       scratch_[static_cast<size_t>(thread)].data());
            }
        });
    }

  private:
    void attend(int64_t tile, void* scratch) {
        // A causal segment's last tiles are its largest: those first.
        const int64_t first = (tiles_a_segment_ - 1 - tile % tiles_a_segment_) * kernel_.query_tile;
        const int64_t head = tile / tiles_a_segment_ % kHeads;
        const int64_t segment = tile / tiles_a_segment_ / kHeads;
        const int64_t row = segment * setting_.segment_length;
        const int64_t rate = setting_.dilation_rate;
        const RowRun queries{row + first * rate, rate, first * rate, rate,
                             std::min<int64_t>(kernel_.query_tile, kept_ - first)};
        const RowRun keys{row, rate, 0, rate, kept_};
        const int64_t head_bytes = head * setting_.head_dim * bytes_of(setting_.dtype);
        AttentionTask task;
        task.dtype = setting_.dtype;
        task.head_dim = setting_.head_dim;
        task.scale = 1 / std::sqrt(static_cast<float>(setting_.head_dim));
        task.causal = setting_.causal;
        task.q = q_.data() + head_bytes;
        task.k = k_.data() + head_bytes;
        task.v = v_.data() + head_bytes;
        task.q_stride = task.kv_stride = task.o_stride = static_cast<int64_t>(kHeads) * setting_.head_dim;
        task.queries = {&queries, 1};
        task.keys = {&keys, 1};
        task.o = o_.as<float>() + head * setting_.head_dim;
        task.lse = lse_.data() + head * segments_ * setting_.segment_length;
        kernel_.attend(task, scratch);
    }

    AttentionBenchCase setting_;
    const CpuKernel& kernel_;
    int64_t kept_;  // tokens of a segment
    int64_t segments_;
    int64_t tiles_a_segment_;
    Arena arena_{std::make_shared<BufferPool>()};
    Buffer q_, k_, v_, o_;
    std::vector<float> lse_;
    std::vector<Buffer> scratch_;  // by thread
};

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

double measure_peak(const CpuKernel& kernel, DType dtype, int threads) {
    const bool dot_products = dtype == DType::bf16 && kernel.multiply_add_bf16 != nullptr;
    return dot_products ? measure_bf16_peak(threads, kPeakSeconds) : measure_f32_peak(threads, kPeakSeconds);
}

AttentionBenchResult bench_case(const AttentionBenchCase& setting, const AttentionBenchOptions& options,
                                std::vector<double>& peaks) {
    const CpuKernel& kernel = choose_cpu_kernel(options.kernel, setting.dtype);
    Workload workload(setting, kernel);
    const double seconds_a_pass = workload.run(1);  // also touches the memory
    const int passes = std::max(1, static_cast<int>(options.seconds_a_repetition / seconds_a_pass));
    std::vector<double> rates, fractions;
    double before = measure_peak(kernel, setting.dtype, setting.threads);
    for (int i = 0; i < options.repetitions; ++i) {
        const double rate = workload.flops() * passes / workload.run(passes) * 1e-9;
        const double after = measure_peak(kernel, setting.dtype, setting.threads);
        rates.push_back(rate);
        fractions.push_back(rate / ((before + after) / 2));
        peaks.push_back(after);
        before = after;
    }
    const auto [smallest, largest] = std::minmax_element(fractions.begin(), fractions.end());
    return {setting, kernel.name, median(rates), median(fractions), *smallest, *largest};
}

}  // namespace

std::vector<AttentionBenchCase> attention_bench_cases(int threads) {
    std::vector<AttentionBenchCase> cases;
    for (const int count : threads > 1 ? std::vector{1, threads} : std::vector{1}) {
        const auto add = [&](DType dtype, int head_dim, int64_t segment_length, int64_t rate, bool causal) {
            cases.push_back({dtype, head_dim, segment_length, rate, causal, count});
        };
        for (const DType dtype : {DType::f32, DType::f16, DType::bf16}) {
            for (const int head_dim : {32, 64, 96, 128, 256}) {
                add(dtype, head_dim, 2048, 1, false);
                add(dtype, head_dim, 2048, 1, true);
            }
        }
        for (const int head_dim : {64, 128}) {
            for (const int64_t segment_length : {64, 256, 512, 1024, 8192}) {
                add(DType::f32, head_dim, segment_length, 1, false);
                add(DType::f32, head_dim, segment_length, 1, true);
            }
            // The same 512 and 2048 kept tokens as at rate 1.
            for (const int64_t rate : {2, 4, 16}) {
                add(DType::f32, head_dim, 512 * rate, rate, false);
                add(DType::f32, head_dim, 2048 * rate, rate, false);
                add(DType::f32, head_dim, 2048 * rate, rate, true);
            }
        }
    }
    return cases;
}

AttentionBenchTable bench_attention(const std::vector<AttentionBenchCase>& cases,
                                    const AttentionBenchOptions& options) {
    AttentionBenchTable table;
    std::vector<std::vector<double>> peaks;  // by entry of table.peaks
    for (const AttentionBenchCase& setting : cases) {
        const auto same = [&](const AttentionBenchPeak& peak) {
            return peak.dtype == setting.dtype && peak.threads == setting.threads;
        };
        auto found = std::find_if(table.peaks.begin(), table.peaks.end(), same);
        const auto index = static_cast<size_t>(found - table.peaks.begin());
        if (found == table.peaks.end()) {
            table.peaks.push_back({setting.dtype, setting.threads, 0});
            peaks.emplace_back();
        }
        table.results.push_back(bench_case(setting, options, peaks[index]));
    }
    for (size_t i = 0; i < peaks.size(); ++i) table.peaks[i].gflops_per_second = median(peaks[i]);
    return table;
}

}  // namespace ringscope
