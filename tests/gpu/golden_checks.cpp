// Golden cases, as golden_to_flat.py writes them.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/experiment/experiment_fields.h"
#include "tests/gpu/parts.h"

namespace ringscope::gpu {

namespace {

std::vector<char> read_bytes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Error(ErrorKind::io, path + " cannot be read");
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<float> read_floats(const std::string& path) {
    const std::vector<char> bytes = read_bytes(path);
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
    return values;
}

HeadGroup read_group(std::istringstream& words) {
    HeadGroup group;
    std::string heads, rule;
    words >> group.segment_length >> group.dilation_rate >> heads >> rule >> group.offset.value;
    if (heads != "auto") group.heads = std::stoi(heads);
    for (const auto r :
         {Offset::Rule::automatic, Offset::Rule::fixed, Offset::Rule::per_head, Offset::Rule::per_head_block})
        if (rule == name_of(r)) group.offset.rule = r;
    return group;
}

Experiment read_experiment(const std::string& path) {
    Experiment e;
    std::ifstream file(path);
    std::string line;
    while (std::getline(file, line)) {
        std::istringstream words(line);
        std::string kind, field, value;
        words >> kind;
        if (kind == "set") {
            words >> field >> value;
            set_field(e, field, value);
        } else if (kind == "group") {
            e.problem.head_groups.push_back(read_group(words));
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

const std::vector<NamedChange> kRingSettings = {
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

}  // namespace

void run_golden_cases(Report& report, const std::string& folder, const std::vector<NamedChange>& changes,
                      bool (*wanted)(const Experiment&)) {
    int runs = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string path = entry.path().string() + "/";
        const Experiment written = read_experiment(path + "experiment.txt");
        if (wanted != nullptr && !wanted(written)) continue;
        const auto q = read_bytes(path + "q"), k = read_bytes(path + "k"), v = read_bytes(path + "v");
        const auto o = read_floats(path + "o"), lse = read_floats(path + "lse");
        for (const auto& [name, change] : changes) {
            Experiment e = written;
            change(e);
            RunOptions options;
            options.input = make_memory_source(resolve(e.problem), q.data(), k.data(), v.data());
            const auto run = run_on_gpu(report, e, options);
            ++runs;
            if (!run->output) continue;
            const std::string why = difference(e.problem, *run->output, o, lse);
            if (!why.empty()) report.fail(entry.path().filename().string() + ", " + name + ": " + why);
        }
    }
    if (runs == 0) report.fail("no golden case under " + folder);
    report.add("runs", runs);
}

void check_golden(Report& report, Words words) {
    if (words.size() != 1) throw Error(ErrorKind::bad_input, "golden takes the folder of flat cases");
    run_golden_cases(report, words[0], kRingSettings);
}

}  // namespace ringscope::gpu
