// A trace that another program made, as plain data: its lanes as they are.
//
// Not a run: it has no experiment, no schedule and no metrics, so nothing is claimed of it and it is never
// compared by figures. It is there to be looked at beside a run. Times are nanoseconds from its first event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ringscope {

/// What an event said besides its time: a key, and a number or a text.
struct ImportedArgument {
    int32_t key = 0;    // into ImportedTrace::strings
    int32_t text = -1;  // the same; -1: a number
    double number = 0;
};

struct ImportedSlice {
    int64_t begin_ns = 0;
    int64_t end_ns = 0;
    int32_t name = 0;      // into ImportedTrace::strings
    int32_t category = 0;  // the same
    uint32_t first_argument = 0;
    uint32_t arguments = 0;
};

/// Slices of a lane that do not overlap, ascending. Row r + 1 holds what runs inside, or across, row r; of
/// asynchronous slices also what runs beside it.
struct ImportedRow {
    std::vector<int32_t> slices;  // into ImportedLane::slices
    std::vector<int64_t> begin;   // ns, of each: what a search touches lies together
    std::vector<int64_t> end;
};

struct ImportedInstant {
    int64_t time_ns = 0;
    int32_t name = 0;
};

inline constexpr size_t kMostRows = 256;  // of a lane

/// One thread of the traced program, or its asynchronous slices of one category.
struct ImportedLane {
    int process = 0;
    std::string name;
    std::vector<ImportedSlice> slices;  // by begin, the longer first
    std::vector<ImportedRow> rows;
    std::vector<ImportedInstant> instants;  // by time
};

struct ImportedProcess {
    std::string name;
    std::string labels;  // "CPU", "GPU 0"; often empty
};

/// A value over time: holds until the next point.
struct ImportedCounter {
    int process = 0;
    std::string name;
    struct Point {
        int64_t time_ns = 0;
        double value = 0;
    };
    std::vector<Point> points;  // by time
};

/// From one lane's moment to another's.
struct ImportedFlow {
    int from_lane = 0;
    int to_lane = 0;
    int64_t from_ns = 0;
    int64_t to_ns = 0;
    int32_t name = 0;
};

/// What the slices of one name in one lane took together; slices inside others of that name count again.
struct ImportedTotal {
    int lane = 0;
    int32_t name = 0;
    int64_t slices = 0;
    int64_t total_ns = 0;
    int64_t longest_ns = 0;
};

/// Something in the file that is not shown, or not as it stands there.
struct ImportNote {
    std::string text;  // the kind: "events without a time"
    int64_t count = 0;
    std::string example{};  // the first of them, and where it stands; "" when the kind says it all
};

struct ImportedTrace {
    std::string name;                   // file name
    int64_t first_event_ns = 0;         // on the clock of the program that wrote it
    int64_t length_ns = 0;              // from the first event's start to the last one's end
    int64_t events = 0;                 // in the file
    std::optional<int64_t> rank;        // when the file says whose it is
    std::optional<int64_t> world_size;  // and of how many
    /// Where the file's clock is zero, in ns since 1970 ("baseTimeNanoseconds"); first_event_ns counts from there.
    std::optional<int64_t> base_time_ns;
    /// What the file says of the job that it belongs to, the same in every file of it; "" when nothing.
    std::string job;
    /// Where nearly all events lie: what a picture shows first. All of it unless few events lie far away.
    int64_t dense_begin_ns = 0;
    int64_t dense_end_ns = 0;
    int64_t offset_ns = 0;  // set by a person: added to its times where it lies on one clock with others
    std::vector<std::string> strings;
    std::vector<ImportedArgument> arguments;
    std::vector<ImportedProcess> processes;
    std::vector<ImportedLane> lanes;        // by process
    std::vector<ImportedCounter> counters;  // by process
    std::vector<ImportedFlow> flows;
    std::vector<ImportedTotal> totals;  // by lane, the largest first: the picture's text twin
    std::vector<ImportNote> notes;

    const std::string& text(int32_t index) const { return strings[static_cast<size_t>(index)]; }
    int64_t slices() const {
        int64_t count = 0;
        for (const ImportedLane& lane : lanes) count += static_cast<int64_t>(lane.slices.size());
        return count;
    }
    int64_t instants() const {
        int64_t count = 0;
        for (const ImportedLane& lane : lanes) count += static_cast<int64_t>(lane.instants.size());
        return count;
    }
    int64_t counter_values() const {
        int64_t count = 0;
        for (const ImportedCounter& counter : counters) count += static_cast<int64_t>(counter.points.size());
        return count;
    }
};

using ImportedTraces = std::vector<std::shared_ptr<const ImportedTrace>>;

/// From the lanes' slices.
std::vector<ImportedTotal> imported_totals(const ImportedTrace& trace);

}  // namespace ringscope
