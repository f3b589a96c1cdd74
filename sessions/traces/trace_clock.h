// Several traces of other programs on one clock: where each begins after the earliest, and how that is known.
//
// Times since 1970 come first: torch.profiler's "baseTimeNanoseconds" plus its events' times, or times that count from 1970
// by themselves. Files of one job that say neither are taken at their own times, as those of one machine are. What tells
// nothing begins where the earliest file begins. An offset that a person has set is added last.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sessions/traces/imported_trace.h"

namespace ringscope {

/// What of a trace places it on a clock, so that the trace itself need not be kept.
struct TraceStart {
    std::string name;
    int64_t first_event_ns = 0;  // as ImportedTrace has it, as those below
    int64_t length_ns = 0;
    int64_t dense_begin_ns = 0;
    std::optional<int64_t> base_time_ns{};
    std::optional<int64_t> rank{};
    std::optional<int64_t> world_size{};
    std::string job{};
    int64_t offset_ns = 0;
};
TraceStart start_of(const ImportedTrace& trace);

struct TraceClock {
    std::string source;             // in words, for people: "time since 1970 (baseTimeNanoseconds)"
    std::vector<int64_t> begin_ns;  // of each trace's first event, from the earliest of all: 0 or later
    std::vector<ImportNote> notes;  // files that are not on the common clock, and what makes it doubtful
};

/// Any number of traces. Times that do not fit in 64 bits are cut off there.
TraceClock common_clock(std::span<const TraceStart> traces);

/// The order in which traces are shown: by rank where every one has a rank of its own, else as they stand.
std::vector<size_t> rank_order(std::span<const TraceStart> traces);

}  // namespace ringscope
