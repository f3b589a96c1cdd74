// Times and memory of whole runs.
#include <cstring>

#include "engine/experiment/experiment_fields.h"
#include "tests/gpu/parts.h"

namespace ringscope::gpu {

namespace {

/// Rows of one table over and over: as random as a benchmark needs, and made at the speed of memory.
class RepeatedSource : public TensorSource {
  public:
    explicit RepeatedSource(const Problem& problem) : problem_(problem) {
        Problem one = problem;
        one.seq_len = kTokens;
        one.kv_heads = one.heads;
        const auto source = make_generated_source(one, 7);
        table_.resize(static_cast<size_t>(kTokens * row_bytes(problem.heads)));
        source->read(InputTensor::q, 0, {0, 1, kTokens}, table_.data());
    }
    void read(InputTensor tensor, int batch_index, const TokenRun& run, void* target) const override {
        const int64_t bytes = row_bytes(tensor == InputTensor::q ? problem_.heads : problem_.kv_heads);
        for (int64_t i = 0; i < run.count; ++i) {
            const int64_t token = (run.at(i) * 3 + static_cast<int>(tensor) + batch_index) % kTokens;
            std::memcpy(static_cast<char*>(target) + i * bytes,
                        &table_[static_cast<size_t>(token * row_bytes(problem_.heads))],
                        static_cast<size_t>(bytes));
        }
    }

  private:
    static constexpr int64_t kTokens = 4096;
    int64_t row_bytes(int heads) const {
        return int64_t{heads} * problem_.head_dim * bytes_of(problem_.dtype);
    }
    Problem problem_;
    std::vector<char> table_;
};

RunOptions timed(const Experiment& experiment) {
    RunOptions options;
    options.input = std::make_shared<RepeatedSource>(resolve(experiment.problem));
    options.keep_output = false;
    return options;
}

/// After one run that does not count.
std::vector<std::shared_ptr<const Run>> repeat(Report& report, const Experiment& experiment, int times) {
    const RunOptions options = timed(experiment);
    std::vector<std::shared_ptr<const Run>> runs;
    for (int i = 0; i <= times && report.passed(); ++i) {
        const auto run = run_on_gpu(report, experiment, options);
        if (i > 0 && run->state == RunState::done) runs.push_back(run);
    }
    return runs;
}

}  // namespace

void time_kernel(Report& report, Words words) {
    if (words.size() != 8 && words.size() != 9)
        throw Error(ErrorKind::bad_input, "kernel takes DTYPE D N HEADS W R CAUSAL RUNS [KERNEL]");
    Experiment e = one_group(DType::bf16, std::stoll(words[2]), std::stoi(words[3]), std::stoi(words[1]),
                             std::stoll(words[4]), std::stoll(words[5]), words[6] == "1", 1);
    set_field(e, "problem.dtype", words[0]);
    if (words.size() == 9) e.backend.kernel = words[8];
    std::vector<double> seconds;
    for (const auto& run : repeat(report, e, std::stoi(words[7]))) {
        seconds.push_back(run->metrics.ranks[0].compute_seconds);
        if (seconds.size() > 1) continue;
        report.add("kernel", run->kernel);
        report.add("flops", run->metrics.flops);
    }
    report.add("seconds", seconds);
}

void time_ring(Report& report, Words words) {
    if (words.size() != 2) throw Error(ErrorKind::bad_input, "ring takes RANKS RUNS");
    const int ranks = std::stoi(words[0]);
    report.add("ranks", ranks);
    for (const int p : {1, ranks}) {
        std::vector<double> seconds;
        const Experiment e = one_group(DType::bf16, 65536, 16, 128, 65536, 1, false, p);
        for (const auto& run : repeat(report, e, std::stoi(words[1])))
            seconds.push_back(run->metrics.seconds);
        report.add(p == 1 ? "one_rank_seconds" : "seconds", seconds);
    }
}

void run_long(Report& report, Words words) {
    if (words.size() != 1) throw Error(ErrorKind::bad_input, "long takes TOKENS");
    Experiment e;
    e.problem.seq_len = std::stoll(words[0]);
    e.problem.heads = 12;
    e.problem.head_dim = 64;
    e.problem.dtype = DType::bf16;
    for (int i = 0; i < 5; ++i)
        e.problem.head_groups.push_back({int64_t{2048} << i, int64_t{1} << i, {}, {}});
    e.ring.ranks = 1;
    report.add("tokens", static_cast<double>(e.problem.seq_len));
    const auto run = run_on_gpu(report, e, timed(e));
    if (run->state != RunState::done) return;
    const RankMetrics& rank = run->metrics.ranks[0];
    if (rank.peak_bytes != rank.predicted_peak_bytes)
        report.fail("peak of " + std::to_string(rank.peak_bytes) + " bytes, predicted " +
                    std::to_string(rank.predicted_peak_bytes));
    report.add("seconds", run->metrics.seconds);
    report.add("peak_bytes", static_cast<double>(rank.peak_bytes));
    report.add("predicted_peak_bytes", static_cast<double>(rank.predicted_peak_bytes));
}

}  // namespace ringscope::gpu
