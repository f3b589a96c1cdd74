// The events of a Chrome trace (JSON), one by one and as they stand there; chrome_trace_import.h makes lanes
// of them. For the .cpp files of this folder only.
//
// Source: "Trace Event Format" (Chromium), and what torch.profiler and the Perfetto UI write and read. Times
// are microseconds with decimals: read as decimal text, because a double of a clock that counts from the
// machine's start no longer holds nanoseconds after a few weeks.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "sessions/traces/imported_trace.h"
#include "sessions/traces/trace_budget.h"

namespace ringscope {

/// Every text once: names repeat millions of times.
class StringPool {
  public:
    int32_t index_of(const std::string& text) {
        const auto [at, is_new] = indices_.try_emplace(text, static_cast<int32_t>(strings_.size()));
        if (is_new) strings_.push_back(text);
        return at->second;
    }
    /// Of one string more: it stands in the list and in the index.
    static size_t bytes_of(const std::string& text) { return 2 * text.size() + kBytesOfString; }
    size_t size() const { return strings_.size(); }
    const std::string& operator[](int32_t index) const { return strings_[static_cast<size_t>(index)]; }
    std::vector<std::string> take() { return std::move(strings_); }

  private:
    static constexpr size_t kBytesOfString = 192;  // with the room that growing lists leave
    std::unordered_map<std::string, int32_t> indices_;
    std::vector<std::string> strings_;
};

struct ChromeEvent {
    char phase = 0;  // 'X' complete, 'B' begin, 'E' end, 'C' counter, 's' 't' 'f' flow, 'i' instant, 'M'
                     // name, 'b' 'n' 'e' and 'S' 'T' 'p' 'F' asynchronous slices (chrome_trace_async.h)
    bool enclosing = false;    // of a flow's end: bound to the slice around it
    bool id_is_local = false;  // the id is that of its process, not of the whole trace
    int32_t name = 0;          // into ChromeEvents::strings, as those below
    int32_t category = 0;
    int32_t process = 0;
    int32_t thread = 0;
    int32_t id = -1;
    int32_t scope = 0;  // parts ids of one category from each other
    std::optional<int64_t> time_ns;
    std::optional<int64_t> duration_ns;
    uint32_t first_argument = 0;
    uint32_t arguments = 0;
};

struct ChromeEvents {
    std::deque<ChromeEvent> events;  // in the order of the file
    std::vector<ImportedArgument> arguments;
    StringPool strings;
    std::optional<int64_t> rank;                     // distributedInfo.rank
    std::vector<std::string> other_members;          // of the file, beside its events
    std::map<std::string, int64_t> unknown_members;  // of events: how often
    bool cut_short = false;                          // a list of events without its end
};

inline constexpr size_t kMostChromeEvents = size_t{1} << 24;

/// Throws Error(bad_input), one line that begins with `name`, for text that is not JSON (with the byte), is
/// no trace, or has an event without what every event must have (with its number and the value);
/// Error(cancelled) once `stop` is requested. `budget` pays for what is kept.
ChromeEvents read_chrome_events(const std::string& text, const std::string& name, TraceBudget& budget,
                                const std::stop_token& stop = {});

/// What the events of a phase that is not read are called: "samples".
std::string name_of_unread_phase(char phase);

/// Nanoseconds of a decimal number of microseconds, rounded to the nearest; none when it does not fit.
std::optional<int64_t> nanoseconds_of_decimal(const std::string& microseconds);

}  // namespace ringscope
