#include "engine/experiment/experiment.h"

#include <algorithm>
#include <cmath>

#include "engine/base/error.h"
#include "engine/base/number_text.h"

namespace ringscope {

namespace {

constexpr int64_t kMaxSeqLen = (int64_t{1} << 31) - 1;  // tokens inside a segment are 32-bit in the kernels
constexpr int kMaxBatch = 1 << 16;
constexpr int kMaxHeads = 4096;
constexpr size_t kMaxHeadGroups = 64;
// So that no sum over ranks, heads and bytes leaves 64 bits.
constexpr double kMaxNumbers = 1LL << 46;  // batch x seq_len x heads x head_dim: half a petabyte of f32
constexpr double kMaxPairs = 1LL << 60;    // query-key pairs, before the causal mask
/// Scores of generated inputs, at most 256 x 5.9 x 5.9 times this, and of inputs up to a million, stay below F32's
/// 3.4e38 by far.
constexpr double kMaxSoftmaxScale = 1e20;
constexpr int kMaxThreads = 1024;
constexpr double kMaxTimeoutSeconds = 86400;

class Problems {
  public:
    void add(const std::string& path, const std::string& message) { list.push_back({path, message}); }
    void range(const std::string& path, int64_t value, int64_t low, int64_t high) {
        if (value < low || value > high)
            add(path, std::to_string(value) + " is not allowed: " + std::to_string(low) + " to " +
                          std::to_string(high));
    }
    std::vector<FieldProblem> list;
};

void check_offset(const HeadGroup& group, const std::string& path, Problems& problems) {
    if (group.offset.rule != Offset::Rule::fixed || group.dilation_rate < 1) return;
    if (group.offset.value < 0 || group.offset.value >= group.dilation_rate)
        problems.add(path + ".offset", std::to_string(group.offset.value) +
                                           " is not allowed: 0 to dilation_rate - 1 = " +
                                           std::to_string(group.dilation_rate - 1));
}

void check_group(const HeadGroup& group, const std::string& path, Problems& problems) {
    problems.range(path + ".segment_length", group.segment_length, 1, kMaxSeqLen);
    if (group.dilation_rate < 1)
        problems.add(path + ".dilation_rate",
                     std::to_string(group.dilation_rate) + " is not allowed: 1 or more");
    else if (group.segment_length >= 1 && group.dilation_rate > group.segment_length)
        problems.add(path + ".dilation_rate", std::to_string(group.dilation_rate) +
                                                  " is larger than the segment length " +
                                                  std::to_string(group.segment_length) + ": at most that");
    check_offset(group, path, problems);
}

void check_group_heads(const ProblemSpec& spec, Problems& problems) {
    int64_t given = 0;
    int unset = 0;
    for (size_t g = 0; g < spec.head_groups.size(); ++g) {
        const auto& heads = spec.head_groups[g].heads;
        const std::string path = "problem.head_groups[" + std::to_string(g) + "].heads";
        if (!heads) {
            ++unset;
        } else if (spec.mixing == Mixing::longnet && *heads != spec.heads) {
            problems.add(path, std::to_string(*heads) +
                                   " is not allowed: longnet mixing runs every head in every " +
                                   "group, so leave it unset or " + std::to_string(spec.heads));
        } else if (*heads < 1) {
            problems.add(path, std::to_string(*heads) + " is not allowed: 1 or more");
        } else {
            given += *heads;
        }
    }
    if (spec.mixing == Mixing::longnet || spec.head_groups.empty() || spec.heads < 1) return;
    const int64_t least = given + unset;
    if (least > spec.heads)
        problems.add("problem.head_groups", "the groups need at least " + std::to_string(least) +
                                                " heads, but there are " + std::to_string(spec.heads));
    else if (unset == 0 && given != spec.heads)
        problems.add("problem.head_groups", "the groups' heads add up to " + std::to_string(given) +
                                                ", but there are " + std::to_string(spec.heads));
}

/// Of a problem whose fields are right one by one.
void check_size(const ProblemSpec& spec, Problems& problems) {
    const double rows = static_cast<double>(spec.batch) * static_cast<double>(spec.seq_len) * spec.heads;
    const double numbers = rows * spec.head_dim;
    if (numbers > kMaxNumbers)
        problems.add("problem.seq_len",
                     std::to_string(spec.seq_len) + " is too long: batch x seq_len x heads x head_dim is " +
                         exact_text(numbers) + ", at most " + exact_text(kMaxNumbers) + " can be planned");
    double pairs = 0;
    for (const HeadGroup& group : spec.head_groups) {
        const auto rate = static_cast<double>(group.dilation_rate);
        const auto keys = static_cast<double>(std::min(group.segment_length, spec.seq_len));
        pairs += rows * keys / (spec.queries == Queries::dilated ? rate * rate : rate);
    }
    if (pairs > kMaxPairs)
        problems.add("problem.seq_len", std::to_string(spec.seq_len) + " is too long: with these segments " +
                                            "there may be " + exact_text(pairs) +
                                            " query-key pairs, at most " + exact_text(kMaxPairs) +
                                            " can be planned");
}

void check_problem(const ProblemSpec& spec, Problems& problems) {
    problems.range("problem.batch", spec.batch, 1, kMaxBatch);
    problems.range("problem.seq_len", spec.seq_len, 1, kMaxSeqLen);
    problems.range("problem.heads", spec.heads, 1, kMaxHeads);
    problems.range("problem.head_dim", spec.head_dim, 1, kMaxHeadDim);
    if (spec.kv_heads) {
        if (*spec.kv_heads < 1 || (spec.heads >= 1 && spec.heads % *spec.kv_heads != 0))
            problems.add("problem.kv_heads",
                         std::to_string(*spec.kv_heads) +
                             " is not allowed: a divisor of heads = " + std::to_string(spec.heads));
    }
    if (spec.softmax_scale && !(std::abs(*spec.softmax_scale) <= kMaxSoftmaxScale))
        problems.add("problem.softmax_scale",
                     exact_text(*spec.softmax_scale) + " is not allowed: " + exact_text(-kMaxSoftmaxScale) +
                         " to " + exact_text(kMaxSoftmaxScale) + ", so that scores stay finite in F32");
    if (spec.head_groups.empty() || spec.head_groups.size() > kMaxHeadGroups)
        problems.add("problem.head_groups", std::to_string(spec.head_groups.size()) +
                                                " groups are not allowed: 1 to " +
                                                std::to_string(kMaxHeadGroups));
    for (size_t g = 0; g < spec.head_groups.size(); ++g)
        check_group(spec.head_groups[g], "problem.head_groups[" + std::to_string(g) + "]", problems);
    check_group_heads(spec, problems);
    if (problems.list.empty()) check_size(spec, problems);
}

}  // namespace

std::vector<FieldProblem> validate(const Experiment& experiment) {
    Problems problems;
    check_problem(experiment.problem, problems);
    const RingSpec& ring = experiment.ring;
    problems.range("ring.ranks", ring.ranks, 1, kMaxRanks);
    if (ring.stripe_block.tokens < 0 || ring.stripe_block.tokens > kMaxSeqLen)
        problems.add("ring.stripe_block", std::to_string(ring.stripe_block.tokens) +
                                              " is not allowed: auto, or 1 to " + std::to_string(kMaxSeqLen));
    if (!(ring.timeout_seconds > 0 && ring.timeout_seconds <= kMaxTimeoutSeconds))
        problems.add("ring.timeout_seconds", exact_text(ring.timeout_seconds) +
                                                 " is not allowed: more than 0, at most " +
                                                 exact_text(kMaxTimeoutSeconds) + " seconds");
    problems.range("backend.threads", experiment.backend.threads, 0, kMaxThreads);
    const BackendSpec& backend = experiment.backend;
    if (backend.device.empty())
        problems.add("backend.device", "\"\" is not allowed: auto or a device's name");
    if (backend.transport.empty())
        problems.add("backend.transport", "\"\" is not allowed: auto or a transport's name");
    if (backend.kernel.empty())
        problems.add("backend.kernel", "\"\" is not allowed: auto or a kernel's name");
    return problems.list;
}

void require_valid(const Experiment& experiment) {
    std::string all;
    for (const FieldProblem& problem : validate(experiment))
        all += (all.empty() ? "" : "; ") + problem.path + ": " + problem.message;
    if (!all.empty()) throw Error(ErrorKind::bad_input, all);
}

int64_t bytes_of(DType dtype) { return dtype == DType::f32 ? 4 : 2; }

}  // namespace ringscope
