#include "engine/calibrate/transfer_times.h"

#include <algorithm>
#include <cmath>

#include "engine/base/error.h"
#include "engine/calibrate/attention_times.h"

namespace ringscope {

namespace {

/// Two ranks, whole chunks, and short dilated segments: much travels, and little is computed.
Experiment copying_ring(int64_t tokens, const CalibrationOptions& options) {
    Experiment experiment;
    ProblemSpec& problem = experiment.problem;
    problem.seq_len = tokens;
    problem.heads = 4;
    problem.head_dim = 64;
    HeadGroup& group = problem.head_groups.emplace_back();
    group.segment_length = std::min<int64_t>(tokens, 128);
    group.dilation_rate = std::min<int64_t>(group.segment_length, 16);
    experiment.ring.ranks = 2;
    experiment.ring.strategy = Strategy::ring;
    experiment.ring.overlap = false;
    experiment.ring.dilate_before_send = false;
    experiment.ring.prune = false;
    experiment.ring.accumulator = Accumulator::online_softmax;
    experiment.backend.device = "cpu";
    experiment.backend.kernel = options.kernel;
    experiment.backend.threads = options.threads;
    return experiment;
}

void append_times(const Run& run, RingTimes& times) {
    const Schedule& schedule = *run.schedule;
    for (size_t i = 0; i < schedule.transfers.size(); ++i) {
        const TransferTimes& transfer = run.trace.transfers[i];
        const int64_t ready_ns = std::max(transfer.posted_ns, transfer.peer_ready_ns);
        times.transfers.push_back({static_cast<double>(schedule.transfers[i].bytes),
                                   static_cast<double>(transfer.done_ns - ready_ns) * 1e-9});
    }
    for (const Span& span : run.trace.spans) {
        const double seconds = static_cast<double>(span.end_ns - span.begin_ns) * 1e-9;
        if (span.kind == SpanKind::pack) times.packing.push_back({static_cast<double>(span.bytes), seconds});
    }
    double merge_seconds = 0, bytes = 0;
    for (const RankMetrics& rank : run.metrics.ranks) merge_seconds += rank.merge_seconds;
    for (const RankPlan& plan : schedule.rank_plans)
        bytes += static_cast<double>(plan.tokens * schedule.problem.heads * schedule.problem.head_dim) *
                 sizeof(float);
    // Two ranks share the workers.
    const double workers = std::max(1.0, run.threads / 2.0);
    if (merge_seconds > 0) times.merging.push_back({bytes, merge_seconds * workers});
}

/// Of the times for the same number of bytes the median.
std::vector<BytesTime> medians(std::vector<BytesTime> times) {
    std::sort(times.begin(), times.end(),
              [](const BytesTime& a, const BytesTime& b) { return a.bytes < b.bytes; });
    std::vector<BytesTime> medians;
    for (size_t begin = 0; begin < times.size();) {
        std::vector<double> seconds;
        size_t end = begin;
        for (; end < times.size() && times[end].bytes == times[begin].bytes; ++end)
            if (times[end].seconds > 0) seconds.push_back(times[end].seconds);
        if (!seconds.empty()) medians.push_back({times[begin].bytes, median_of(std::move(seconds))});
        begin = end;
    }
    return medians;
}

/// From a rank's handing its work over to the end of a step that has some microseconds of it.
double empty_step_seconds(const CalibrationOptions& options, const std::shared_ptr<BufferPool>& buffers,
                          const std::stop_token& stop) {
    Experiment experiment = copying_ring(32, options);
    experiment.ring.ranks = 1;
    experiment.ring.strategy = Strategy::single;
    experiment.ring.accumulator = Accumulator::lse;
    constexpr int kRuns = 41;
    std::vector<double> seconds;
    for (int i = 0; i < kRuns; ++i) {
        const auto run = calibration_run(experiment, buffers, stop);
        const RankMetrics& rank = run->metrics.ranks.front();
        seconds.push_back(std::max(0.0, run->metrics.seconds - rank.compute_seconds));
    }
    return median_of(std::move(seconds));
}

}  // namespace

RingTimes measure_ring(const CalibrationOptions& options, const std::shared_ptr<BufferPool>& buffers,
                       const std::stop_token& stop) {
    RingTimes times;
    constexpr int kRunsPerRepetition = 4;  // they are short
    for (const int64_t tokens : {512, 2048, 8192, 16384})
        for (int i = 0; i < kRunsPerRepetition * options.repetitions; ++i)
            append_times(*calibration_run(copying_ring(tokens, options), buffers, stop), times);
    return {medians(std::move(times.transfers)), medians(std::move(times.packing)),
            medians(std::move(times.merging)), empty_step_seconds(options, buffers, stop)};
}

LineFit fit_line(const std::vector<BytesTime>& times) {
    // a / seconds + b * bytes / seconds = 1 in the least squares, a and b >= 0.
    double aa = 0, ab = 0, bb = 0, a1 = 0, b1 = 0;
    for (const BytesTime& time : times) {
        const double a = 1 / time.seconds;
        const double b = time.bytes / time.seconds;
        aa += a * a;
        ab += a * b;
        bb += b * b;
        a1 += a;
        b1 += b;
    }
    RINGSCOPE_CHECK(bb > 0);
    const double determinant = aa * bb - ab * ab;
    double fixed = determinant > 0 ? (a1 * bb - b1 * ab) / determinant : 0;
    double per_byte = determinant > 0 ? (b1 * aa - a1 * ab) / determinant : b1 / bb;
    if (!(fixed >= 0) || !(per_byte > 0)) {
        fixed = 0;
        per_byte = b1 / bb;
    }
    return {fixed, 1 / per_byte};
}

}  // namespace ringscope
