#include "engine/calibrate/attention_times.h"

#include <algorithm>

#include "engine/cpu/kernels/machine_peak.h"
#include "engine/host/arena.h"
#include "engine/host/machine.h"
#include "engine/run/execute.h"

namespace ringscope {

namespace {

constexpr int64_t kMostTokens = 1 << 14;  // to be filled with numbers
// Rows of keys lie apart by as many KV heads as there are; small blocks are up to a fifth faster with one KV head than
// with many. Two stand for all.
constexpr int kHeads = 4, kKvHeads = 2;

}  // namespace

std::vector<AttentionMeasurement> attention_measurements(const std::vector<int>& head_dims) {
    struct Shape {
        int64_t rows;
        int64_t keys;
    };
    constexpr Shape shapes[] = {{64, 64},     {128, 128},  {256, 256}, {512, 512}, {1024, 1024},
                                {4096, 4096}, {1024, 128}, {512, 32},  {2048, 512}};
    std::vector<AttentionMeasurement> measurements;
    for (const DType dtype : {DType::f32, DType::f16, DType::bf16})
        for (const int head_dim : head_dims)
            for (const bool causal : {false, true})
                for (const Shape& shape : shapes) {
                    AttentionCurve like;
                    like.dtype = dtype;
                    like.head_dim = head_dim;
                    like.causal = causal;
                    measurements.push_back({like, shape.rows, shape.keys});
                }
    return measurements;
}

std::shared_ptr<const Run> calibration_run(const Experiment& experiment,
                                           const std::shared_ptr<BufferPool>& buffers,
                                           const std::stop_token& stop) {
    RunOptions options;
    options.keep_output = false;
    options.buffers = buffers;
    auto run = execute(experiment, options, stop);
    if (run->state != RunState::done) throw Error(run->error_kind, run->error);
    return run;
}

double median_of(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

double clock_look(int threads) {
    constexpr double kSeconds = 0.004;
    return measure_f32_peak(threads, kSeconds) * 1e9;
}

BlockTime measure_attention(const AttentionMeasurement& measurement, const CalibrationOptions& options,
                            double clock, const std::shared_ptr<BufferPool>& buffers,
                            const std::stop_token& stop) {
    const AttentionCurve& like = measurement.like;
    const auto rows = static_cast<double>(measurement.rows);
    const auto keys = static_cast<double>(measurement.keys);
    const double block_flops = 4.0 * like.head_dim * rows * keys * (like.causal ? 0.5 : 1.0);
    const int64_t segments = std::clamp<int64_t>(static_cast<int64_t>(options.flops / (block_flops * kHeads)),
                                                 1, std::max<int64_t>(1, kMostTokens / measurement.rows));
    Experiment experiment;
    ProblemSpec& problem = experiment.problem;
    problem.seq_len = segments * measurement.rows;
    problem.heads = kHeads;
    problem.kv_heads = kKvHeads;
    problem.head_dim = like.head_dim;
    problem.dtype = like.dtype;
    problem.causal = like.causal;
    problem.queries = Queries::all;
    HeadGroup& group = problem.head_groups.emplace_back();
    group.segment_length = measurement.rows;
    group.dilation_rate = measurement.rows / measurement.keys;
    group.offset = {Offset::Rule::fixed, 0};
    experiment.ring.ranks = 1;
    experiment.ring.strategy = Strategy::single;
    experiment.backend.device = "cpu";
    experiment.backend.kernel = options.kernel;
    experiment.backend.threads = options.threads;

    std::vector<double> seconds;
    std::shared_ptr<const Run> run;
    const int threads = worker_threads(experiment.backend);
    double before = clock_look(threads);
    for (int i = 0; i < options.repetitions; ++i) {
        run = calibration_run(experiment, buffers, stop);
        const double after = clock_look(threads);
        seconds.push_back(run->metrics.ranks.front().core_seconds * (before + after) / (2 * clock));
        before = after;
    }
    const double times = static_cast<double>(segments) * kHeads;
    const auto pairs = static_cast<double>(run->schedule->pairs_allowed) / times;
    return {{rows, keys, pairs, like.causal}, times, median_of(std::move(seconds))};
}

}  // namespace ringscope
