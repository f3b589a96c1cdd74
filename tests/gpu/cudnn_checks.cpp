// The cuDNN kernel, which runs by name only: golden cases and random problems of the dtypes that it takes.
//
// Every shape of a call costs a plan, a second or so: the random problems are those of few shapes.
#include <random>
#include <set>

#include "engine/cuda/cudnn/sdpa_calls.h"
#include "engine/cuda/device_arena.h"
#include "tests/gpu/parts.h"
#include "tests/random_problem.h"

namespace ringscope::gpu {

namespace {

constexpr size_t kMostShapes = 4;

std::string why_no_cudnn() {
    for (const EngineOption& option : engine_inventory().kernels_on("cuda"))
        if (option.name == "cudnn") return option.usable ? "" : option.why_not;
    return "it is not listed";
}

bool takes(const Experiment& e) { return e.problem.dtype != DType::f32 && e.problem.head_dim % 8 == 0; }

size_t shapes_of(const Experiment& e) {
    const Schedule schedule = plan(e);
    std::set<SdpaShape> shapes;
    for (int rank = 0; rank < schedule.ranks; ++rank)
        for (int step = 0; step < schedule.steps; ++step)
            for (int phase = 0; phase < schedule.phases; ++phase)
                for (const SdpaCall& call : make_sdpa_calls(schedule, rank, step, phase))
                    shapes.insert(call.shape);
    return shapes.size();
}

Experiment random_problem_of_few_shapes(std::mt19937& random, int round) {
    for (;;) {
        Experiment e = random_experiment(random, {round % 4 == 0 ? 1500 : 300, 4, 1});
        constexpr int kHeadDims[] = {64, 128, 40, 256};
        e.problem.head_dim = kHeadDims[round % 4];
        e.problem.dtype = round % 2 == 0 ? DType::bf16 : DType::f16;
        e.backend.kernel = "cudnn";
        const size_t shapes = shapes_of(e);
        if (shapes > 0 && shapes <= kMostShapes) return e;
    }
}

void verify_one(Report& report, const Experiment& e) {
    RunOptions options;
    options.verify = true;
    const auto run = run_on_gpu(report, e, options);
    if (run->verification && !run->verification->passed)
        report.fail(describe(e) + ": relative error " + number(run->verification->relative_error) +
                    ", lse error " + number(run->verification->max_lse_error));
    if (run->state != RunState::done) return;
    for (const RankMetrics& rank : run->metrics.ranks)
        if (rank.peak_bytes != rank.predicted_peak_bytes)
            report.fail(describe(e) + ": peak of " + std::to_string(rank.peak_bytes) + " bytes, predicted " +
                        std::to_string(rank.predicted_peak_bytes));
}

/// Plans are kept from run to run, and so is the memory that they take.
void check_kept(Report& report, int64_t tokens) {
    Experiment e = one_group(DType::bf16, tokens, 4, 64, tokens / 2, 2, true, 4);
    e.backend.kernel = "cudnn";
    const auto first = run_on_gpu(report, e);
    report.add("compiled_kernels", first->compiled_kernels);
    report.add("compile_seconds", first->compile_seconds);
    const auto before = device_memory(0);
    for (int i = 0; i < 50 && report.passed(); ++i) {
        const auto again = run_on_gpu(report, e);
        if (again->compiled_kernels > 0)
            report.fail("run " + std::to_string(i + 2) + " compiled " +
                        std::to_string(again->compiled_kernels) + " kernels again");
    }
    const auto after = device_memory(0);
    if (after.available() < before.available() - (int64_t{8} << 20))
        report.fail("memory after 50 runs: " + std::to_string(after.available()) + " free, was " +
                    std::to_string(before.available()));
}

}  // namespace

void check_cudnn(Report& report, Words words) {
    if (words.size() != 4) throw Error(ErrorKind::bad_input, "cudnn takes FLAT_CASES ROUNDS SEED TOKENS");
    const std::string why = why_no_cudnn();
    if (!why.empty()) return report.fail("cudnn cannot be used: " + why);
    const auto by_cudnn = [](const Change& further) {
        return [further](Experiment& e) {
            e.backend.kernel = "cudnn";
            further(e);
        };
    };
    run_golden_cases(report, words[0],
                     {{"cudnn", by_cudnn([](Experiment&) {})},
                      {"cudnn, online softmax",
                       by_cudnn([](Experiment& e) { e.ring.accumulator = Accumulator::online_softmax; })},
                      {"cudnn, zigzag", by_cudnn([](Experiment& e) { e.ring.layout = Layout::zigzag; })}},
                     takes);
    const int rounds = std::stoi(words[1]);
    std::mt19937 random(static_cast<unsigned>(std::stoul(words[2])));
    for (int round = 0; round < rounds; ++round)
        verify_one(report, random_problem_of_few_shapes(random, round));
    report.add("rounds", rounds);
    check_kept(report, std::stoll(words[3]));
}

}  // namespace ringscope::gpu
