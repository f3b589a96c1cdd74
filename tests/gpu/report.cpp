#include "tests/gpu/report.h"

#include <cstdio>

#include "tests/random_problem.h"

namespace ringscope::gpu {

namespace {

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c == '\n' ? ' ' : c;
    }
    return out + "\"";
}

template <typename T, typename Write>
std::string list(const std::vector<T>& values, Write write) {
    std::string text = "[";
    for (const T& value : values) text += (text.size() > 1 ? ", " : "") + write(value);
    return text + "]";
}

}  // namespace

std::string number(double value) {
    char text[40];
    std::snprintf(text, sizeof text, "%.17g", value);
    return text;
}

void Report::fail(const std::string& what) {
    failures_.push_back(what);
    std::fprintf(stderr, "FAILED %s\n", what.c_str());
}

void Report::add(const char* name, const std::string& text) {
    figures_ += ", " + quoted(name) + ": " + quoted(text);
}
void Report::add(const char* name, double value) { figures_ += ", " + quoted(name) + ": " + number(value); }
void Report::add(const char* name, const std::vector<double>& values) {
    figures_ += ", " + quoted(name) + ": " + list(values, number);
}
void Report::add(const char* name, const std::vector<std::string>& texts) {
    figures_ += ", " + quoted(name) + ": " + list(texts, quoted);
}

std::string Report::json() const {
    return std::string("{\"passed\": ") + (passed() ? "true" : "false") +
           ", \"failures\": " + list(failures_, quoted) + figures_ + "}";
}

std::shared_ptr<const Run> run_on_gpu(Report& report, Experiment experiment, const RunOptions& options) {
    experiment.backend.device = "cuda";
    auto run = execute(experiment, options, {});
    if (run->state != RunState::done) report.fail(describe(experiment) + ": " + run->error);
    return run;
}

Experiment one_group(DType dtype, int64_t n, int heads, int head_dim, int64_t w, int64_t r, bool causal,
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

}  // namespace ringscope::gpu
