// An experiment: everything a person chooses. Plain data; the answer depends on `problem` and `input` alone.
//
// Defaults stand here and nowhere else. The list of fields (for files, --set, the settings panel and
// printing) is experiment_fields.h; what is allowed is said by validate().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ringscope {

enum class DType { f32, f16, bf16 };
enum class Queries { dilated, all };
enum class Mixing { head_groups, longnet };
enum class Layout { contiguous, zigzag, striped };
enum class Strategy { automatic, single, all_gather, ring };
enum class Accumulator { lse, online_softmax };

/// The residue of (token mod w) mod r that a head keeps.
struct Offset {
    enum class Rule {
        automatic,       // group index mod r; in longnet mixing per_head
        fixed,           // `value`, 0 <= value < r
        per_head,        // head mod r (LongNet, section 2.4)
        per_head_block,  // head / ceil(heads / r) (torchscale's order)
    };
    Rule rule = Rule::automatic;
    int64_t value = 0;  // tokens; used by Rule::fixed only
    bool operator==(const Offset&) const = default;
};

/// One (w, r, o) and the heads that use it.
struct HeadGroup {
    int64_t segment_length = 0;  // w, tokens; may exceed seq_len
    int64_t dilation_rate = 1;   // r, 1 <= r <= w
    std::optional<int> heads;    // unset: an even split, the first (heads mod groups) groups one more
    Offset offset;
    bool operator==(const HeadGroup&) const = default;
};

struct ProblemSpec {
    int batch = 1;
    int64_t seq_len = 0;  // n, tokens
    int heads = 0;
    std::optional<int> kv_heads;  // unset: as many as heads
    int head_dim = 0;             // d
    DType dtype = DType::f32;     // of Q, K and V; accumulation is F32
    bool causal = false;
    std::optional<double> softmax_scale;  // unset: 1 / sqrt(head_dim)
    Queries queries = Queries::dilated;
    Mixing mixing = Mixing::head_groups;
    std::vector<HeadGroup> head_groups;
    bool operator==(const ProblemSpec&) const = default;
};

/// 0 stands for "auto": the least common multiple of the dilation rates.
struct StripeBlock {
    int64_t tokens = 1;
    bool automatic() const { return tokens == 0; }
    bool operator==(const StripeBlock&) const = default;
};

struct RingSpec {
    int ranks = 4;  // p
    Layout layout = Layout::contiguous;
    StripeBlock stripe_block;  // striped layout only
    Strategy strategy = Strategy::ring;
    bool overlap = true;             // receive the next chunk while computing on this one
    bool dilate_before_send = true;  // only kept tokens travel
    bool prune = true;  // ring: K/V travel only around their sub-ring, as far as a rank needs them
    Accumulator accumulator = Accumulator::lse;
    double timeout_seconds = 30;  // for one transfer
    bool operator==(const RingSpec&) const = default;
};

/// Names that executors answer to (engine/run/executor.h), or "auto". A name that none here answers to is no
/// fault of the experiment: it can be read and planned, and is refused when it is to run.
struct BackendSpec {
    std::string device = "auto";
    std::string transport = "auto";
    std::string kernel = "auto";
    int threads = 0;  // worker threads for all ranks together; 0: one per core
    bool operator==(const BackendSpec&) const = default;
};

struct InputSpec {
    uint64_t seed = 1;
    bool operator==(const InputSpec&) const = default;
};

struct Experiment {
    ProblemSpec problem;
    RingSpec ring;
    BackendSpec backend;
    InputSpec input;
    bool operator==(const Experiment&) const = default;
};

inline constexpr int kMaxRunRanks = 64;
inline constexpr int kMaxRanks = 4096;  // plan and simulate
inline constexpr int kMaxHeadDim = 256;

/// What is wrong with one field: `path` as in the experiment file ("problem.head_groups[1].offset"),
/// `message` one sentence that names the value and what is allowed.
struct FieldProblem {
    std::string path;
    std::string message;
};

/// Every problem at once; empty when the experiment can be planned (ranks up to kMaxRanks).
std::vector<FieldProblem> validate(const Experiment& experiment);

/// Throws Error(bad_input) that joins all problems into one line.
void require_valid(const Experiment& experiment);

int64_t bytes_of(DType dtype);

// Names as they stand in files, --set and the window. The arrays are in the enumerators' order.
template <typename Enum>
struct EnumNames;  // static constexpr std::array names

template <typename Enum>
const char* name_of(Enum value) {
    return EnumNames<Enum>::names[static_cast<size_t>(value)];
}

#define RINGSCOPE_ENUM_NAMES(Enum, ...)                       \
    template <>                                               \
    struct EnumNames<Enum> {                                  \
        static constexpr const char* names[] = {__VA_ARGS__}; \
    }
RINGSCOPE_ENUM_NAMES(DType, "f32", "f16", "bf16");
RINGSCOPE_ENUM_NAMES(Queries, "dilated", "all");
RINGSCOPE_ENUM_NAMES(Mixing, "head_groups", "longnet");
RINGSCOPE_ENUM_NAMES(Layout, "contiguous", "zigzag", "striped");
RINGSCOPE_ENUM_NAMES(Strategy, "auto", "single", "all_gather", "ring");
RINGSCOPE_ENUM_NAMES(Accumulator, "lse", "online_softmax");
RINGSCOPE_ENUM_NAMES(Offset::Rule, "auto", "fixed", "per_head", "per_head_block");
#undef RINGSCOPE_ENUM_NAMES

}  // namespace ringscope
