// A run: an experiment that was executed, and everything that was learnt. Immutable once published; views,
// the run file and exports read it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/host/machine.h"
#include "engine/run/fault.h"
#include "engine/run/kernel_rounding.h"
#include "engine/run/metrics.h"
#include "engine/run/simulation.h"
#include "engine/run/verification.h"

namespace ringscope {

/// o (b, n, h, d) and lse (b, h, n), F32, kept where the ranks left them. Thread-safe to read.
class RunOutput {
  public:
    virtual ~RunOutput() = default;
    /// head_dim floats of one row.
    virtual const float* o_row(int batch_index, int64_t token, int head) const = 0;
    virtual float lse(int batch_index, int head, int64_t token) const = 0;
};

enum class RunState { done, failed, cancelled };
template <>
struct EnumNames<RunState> {
    static constexpr const char* names[] = {"done", "failed", "cancelled"};
};

/// Where a run's times come from.
enum class Origin {
    measured,   // it ran
    replayed,   // its measured work, laid out as if every rank had its own device
    simulated,  // no work was done: costs come from a machine model
    imported,   // another program's trace
};
template <>
struct EnumNames<Origin> {
    static constexpr const char* names[] = {"measured", "replayed", "simulated", "imported"};
};
/// What such a run's times are, one sentence for a reader.
const char* explanation_of(Origin origin);

struct Run {
    Experiment experiment;
    Origin origin = Origin::measured;
    std::shared_ptr<const Schedule> schedule;  // null only when planning itself failed
    RunState state = RunState::done;
    std::string error;  // one line, "" when done
    ErrorKind error_kind = ErrorKind::run_failed;
    std::string device;     // "cpu"
    std::string kernel;     // the one that ran, never "auto"
    std::string transport;  // "shared"
    int threads = 0;
    KernelRounding rounding = KernelRounding::none;  // of the kernel; not kept in a file
    // What libraries compiled for the run before its clock started, and how long that took on the wall: in no
    // metric, kept for later runs of this process, not kept in a file.
    int compiled_kernels = 0;
    double compile_seconds = 0;
    std::string input_name;  // file of Q, K, V, or "" when generated
    Fault fault;             // that was asked for; not kept in a file
    std::string link;        // of a replayed run: what its transfers cost, "as measured" or a machine's name
    Machine machine;
    std::string version;         // of RingScope
    std::string revision;        // the commit it was built from, "" when not known
    int64_t started_utc_ms = 0;  // Unix time
    Trace trace;                 // of a failed or cancelled run: what happened until then
    // What the metrics need beside the trace, by rank; of a failed or cancelled run as far as it came, not kept
    // in a file.
    std::vector<RankCounters> counters;
    Metrics metrics;  // only when done
    std::optional<Verification> verification;
    std::optional<Simulation> simulation;     // of a simulated run
    std::shared_ptr<const RunOutput> output;  // null when not kept, not done, or reopened without it
    /// One sentence: what of a reopened run could not be brought back; "" when all is there.
    std::string caveat;
};

}  // namespace ringscope
