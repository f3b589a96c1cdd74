#include "engine/experiment/experiment.h"

#include <charconv>
#include <cmath>
#include <type_traits>

#include "engine/base/error.h"
#include "engine/base/number_text.h"
#include "engine/experiment/experiment_fields.h"

namespace ringscope {

namespace {

constexpr int64_t kMaxSeqLen = (int64_t{1} << 31) - 1;  // tokens inside a segment are 32-bit in the kernels
constexpr int kMaxBatch = 1 << 16;
constexpr int kMaxHeads = 4096;
constexpr size_t kMaxHeadGroups = 64;
// So that no sum over ranks, heads and bytes leaves 64 bits.
constexpr double kMaxNumbers = 1LL << 46;  // batch x seq_len x heads x head_dim: half a petabyte of f32
constexpr double kMaxPairs = 1LL << 60;    // query-key pairs, before the causal mask
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
    if (spec.softmax_scale && !std::isfinite(*spec.softmax_scale))
        problems.add("problem.softmax_scale",
                     exact_text(*spec.softmax_scale) + " is not allowed: a finite number");
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

namespace {

[[noreturn]] void bad_value(const std::string& path, const std::string& text, const std::string& allowed) {
    constexpr size_t kMostShown = 64;
    const std::string shown = text.size() <= kMostShown ? text : text.substr(0, kMostShown) + "..";
    throw Error(ErrorKind::bad_input, path + ": \"" + shown + "\" is not allowed: " + allowed);
}

template <typename Number>
Number read_number(const std::string& path, const std::string& text, const char* allowed) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) bad_value(path, text, allowed);
    return value;
}

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};

/// A number that is only too large is told how large it may be.
template <typename T>
const char* whole_number_words(const std::string& text) {
    const bool digits = text.find_first_not_of("-0123456789") == std::string::npos;
    if (!digits || text.empty()) return "a whole number";
    return sizeof(T) == 4 ? "a whole number of at most 2147483647"
                          : "a whole number of at most 9223372036854775807";
}

template <typename T>
void read_value(const std::string& path, const std::string& text, T& value) {
    if constexpr (std::is_same_v<T, bool>) {
        if (text != "true" && text != "false") bad_value(path, text, "true or false");
        value = text == "true";
    } else if constexpr (std::is_same_v<T, std::string>) {
        value = text;
    } else if constexpr (std::is_same_v<T, StripeBlock>) {
        const int64_t tokens =
            text == "auto" ? 0 : read_number<int64_t>(path, text, "auto or a whole number from 1");
        if (text != "auto" && tokens < 1) bad_value(path, text, "auto or a whole number from 1");
        value.tokens = tokens;
    } else if constexpr (std::is_same_v<T, std::vector<HeadGroup>>) {
        bad_value(path, text, "a list of head groups in an experiment file");
    } else if constexpr (IsOptional<T>::value) {
        if (text == "null") {
            value.reset();
        } else {
            typename T::value_type inner{};
            read_value(path, text, inner);
            value = inner;
        }
    } else if constexpr (std::is_enum_v<T>) {
        std::string allowed;
        for (size_t i = 0; i < std::size(EnumNames<T>::names); ++i) {
            if (text == EnumNames<T>::names[i]) {
                value = static_cast<T>(i);
                return;
            }
            allowed += (i ? ", " : "") + std::string(EnumNames<T>::names[i]);
        }
        bad_value(path, text, "one of " + allowed);
    } else if constexpr (std::is_floating_point_v<T>) {
        const T read = read_number<T>(path, text, "a number");
        if (!std::isfinite(read)) bad_value(path, text, "a finite number");
        value = read;
    } else {
        value = read_number<T>(path, text,
                               std::is_unsigned_v<T> ? "a whole number from 0" : whole_number_words<T>(text));
    }
}

template <typename T>
std::string value_text(const T& value) {
    if constexpr (std::is_same_v<T, bool>)
        return value ? "true" : "false";
    else if constexpr (std::is_same_v<T, std::string>)
        return value;
    else if constexpr (std::is_same_v<T, StripeBlock>)
        return value.automatic() ? "auto" : std::to_string(value.tokens);
    else if constexpr (std::is_same_v<T, std::vector<HeadGroup>>)
        return std::to_string(value.size()) + " groups";
    else if constexpr (IsOptional<T>::value)
        return value ? value_text(*value) : "null";
    else if constexpr (std::is_enum_v<T>)
        return name_of(value);
    else if constexpr (std::is_floating_point_v<T>)
        return exact_text(value);
    else
        return std::to_string(value);
}

}  // namespace

void set_field(Experiment& experiment, const std::string& path, const std::string& text) {
    bool found = false;
    visit_fields(experiment, [&](const Field& field, auto& value) {
        if (path != field.path) return;
        found = true;
        read_value(path, text, value);
    });
    if (!found) throw Error(ErrorKind::bad_input, "\"" + path + "\" is not a field of an experiment");
}

std::string field_text(const Experiment& experiment, const std::string& path) {
    std::string text;
    bool found = false;
    visit_fields(experiment, [&](const Field& field, const auto& value) {
        if (path != field.path) return;
        found = true;
        text = value_text(value);
    });
    RINGSCOPE_CHECK(found);
    return text;
}

}  // namespace ringscope
