// What happened: spans and memory samples of every rank. Plain data, immutable once the run has ended.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/plan/schedule.h"

namespace ringscope {

/// Timed work of one rank. `wait` says for whom or what in Span::cause.
enum class SpanKind { pack, compute, merge, send, receive, wait, collective };
inline constexpr int kSpanKinds = 7;
enum class WaitCause { none, late_peer, link, core };
template <>
struct EnumNames<SpanKind> {
    static constexpr const char* names[] = {"pack",    "compute", "merge",     "send",
                                            "receive", "wait",    "collective"};
};
template <>
struct EnumNames<WaitCause> {
    static constexpr const char* names[] = {"none", "late peer", "link", "core"};
};

/// Times are nanoseconds from the start of the run on one monotonic clock. Spans of one (rank, kind) never
/// overlap when the kind is compute, wait, pack, merge or collective; sends to different peers may.
struct Span {
    int32_t rank = 0;
    int32_t step = 0;  // during which it happened: a send or receive serves step + 1 (all_gather: step 0)
    SpanKind kind = SpanKind::compute;
    WaitCause cause = WaitCause::none;
    int32_t owner = -1;     // of the chunk; -1 when there are several or none
    int32_t peer = -1;      // the other rank of a send, receive or wait
    int32_t transfer = -1;  // index into Schedule::transfers, joins a send to its receive
    Pass pass = Pass::forward;
    Payload payload = Payload::nothing;  // moved by send, receive, pack, collective
    int64_t begin_ns = 0;
    int64_t end_ns = 0;
    int64_t bytes = 0;  // moved by send, receive, pack, collective
};

/// The life of one transfer: the receiver posts its buffer, the sender's data become ready, the bytes have
/// arrived.
struct TransferTimes {
    int64_t posted_ns = -1;
    int64_t peer_ready_ns = -1;
    int64_t begin_ns = -1;
    int64_t done_ns = -1;
};

/// Live and peak-so-far bytes of a rank's arena, taken at each step's start and end.
struct MemorySample {
    int32_t rank = 0;
    int32_t step = 0;
    int64_t time_ns = 0;
    BytesByPurpose live{};
    int64_t peak_total = 0;
};

/// For how long the work of a rank in a step had a core, summed over the threads that did it; nanoseconds. Spans count
/// the time in which the system let others have the core, too.
struct WorkTimes {
    int64_t attend_ns = 0;
    int64_t pack_ns = 0;
    int64_t copy_ns = 0;   // what it receives during the step
    int64_t merge_ns = 0;  // behind the last step
    bool operator==(const WorkTimes&) const = default;
};

struct Trace {
    /// How far a time may be off where a device's clock was brought onto the host's.
    int64_t clock_error_ns = 0;
    int64_t wall_ns = 0;                   // of the run: from the ranks' common start to the last rank's end
    std::vector<Span> spans;               // by rank, then begin
    std::vector<TransferTimes> transfers;  // parallel to Schedule::transfers
    std::vector<MemorySample> memory;      // by rank, then time
    /// [rank * steps + step]. Empty where it is not known: of GPUs, and of runs that older versions saved.
    std::vector<WorkTimes> work_times;
};

}  // namespace ringscope
