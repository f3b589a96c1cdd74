#include "sessions/traces/chrome_trace_assemble.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "engine/base/number_text.h"
#include "sessions/plain_text.h"
#include "sessions/stop.h"
#include "sessions/traces/chrome_trace_async.h"
#include "sessions/traces/chrome_trace_flows.h"
#include "sessions/traces/chrome_trace_nesting.h"
#include "sessions/traces/chrome_trace_rows.h"
#include "sessions/traces/imported_extent.h"
#include "sessions/traces/trace_number.h"

namespace ringscope {

namespace {

// What the lists and indexes below take for each, with the room that growing ones leave.
constexpr size_t kBytesOfPlace = 640;
constexpr size_t kBytesOfSlice = 2 * (sizeof(ImportedSlice) + sizeof(int32_t) + 2 * sizeof(int64_t));
constexpr size_t kBytesOfTree = 2 * sizeof(AsyncSlices::Tree) + 96 + kBytesOfSlice;
constexpr size_t kBytesOfInstant = 2 * sizeof(ImportedInstant);
constexpr size_t kBytesOfPoint = 2 * sizeof(ImportedCounter::Point);

constexpr int64_t kNotEnded = std::numeric_limits<int64_t>::max();

struct Placed {  // a process or a thread, and where it wants to stand
    std::string name;
    std::string labels;
    double order = 0;
    int32_t id = 0;  // its number or text in the file
    size_t slices = 0;
};

/// Makes lanes of events, in passes over them: names first, because they may come last in the file.
class Assembler {
  public:
    Assembler(ChromeEvents events, const std::string& name, TraceBudget& budget, ImportNotes& notes,
              const std::stop_token& stop)
        : in_(std::move(events)), budget_(budget), notes_(notes), stop_(stop) {
        out_.name = name;
    }

    ImportedTrace assemble() {
        note_file();
        for (const ChromeEvent& event : in_.events) place(event);
        sort_lanes();
        for (; !in_.events.empty(); in_.events.pop_front()) add(in_.events.front());
        join_async();
        join_slices();
        remove_impossible_slices(out_, tree_of_, in_.strings, notes_);
        flows_.join(out_.flows, in_.strings, notes_, stop_);
        shift_to_zero();
        find_dense_part(out_, in_.strings, notes_);
        make_rows();
        leave_if_stopped(stop_);
        out_.totals = imported_totals(out_);
        out_.notes = notes_.list();
        out_.strings = in_.strings.take();
        // A list that holds all at once, from pieces that go as they are copied.
        out_.arguments.reserve(in_.arguments.size());
        for (; !in_.arguments.empty(); in_.arguments.pop_front())
            out_.arguments.push_back(in_.arguments.front());
        return std::move(out_);
    }

  private:
    /// Process and thread; of asynchronous slices the process and async_thread() of their category.
    using LaneKey = std::pair<int32_t, int32_t>;
    static int32_t async_thread(int32_t category) { return -1 - category; }

    void note(std::string_view kind, const ChromeEvent& event) {
        notes_.add(kind, [&] { return event_text(event.number, text(event.name)); });
    }
    /// False, and the event is counted, when there is no more memory for it.
    bool pay(size_t bytes, const ChromeEvent& event) {
        if (budget_.take(bytes)) return true;
        note("events beyond those that fit into the memory that is allowed, left out", event);
        return false;
    }

    void note_file() {
        out_.events = in_.found;
        out_.rank = in_.rank;
        out_.world_size = in_.world_size;
        out_.base_time_ns = in_.base_time_ns;
        out_.job = in_.job;
        constexpr size_t kShown = 16;
        std::string names;
        for (size_t i = 0; i < std::min(kShown, in_.other_members.size()); ++i)
            names += (i == 0 ? "" : ", ") + cut_text(in_.other_members[i], 64);
        if (in_.other_members.size() > kShown) names += ", ...";
        if (!names.empty())
            notes_.add(
                "members of the file beside its events: " + names, [] { return std::string(); },
                static_cast<int64_t>(in_.other_members.size()));
    }

    const std::string& text(int32_t index) const { return in_.strings[index]; }

    const ImportedArgument* argument(const ChromeEvent& event, const char* key) const {
        for (uint32_t i = 0; i < event.arguments; ++i) {
            const ImportedArgument& argument = in_.arguments[event.first_argument + i];
            if (text(argument.key) == key) return &argument;
        }
        return nullptr;
    }

    static bool is_slice(char phase) { return phase == 'X' || phase == 'B' || phase == 'E'; }
    static bool is_flow(char phase) {
        return phase == 's' || phase == 't' || phase == 'f' || phase == kFlowOut || phase == kFlowThrough ||
               phase == kFlowIn;
    }
    static bool is_instant(char phase) { return phase == 'i' || phase == 'I'; }
    static bool of_thread(char phase) { return is_slice(phase) || is_flow(phase) || is_instant(phase); }

    /// Null when there is no more memory for it.
    Placed* place_of(std::vector<Placed>& list, std::map<LaneKey, int>& known, LaneKey key, int32_t id) {
        auto at = known.find(key);
        if (at == known.end()) {
            if (!budget_.take_for_lanes(kBytesOfPlace)) return nullptr;
            at = known.emplace(key, static_cast<int>(list.size())).first;
            list.push_back({"", "", 0, id, 0});
        }
        return &list[static_cast<size_t>(at->second)];
    }

    Placed* thread_of(const ChromeEvent& event) {
        return place_of(threads_, thread_index_, {event.process, event.thread}, event.thread);
    }

    /// First pass: which processes and threads there are, and what they are called.
    void place(const ChromeEvent& event) {
        leave_if_stopped(stop_);
        const bool async = begins_async(event.phase) || event.phase == 'n';
        const bool shown = of_thread(event.phase) || async || event.phase == 'C';
        if (!shown && event.phase != 'M') return;
        Placed* process = place_of(processes_, process_index_, {event.process, 0}, event.process);
        if (!process) return;
        if (of_thread(event.phase)) {
            Placed* thread = thread_of(event);
            if (thread && event.phase == 'X') ++thread->slices;
        }
        if (async) place_async(event);
        if (event.phase != 'M') return;
        Placed* target = text(event.name).starts_with("thread_") ? thread_of(event) : process;
        if (target) name_place(event, *target);
    }

    void name_place(const ChromeEvent& event, Placed& target) {
        const std::string& what = text(event.name);
        const bool name = what == "process_name" || what == "thread_name";
        const bool order = what == "process_sort_index" || what == "thread_sort_index";
        if (!name && !order && what != "process_labels") return note("metadata \"" + what + "\"", event);
        const ImportedArgument* value = argument(event, name ? "name" : order ? "sort_index" : "labels");
        const std::optional<double> number = value ? number_of(*value) : std::nullopt;
        if (!value || (order && !number)) return note("metadata \"" + what + "\" without its value", event);
        if (order)
            target.order = number.value_or(0);
        else
            (name ? target.name : target.labels) = text_of(*value);
    }

    /// Also of a number that is written as text.
    std::optional<double> number_of(const ImportedArgument& value) const {
        return value.text < 0 ? value.number : number_of_text(text(value.text));
    }
    std::string text_of(const ImportedArgument& value) const {
        return value.text < 0 ? exact_text(value.number) : text(value.text);
    }

    /// Below the threads of its process.
    void place_async(const ChromeEvent& event) {
        Placed* lane =
            place_of(threads_, thread_index_, {event.process, async_thread(event.category)}, event.category);
        if (!lane) return;
        const std::string& category = text(event.category);
        lane->name = category.empty() ? "(async)" : category + " (async)";
        lane->order = std::numeric_limits<double>::infinity();
    }

    static std::vector<int> sorted(const std::vector<Placed>& list) {
        std::vector<int> order(list.size());
        for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
        std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
            return list[static_cast<size_t>(a)].order < list[static_cast<size_t>(b)].order;
        });
        return order;
    }

    /// A name and the number behind it, which tells two of one name apart.
    std::string title(const Placed& placed) const {
        const std::string& id = text(placed.id);
        if (placed.name.empty()) return id.empty() ? "(no name)" : id;
        return placed.name.find(id) != std::string::npos ? placed.name : placed.name + " (" + id + ")";
    }

    void sort_lanes() {
        std::map<int32_t, int> new_process;  // by id
        for (const int i : sorted(processes_)) {
            const Placed& process = processes_[static_cast<size_t>(i)];
            new_process[process.id] = static_cast<int>(out_.processes.size());
            out_.processes.push_back({title(process), process.labels});
        }
        std::vector<LaneKey> keys(threads_.size());
        for (const auto& [key, index] : thread_index_) keys[static_cast<size_t>(index)] = key;
        std::vector<int> order = sorted(threads_);
        std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
            return new_process[keys[static_cast<size_t>(a)].first] <
                   new_process[keys[static_cast<size_t>(b)].first];
        });
        for (const int i : order) {
            const Placed& thread = threads_[static_cast<size_t>(i)];
            const LaneKey& key = keys[static_cast<size_t>(i)];
            lane_index_[key] = static_cast<int>(out_.lanes.size());
            ImportedLane lane;
            lane.process = new_process[key.first];
            lane.name = title(thread);
            lane.slices.reserve(thread.slices);
            out_.lanes.push_back(std::move(lane));
        }
        process_of_id_ = std::move(new_process);
        begun_.resize(out_.lanes.size());
        tree_of_.resize(out_.lanes.size());
    }

    /// -1 when there was no more memory for it.
    int lane_of(const ChromeEvent& event, int32_t thread) const {
        const auto at = lane_index_.find({event.process, thread});
        return at == lane_index_.end() ? -1 : at->second;
    }

    /// Second pass.
    void add(const ChromeEvent& event) {
        leave_if_stopped(stop_);
        if (event.phase == 'M') return;
        if (!event.has_time()) return note("events without a time \"ts\", left out", event);
        if (is_async(event.phase)) {
            if (pay(begins_async(event.phase) ? kBytesOfTree : kBytesOfSlice, event))
                async_events_.push_back(event);
            return;
        }
        if (event.phase == 'C') return add_counter(event);
        const int lane_index = lane_of(event, event.thread);
        if (lane_index < 0) {
            note("events beyond those that fit into the memory that is allowed, left out", event);
        } else if (is_instant(event.phase)) {
            add_instant(event, out_.lanes[static_cast<size_t>(lane_index)]);
        } else if (is_flow(event.phase)) {
            if (event.id < 0) return note("ends of flows without an \"id\", left out", event);
            if (pay(FlowJoin::kBytesOfEnd, event)) flows_.add(event, lane_index);
        } else if (event.phase == 'X') {
            add_slice(event, out_.lanes[static_cast<size_t>(lane_index)]);
        } else if (pay(event.phase == 'B' ? kBytesOfSlice + sizeof(BeginOrEnd) : sizeof(BeginOrEnd), event)) {
            begun_[static_cast<size_t>(lane_index)].push_back({event.time_ns, event.name, event.category,
                                                               event.first_argument, event.arguments,
                                                               event.number, event.phase == 'E'});
        }
    }

    void add_slice(const ChromeEvent& event, ImportedLane& lane) {
        if (!event.has_duration()) {
            note("slices without a duration \"dur\", shown as instants", event);
            return add_instant(event, lane);
        }
        if (event.duration_ns < 0) return note("slices with a negative duration, left out", event);
        if (event.duration_ns > kImpossibleNs)
            return note("slices with an impossible duration, left out", event);
        if (pay(kBytesOfSlice, event))
            lane.slices.push_back({event.time_ns, event.time_ns + event.duration_ns, event.name,
                                   event.category, event.first_argument, event.arguments});
    }

    void add_instant(const ChromeEvent& event, ImportedLane& lane) {
        if (!pay(kBytesOfInstant, event)) return;
        const ImportedArgument* total = argument(event, "Total Allocated");
        const std::optional<double> bytes = total ? number_of(*total) : std::nullopt;
        if (text(event.name) != "[memory]" || !bytes) {
            lane.instants.push_back({event.time_ns, event.name});
            return;
        }
        // torch.profiler's device types: 0 the CPU, 1 CUDA.
        const ImportedArgument* type = argument(event, "Device Type");
        const ImportedArgument* device = argument(event, "Device Id");
        const auto number = [&](const ImportedArgument* value) {
            const double device_number = value ? number_of(*value).value_or(INFINITY) : INFINITY;
            return std::abs(device_number) <= INT32_MAX ? std::to_string(static_cast<int64_t>(device_number))
                                                        : "?";
        };
        std::string where = "device type " + number(type) + ", " + number(device);
        if (number(type) == "0") where = "CPU";
        if (number(type) == "1") where = "CUDA " + number(device);
        add_point(event, "allocated bytes, " + where, *bytes);
    }

    void add_counter(const ChromeEvent& event) {
        std::string name = text(event.name);
        if (event.id >= 0) name += " " + text(event.id);
        for (uint32_t i = 0; i < event.arguments; ++i) {
            const ImportedArgument& value = in_.arguments[event.first_argument + i];
            const std::optional<double> number = number_of(value);
            if (!number) {
                notes_.add("counter values that are not numbers, left out", [&] {
                    return event_text(event.number, name) + ": \"" + text(value.key) + "\" is " +
                           text_of(value);
                });
                continue;
            }
            const std::string& series = text(value.key);
            add_point(event, event.arguments == 1 && series == "value" ? name : name + ": " + series,
                      *number);
        }
    }

    void add_point(const ChromeEvent& event, const std::string& name, double value) {
        const auto process = process_of_id_.find(event.process);
        if (process == process_of_id_.end())
            return note("events beyond those that fit into the memory that is allowed, left out", event);
        const auto at = counters_.find({process->second, name});
        const bool is_new = at == counters_.end();
        if (!pay(kBytesOfPoint + (is_new ? 2 * StringPool::bytes_of(name) + kBytesOfPlace : 0), event))
            return;
        const size_t index = is_new ? out_.counters.size() : at->second;
        if (is_new) {
            counters_[{process->second, name}] = index;
            out_.counters.push_back({process->second, name, {}});
        }
        out_.counters[index].points.push_back({event.time_ns, value});
    }

    /// Parts of one slice stand anywhere in the file: they are joined in the order of their times.
    void join_async() {
        std::stable_sort(async_events_.begin(), async_events_.end(),
                         [](const ChromeEvent& a, const ChromeEvent& b) { return a.time_ns < b.time_ns; });
        for (const ChromeEvent& event : async_events_) {
            leave_if_stopped(stop_);
            const int lane = lane_of(event, async_thread(event.category));
            if (lane < 0 && (begins_async(event.phase) || event.phase == 'n')) {
                note("events beyond those that fit into the memory that is allowed, left out", event);
            } else if (event.phase == 'n') {
                const auto at = static_cast<size_t>(async_.lane_of_instant(event, lane));
                out_.lanes[at].instants.push_back({event.time_ns, event.name});
            } else {
                async_.add(event, event.time_ns, lane);
            }
        }
        async_events_ = {};
    }

    void add_async_slices() {
        const std::vector<AsyncSlices::Tree>& trees = async_.trees();
        for (size_t tree = 0; tree < trees.size(); ++tree) {
            const auto lane = static_cast<size_t>(trees[tree].lane);
            std::vector<ImportedSlice>& slices = out_.lanes[lane].slices;
            slices.insert(slices.end(), trees[tree].slices.begin(), trees[tree].slices.end());
            tree_of_[lane].resize(slices.size(), static_cast<int32_t>(tree));
        }
    }

    /// A slice that nobody ended goes on to the end of the trace.
    void join_slices() {
        int64_t last = async_.last_ns();
        for (size_t lane = 0; lane < begun_.size(); ++lane) {
            for (const ImportedSlice& slice : out_.lanes[lane].slices) last = std::max(last, slice.end_ns);
            for (const BeginOrEnd& event : begun_[lane]) last = std::max(last, event.time_ns);
            join_begins_and_ends(std::move(begun_[lane]), kNotEnded, out_.lanes[lane].slices, in_.strings,
                                 notes_, stop_);
        }
        for (ImportedLane& lane : out_.lanes)
            for (ImportedSlice& slice : lane.slices)
                if (slice.end_ns == kNotEnded) {
                    slice.end_ns = last;
                    notes_.add("slices without an end, shown to the last event",
                               [&] { return "\"" + text(slice.name) + "\""; });
                }
        async_.close(last);
        add_async_slices();
    }

    template <typename Visit>
    void visit_times(Visit visit) {
        for (ImportedLane& lane : out_.lanes) {
            for (ImportedSlice& slice : lane.slices) visit(slice.begin_ns), visit(slice.end_ns);
            for (ImportedInstant& instant : lane.instants) visit(instant.time_ns);
        }
        for (ImportedCounter& counter : out_.counters)
            for (ImportedCounter::Point& point : counter.points) visit(point.time_ns);
        for (ImportedFlow& flow : out_.flows) visit(flow.from_ns), visit(flow.to_ns);
    }

    void shift_to_zero() {
        int64_t first = kNotEnded, last = std::numeric_limits<int64_t>::min();
        visit_times([&](int64_t time) { first = std::min(first, time), last = std::max(last, time); });
        if (first == kNotEnded) return;  // no events at all
        visit_times([&](int64_t& time) { time -= first; });
        out_.first_event_ns = first;
        out_.length_ns = last - first;
        for (ImportedLane& lane : out_.lanes)
            std::stable_sort(lane.instants.begin(), lane.instants.end(),
                             [](const auto& a, const auto& b) { return a.time_ns < b.time_ns; });
        for (ImportedCounter& counter : out_.counters)
            std::stable_sort(counter.points.begin(), counter.points.end(),
                             [](const auto& a, const auto& b) { return a.time_ns < b.time_ns; });
        std::stable_sort(out_.counters.begin(), out_.counters.end(),
                         [](const auto& a, const auto& b) { return a.process < b.process; });
    }

    void make_rows() {
        RowFaults all;
        const ImportedSlice* crossing = nullptr;
        for (size_t i = 0; i < out_.lanes.size(); ++i) {
            leave_if_stopped(stop_);
            ImportedLane& lane = out_.lanes[i];
            const RowFaults faults = tree_of_[i].empty() ? make_thread_rows(lane, stop_)
                                                         : make_async_rows(lane, tree_of_[i], stop_);
            if (all.crossing == 0 && faults.crossing > 0) crossing = &lane.slices[faults.first_crossing];
            all.crossing += faults.crossing;
            all.too_deep += faults.too_deep;
        }
        if (crossing)
            notes_.add(
                "slices that cross others instead of nesting, shown one row below",
                [&] {
                    return "\"" + text(crossing->name) + "\", " + nanoseconds_text(crossing->begin_ns) +
                           " after the first event";
                },
                all.crossing);
        if (all.too_deep > 0)
            notes_.add(
                "slices deeper than " + std::to_string(kMostRows) + " rows, not shown",
                [] { return std::string(); }, all.too_deep);
    }

    ChromeEvents in_;
    TraceBudget& budget_;
    ImportNotes& notes_;
    const std::stop_token& stop_;
    ImportedTrace out_;
    std::vector<Placed> processes_, threads_;
    std::map<LaneKey, int> process_index_, thread_index_, lane_index_;
    std::map<int32_t, int> process_of_id_;
    std::map<std::pair<int, std::string>, size_t> counters_;
    std::vector<std::vector<BeginOrEnd>> begun_;  // of each lane
    AsyncSlices async_{in_, notes_};
    std::vector<ChromeEvent> async_events_;
    std::vector<std::vector<int32_t>> tree_of_;  // of each lane of asynchronous slices: a slice's tree
    FlowJoin flows_;
};

}  // namespace

ImportedTrace assemble_trace(ChromeEvents events, const std::string& name, TraceBudget& budget,
                             ImportNotes& notes, const std::stop_token& stop) {
    return Assembler(std::move(events), name, budget, notes, stop).assemble();
}

}  // namespace ringscope
