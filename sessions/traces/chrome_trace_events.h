// The events of a Chrome trace (JSON), one by one and as they stand there; chrome_trace_import.h makes lanes
// of them. For the .cpp files of this folder only.
//
// Source: "Trace Event Format" (Chromium), and what torch.profiler and the Perfetto UI write and read. Times
// are microseconds with decimals: read as decimal text, because a double of a clock that counts from the
// machine's start no longer holds nanoseconds after a few weeks.
//
// An event is whatever object has a phase "ph", in the list "traceEvents" or anywhere else in the file.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "sessions/traces/import_notes.h"
#include "sessions/traces/imported_trace.h"
#include "sessions/traces/string_pool.h"
#include "sessions/traces/tolerant_json.h"
#include "sessions/traces/trace_budget.h"

namespace ringscope {

inline constexpr int64_t kTimeNotGiven = INT64_MIN;

// A slice's end of a flow of the second version ("bind_id"), as an event of its own.
inline constexpr char kFlowOut = 1, kFlowThrough = 2, kFlowIn = 3;

struct ChromeEvent {
    char phase = 0;  // 'X' complete, 'B' begin, 'E' end, 'C' counter, 's' 't' 'f' flow, 'i' instant, 'M'
                     // name, 'b' 'n' 'e' and 'S' 'T' 'p' 'F' asynchronous slices (chrome_trace_async.h)
    bool id_is_local = false;  // the id is that of its process, not of the whole trace
    uint32_t number = 0;       // in the file, from 0
    int32_t name = 0;          // into ChromeEvents::strings, as those below
    int32_t category = 0;
    int32_t process = 0;
    int32_t thread = 0;
    int32_t id = -1;
    int32_t scope = 0;  // parts ids of one category from each other
    int64_t time_ns = kTimeNotGiven;
    int64_t duration_ns = kTimeNotGiven;
    uint32_t first_argument = 0;
    uint32_t arguments = 0;

    bool has_time() const { return time_ns != kTimeNotGiven; }
    bool has_duration() const { return duration_ns != kTimeNotGiven; }
};

struct ChromeEvents {
    std::deque<ChromeEvent> events;  // in the order of the file, of phases that are shown
    std::deque<ImportedArgument> arguments;
    StringPool strings;
    int64_t found = 0;            // events, also those that are left out
    bool has_event_list = false;  // "traceEvents" was a list or an object, or the file is an empty list
    std::optional<int64_t> rank, world_size;  // of distributedInfo
    std::optional<int64_t> base_time_ns;      // baseTimeNanoseconds
    std::string job;
    std::vector<std::string> other_members;  // of the file, beside its events
};

inline constexpr size_t kMostChromeEvents = size_t{1} << 27;

/// What is left out is counted in `notes`; `budget` pays for what is kept. Throws Error(io) and Error(cancelled) as the
/// reader does, and nothing else, whatever the bytes are.
ChromeEvents read_chrome_events(TolerantJson& json, TraceBudget& budget, ImportNotes& notes);

/// 'event 7 "name"'.
std::string event_text(uint32_t number, std::string_view name);

}  // namespace ringscope
