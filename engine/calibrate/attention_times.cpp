#include "engine/calibrate/attention_times.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/host/arena.h"
#include "engine/host/machine.h"
#include "engine/run/execute.h"

namespace ringscope {

namespace {

constexpr int64_t kMostNumbers = 1 << 19;  // of a head's q to be filled, which takes as long as the attention
// Rows of keys lie apart by as many KV heads as there are; small blocks are up to a fifth faster with one KV head than
// with many. Two stand for all.
constexpr int kHeads = 4, kKvHeads = 2;

Experiment one_rank(const BackendSpec& backend) {
    Experiment experiment;
    experiment.ring.ranks = 1;
    experiment.ring.strategy = Strategy::single;
    experiment.backend = backend;
    experiment.backend.device = "cpu";
    return experiment;
}

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
                                           const std::stop_token& stop, const Fault& fault) {
    RunOptions options;
    options.keep_output = false;
    options.buffers = buffers;
    options.fault = fault;
    auto run = execute(experiment, options, stop);
    if (run->state != RunState::done) throw Error(run->error_kind, run->error);
    return run;
}

double median_of(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

double clock_look(const BackendSpec& backend, const std::shared_ptr<BufferPool>& buffers,
                  const std::stop_token& stop) {
    constexpr int64_t kSegment = 512;
    Experiment experiment = one_rank(backend);
    experiment.problem.seq_len = 2 * kSegment;
    experiment.problem.heads = 2;
    experiment.problem.head_dim = 64;
    experiment.problem.head_groups = {{kSegment, 1, {}, {}}};
    const auto run = calibration_run(experiment, buffers, stop);
    return run->schedule->flops / run->metrics.ranks.front().core_seconds;
}

SteadyRun steady_run(const Experiment& experiment, const std::shared_ptr<BufferPool>& buffers,
                     const std::stop_token& stop, const Fault& fault) {
    constexpr int kTries = 2;
    constexpr double kAlike = 0.05;
    SteadyRun best;
    double least = std::numeric_limits<double>::infinity();
    double before = clock_look(experiment.backend, buffers, stop);
    for (int i = 0; i < kTries && least > kAlike; ++i) {
        auto run = calibration_run(experiment, buffers, stop, fault);
        const double after = clock_look(experiment.backend, buffers, stop);
        const double moved = std::abs(after - before) / std::min(after, before);
        if (moved < least) {
            least = moved;
            best = {std::move(run), (before + after) / 2};
        }
        before = after;
    }
    return best;
}

AttentionTime measure_attention(const AttentionMeasurement& measurement, const CalibrationOptions& options,
                                const std::shared_ptr<BufferPool>& buffers, const std::stop_token& stop) {
    const AttentionCurve& like = measurement.like;
    const auto rows = static_cast<double>(measurement.rows);
    const auto keys = static_cast<double>(measurement.keys);
    const double block_flops = 4.0 * like.head_dim * rows * keys * (like.causal ? 0.5 : 1.0);
    const int64_t segments =
        std::clamp<int64_t>(static_cast<int64_t>(options.flops / (block_flops * kHeads)), 1,
                            std::max<int64_t>(1, kMostNumbers / like.head_dim / measurement.rows));
    BackendSpec backend;
    backend.kernel = options.kernel;
    backend.threads = options.threads;
    Experiment experiment = one_rank(backend);
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
    const auto [run, clock] = steady_run(experiment, buffers, stop);
    const double times = static_cast<double>(segments) * kHeads;
    const auto pairs = static_cast<double>(run->schedule->pairs_allowed) / times;
    return {{{rows, keys, pairs, like.causal}, times, run->metrics.ranks.front().core_seconds}, clock};
}

}  // namespace ringscope
