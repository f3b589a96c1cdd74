// What only a GPU can show, without GoogleTest or JSON: run by run.sh, needs the engine alone.
//
//   gpu_check devices                       what the machine offers
//   gpu_check golden FLAT_CASES             golden cases (golden_to_flat.py), each under several ring
//   settings gpu_check random ROUNDS SEED            random problems, device against the float64 reference
//   gpu_check bits                          two runs, one answer, bit for bit
//   gpu_check faults                        a lost transfer, a cancel, too little memory; and the next run
//   works gpu_check leaks RUNS                    device memory after many runs gpu_check kernel DTYPE D N
//   HEADS W R CAUSAL RUNS   seconds of the attention alone, one rank gpu_check ring RANKS RUNS seconds of a
//   run of many ranks over those of one gpu_check long TOKENS                   LongNet's settings on one
//   GPU, memory against the prediction
//
// Prints one JSON object on standard output; exit 0 when everything held, 1 when not, 3 where no GPU can be
// used.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <thread>

#include "engine/cuda/device_arena.h"
#include "engine/executor.h"
#include "engine/experiment_fields.h"
#include "tests/random_problem.h"

namespace {

using namespace ringscope;

std::vector<std::string> failures;

void fail(const std::string& what) {
    failures.push_back(what);
    std::fprintf(stderr, "FAILED %s\n", what.c_str());
}

std::string json_text(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out + "\"";
}

std::string number(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%.9g", value);
    return text;
}

std::string list(const std::vector<double>& values) {
    std::string text = "[";
    for (const double value : values) text += (text.size() > 1 ? ", " : "") + number(value);
    return text + "]";
}

/// The run's error is a failure unless it went well.
std::shared_ptr<const Run> run_on_gpu(Experiment experiment, RunOptions options = {}) {
    experiment.backend.device = Device::cuda;
    auto run = execute(experiment, options, {});
    if (run->state != RunState::done) fail(describe(experiment) + ": " + run->error);
    return run;
}

std::vector<char> read_bytes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Error(ErrorKind::io, path + " cannot be read");
    return {std::istreambuf_iterator<char>(file), {}};
}

Experiment read_experiment(const std::string& path) {
    Experiment e;
    std::ifstream file(path);
    std::string line;
    while (std::getline(file, line)) {
        std::istringstream words(line);
        std::string kind, field, value, heads, rule;
        words >> kind;
        if (kind == "set") {
            words >> field >> value;
            set_field(e, field, value);
        } else if (kind == "group") {
            HeadGroup group;
            words >> group.segment_length >> group.dilation_rate >> heads >> rule >> group.offset.value;
            if (heads != "auto") group.heads = std::stoi(heads);
            for (const auto r : {Offset::Rule::automatic, Offset::Rule::fixed, Offset::Rule::per_head,
                                 Offset::Rule::per_head_block})
                if (rule == name_of(r)) group.offset.rule = r;
            e.problem.head_groups.push_back(group);
        }
    }
    return e;
}

struct Tolerance {
    double o, lse;
};
Tolerance allowed_error(DType dtype) {
    if (dtype == DType::f32) return {1e-5, 1e-4};
    return dtype == DType::f16 ? Tolerance{1.5e-3, 1e-3} : Tolerance{6e-3, 1e-3};
}

/// "" or why the answer is not the expected one. Expected o is (b, n, h, d), lse (b, h, n).
std::string difference(const ProblemSpec& p, const RunOutput& output, const std::vector<float>& o,
                       const std::vector<float>& lse) {
    double error = 0, size = 0, worst = 0, largest = 10;
    for (int b = 0; b < p.batch; ++b)
        for (int64_t t = 0; t < p.seq_len; ++t)
            for (int h = 0; h < p.heads; ++h) {
                const float* row = output.o_row(b, t, h);
                const float* want = &o[static_cast<size_t>(((b * p.seq_len + t) * p.heads + h) * p.head_dim)];
                for (int c = 0; c < p.head_dim; ++c) {
                    if (!std::isfinite(row[c])) return "o is not finite";
                    error += (row[c] - want[c]) * (row[c] - want[c]);
                    size += want[c] * want[c];
                }
                const float have = output.lse(b, h, t);
                const float expected = lse[static_cast<size_t>((b * int64_t{p.heads} + h) * p.seq_len + t)];
                if (std::isinf(expected) != std::isinf(have)) return "lse is infinite on one side only";
                if (std::isinf(expected)) continue;
                worst = std::max(worst, std::abs(double{have} - expected));
                largest = std::max(largest, std::abs(double{expected}));
            }
    const Tolerance tolerance = allowed_error(p.dtype);
    if (std::sqrt(error) > tolerance.o * std::sqrt(size))
        return "o: relative error " + number(std::sqrt(error / size));
    return worst > tolerance.lse * largest / 10 ? "lse: error " + number(worst) : "";
}

using Change = std::function<void(Experiment&)>;
const std::vector<std::pair<const char*, Change>> kRingSettings = {
    {"as written", [](Experiment&) {}},
    {"single", [](Experiment& e) { e.ring.strategy = Strategy::single; }},
    {"all_gather", [](Experiment& e) { e.ring.strategy = Strategy::all_gather; }},
    {"online softmax", [](Experiment& e) { e.ring.accumulator = Accumulator::online_softmax; }},
    {"plain ring", [](Experiment& e) { e.ring.overlap = e.ring.dilate_before_send = e.ring.prune = false; }},
    {"5 ranks", [](Experiment& e) { e.ring.ranks = 5; }},
    {"zigzag", [](Experiment& e) { e.ring.layout = Layout::zigzag; }},
    {"striped", [](Experiment& e) { e.ring.layout = Layout::striped; }},
    {"fma kernel", [](Experiment& e) { e.backend.kernel = "fma"; }},
};

std::vector<float> floats(const std::vector<char>& bytes) {
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
    return values;
}

std::string golden(const std::string& folder) {
    int runs = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string path = entry.path().string() + "/";
        const Experiment written = read_experiment(path + "experiment.txt");
        const auto q = read_bytes(path + "q"), k = read_bytes(path + "k"), v = read_bytes(path + "v");
        const auto o = floats(read_bytes(path + "o")), lse = floats(read_bytes(path + "lse"));
        for (const auto& [name, change] : kRingSettings) {
            Experiment e = written;
            change(e);
            RunOptions options;
            options.input = make_memory_source(resolve(e.problem), q.data(), k.data(), v.data());
            const auto run = run_on_gpu(e, options);
            ++runs;
            if (!run->output) continue;
            const std::string why = difference(e.problem, *run->output, o, lse);
            if (!why.empty()) fail(entry.path().filename().string() + ", " + name + ": " + why);
        }
    }
    if (runs == 0) fail("no golden case under " + folder);
    return "\"runs\": " + std::to_string(runs);
}

std::string random_problems(int rounds, unsigned seed) {
    std::mt19937 random(seed);
    for (int round = 0; round < rounds; ++round) {
        Experiment e = random_experiment(random, {round % 4 == 0 ? 1500 : 200, 8, 256});
        e.problem.dtype = static_cast<DType>(round % 3);
        if (round % 5 == 0) e.backend.kernel = "fma";
        RunOptions options;
        options.verify = true;
        const auto run = run_on_gpu(e, options);
        if (run->verification && !run->verification->passed)
            fail(describe(e) + ": relative error " + number(run->verification->relative_error) +
                 ", lse error " + number(run->verification->max_lse_error) + ", wrong empty rows " +
                 std::to_string(run->verification->wrong_empty_rows));
    }
    return "\"rounds\": " + std::to_string(rounds) + ", \"seed\": " + std::to_string(seed);
}

Experiment dense(DType dtype, int64_t n, int heads, int head_dim, int64_t w, int64_t r, bool causal,
                 int ranks) {
    Experiment e;
    e.problem.seq_len = n;
    e.problem.heads = heads;
    e.problem.head_dim = head_dim;
    e.problem.dtype = dtype;
    e.problem.causal = causal;
    e.problem.head_groups = {{w, r, {}, {}}};
    e.ring.ranks = ranks;
    return e;
}

std::string same_bits() {
    for (const DType dtype : {DType::f32, DType::f16, DType::bf16})
        for (const Layout layout : {Layout::contiguous, Layout::zigzag}) {
            Experiment e = dense(dtype, 4099, 6, 64, 2048, 3, true, 4);
            e.ring.layout = layout;
            const auto first = run_on_gpu(e);
            const auto second = run_on_gpu(e);
            if (!first->output || !second->output) continue;
            for (int64_t t = 0; t < e.problem.seq_len; ++t)
                for (int h = 0; h < e.problem.heads; ++h)
                    if (std::memcmp(first->output->o_row(0, t, h), second->output->o_row(0, t, h),
                                    64 * sizeof(float)))
                        return fail("two runs differ at token " + std::to_string(t)), "\"equal\": false";
        }
    return "\"equal\": " + std::string(failures.empty() ? "true" : "false");
}

std::string faults() {
    Experiment e = dense(DType::bf16, 8192, 4, 64, 8192, 1, false, 4);
    e.backend.device = Device::cuda;
    e.ring.timeout_seconds = 1;
    const auto expect = [&](const char* what, const RunOptions& options, RunState state, const char* words) {
        const auto run = execute(e, options, {});
        if (run->state != state || run->error.find(words) == std::string::npos)
            fail(std::string(what) + ": " + name_of(run->state) + ", " + run->error);
        run_on_gpu(e);
    };
    RunOptions options;
    options.fault = {Fault::Kind::lose_transfer, 1, 1, 0};
    expect("lost transfer", options, RunState::failed, "rank 1");
    options.fault = {Fault::Kind::throw_error, 2, 1, 0};
    expect("error on a rank", options, RunState::failed, "rank 2");
    options.fault = {Fault::Kind::delay, 1, 1, 0.3};
    expect("late rank", options, RunState::done, "");
    Experiment slow = e;
    slow.ring.timeout_seconds = 60;
    RunOptions lost;
    lost.fault = {Fault::Kind::lose_transfer, 1, 1, 0};
    std::stop_source stop;
    std::jthread canceller([&] {
        std::this_thread::sleep_for(std::chrono::seconds(1));
        stop.request_stop();
    });
    if (execute(slow, lost, stop.get_token())->state != RunState::cancelled) fail("cancel");
    run_on_gpu(e);
    Experiment huge = dense(DType::bf16, int64_t{1} << 30, 64, 128, 2048, 1, false, 1);
    huge.backend.device = Device::cuda;
    const auto too_big = execute(huge, {}, {});
    if (too_big->error.rfind("out of memory", 0) != 0) fail("too little memory: " + too_big->error);
    run_on_gpu(e);
    return "\"out_of_memory\": " + json_text(too_big->error);
}

std::string leaks(int runs) {
    const Experiment e = dense(DType::bf16, 1024, 4, 64, 1024, 1, true, 4);
    run_on_gpu(e);
    const auto before = cuda::device_memory(0);
    for (int i = 0; i < runs && failures.empty(); ++i) run_on_gpu(e);
    const auto after = cuda::device_memory(0);
    if (after.pool_used != before.pool_used || after.available() < before.available() - (int64_t{8} << 20))
        fail("memory after " + std::to_string(runs) + " runs: " + std::to_string(after.available()) +
             " free, was " + std::to_string(before.available()));
    return "\"runs\": " + std::to_string(runs) + ", \"free_before\": " + std::to_string(before.available()) +
           ", \"free_after\": " + std::to_string(after.available());
}

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

std::vector<double> time_runs(const Experiment& e, int runs, double Metrics::*figure) {
    RunOptions options;
    options.input = std::make_shared<RepeatedSource>(resolve(e.problem));
    options.keep_output = false;
    std::vector<double> seconds;
    run_on_gpu(e, options);
    for (int i = 0; i < runs && failures.empty(); ++i)
        seconds.push_back(run_on_gpu(e, options)->metrics.*figure);
    return seconds;
}

std::string time_kernel(char** a) {
    Experiment e = dense(DType::bf16, std::stoll(a[2]), std::stoi(a[3]), std::stoi(a[1]), std::stoll(a[4]),
                         std::stoll(a[5]), std::string(a[6]) == "1", 1);
    set_field(e, "problem.dtype", a[0]);
    RunOptions options;
    options.input = std::make_shared<RepeatedSource>(resolve(e.problem));
    options.keep_output = false;
    std::vector<double> seconds;
    double flops = 0;
    std::string kernel;
    for (int i = 0; i <= std::stoi(a[7]) && failures.empty(); ++i) {
        const auto run = run_on_gpu(e, options);
        if (i > 0 && run->state == RunState::done) seconds.push_back(run->metrics.ranks[0].compute_seconds);
        flops = run->metrics.flops;
        kernel = run->kernel;
    }
    return "\"kernel\": " + json_text(kernel) + ", \"flops\": " + number(flops) +
           ", \"seconds\": " + list(seconds);
}

std::string time_ring(int ranks, int runs) {
    std::string text = "\"ranks\": " + std::to_string(ranks);
    for (const int p : {1, ranks})
        text +=
            std::string(", ") + (p == 1 ? "\"one_rank_seconds\"" : "\"seconds\"") + ": " +
            list(time_runs(dense(DType::bf16, 65536, 16, 128, 65536, 1, false, p), runs, &Metrics::seconds));
    return text;
}

std::string run_long(int64_t tokens) {
    Experiment e;
    e.problem.seq_len = tokens;
    e.problem.heads = 12;
    e.problem.head_dim = 64;
    e.problem.dtype = DType::bf16;
    for (int i = 0; i < 5; ++i)
        e.problem.head_groups.push_back({int64_t{2048} << i, int64_t{1} << i, {}, {}});
    e.ring.ranks = 1;
    RunOptions options;
    options.input = std::make_shared<RepeatedSource>(resolve(e.problem));
    options.keep_output = false;
    const auto run = run_on_gpu(e, options);
    if (run->state != RunState::done) return "\"tokens\": " + std::to_string(tokens);
    const RankMetrics& rank = run->metrics.ranks[0];
    if (static_cast<double>(rank.peak_bytes) > 1.02 * static_cast<double>(rank.predicted_peak_bytes))
        fail("peak of " + std::to_string(rank.peak_bytes) + " bytes, predicted " +
             std::to_string(rank.predicted_peak_bytes));
    return "\"tokens\": " + std::to_string(tokens) + ", \"seconds\": " + number(run->metrics.seconds) +
           ", \"peak_bytes\": " + std::to_string(rank.peak_bytes) +
           ", \"predicted_peak_bytes\": " + std::to_string(rank.predicted_peak_bytes);
}

std::string devices() {
    std::string text = "\"devices\": [";
    for (const EngineOption& option : engine_inventory().devices)
        text += (text.back() == '[' ? "" : ", ") +
                json_text(option.description + (option.usable ? "" : ": " + option.why_not));
    return text + "], \"version\": " + json_text(version());
}

bool gpu_usable() {
    for (const EngineOption& option : engine_inventory().devices)
        if (option.name == "cuda" && option.usable) return true;
    return false;
}

std::string check(int argc, char** argv) {
    const std::string what = argc > 1 ? argv[1] : "";
    if (what == "devices") return devices();
    if (what == "golden" && argc == 3) return golden(argv[2]);
    if (what == "random" && argc == 4)
        return random_problems(std::stoi(argv[2]), static_cast<unsigned>(std::stoul(argv[3])));
    if (what == "bits") return same_bits();
    if (what == "faults") return faults();
    if (what == "leaks" && argc == 3) return leaks(std::stoi(argv[2]));
    if (what == "kernel" && argc == 10) return time_kernel(argv + 2);
    if (what == "ring" && argc == 4) return time_ring(std::stoi(argv[2]), std::stoi(argv[3]));
    if (what == "long" && argc == 3) return run_long(std::stoll(argv[2]));
    throw Error(ErrorKind::bad_input,
                "gpu_check takes devices, golden, random, bits, faults, leaks, kernel, ring or long");
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const bool usable = gpu_usable();
        if (!usable && (argc < 2 || std::string(argv[1]) != "devices")) {
            std::printf("{\"passed\": false, \"why\": \"no usable GPU\"}\n");
            return 3;
        }
        const std::string figures = check(argc, argv);
        std::string why = "[";
        for (const std::string& failure : failures) why += (why.size() > 1 ? ", " : "") + json_text(failure);
        std::printf("{\"passed\": %s, \"failures\": %s], %s}\n", failures.empty() ? "true" : "false",
                    why.c_str(), figures.c_str());
        return failures.empty() ? 0 : 1;
    } catch (const std::exception& error) {
        std::printf("{\"passed\": false, \"why\": %s}\n", json_text(error.what()).c_str());
        return 1;
    }
}
