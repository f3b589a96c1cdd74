#include "sessions/traces/chrome_trace_import.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "engine/base/error.h"
#include "sessions/plain_text.h"
#include "sessions/stop.h"
#include "sessions/traces/chrome_trace_async.h"
#include "sessions/traces/chrome_trace_events.h"
#include "sessions/traces/chrome_trace_rows.h"

namespace ringscope {

namespace {

// What the lists and indexes below take for each, with the room that growing ones leave.
constexpr size_t kBytesOfPlace = 640;
constexpr size_t kBytesOfSlice = 2 * (sizeof(ImportedSlice) + sizeof(int32_t) + 2 * sizeof(int64_t));
constexpr size_t kBytesOfTree = 2 * sizeof(AsyncSlices::Tree) + 96 + kBytesOfSlice;
constexpr size_t kBytesOfFlowEnd = 192;
constexpr size_t kBytesOfInstant = 2 * sizeof(ImportedInstant);
constexpr size_t kBytesOfPoint = 2 * sizeof(ImportedCounter::Point);

constexpr int64_t kNoTime = std::numeric_limits<int64_t>::max();

struct Placed {  // a process or a thread, and where it wants to stand
    std::string name;
    std::string labels;
    double order = 0;
    int32_t id = 0;  // its number or text in the file
};

struct FlowEnd {
    int lane = 0;
    int64_t time_ns = 0;
    char phase = 0;
};

/// Makes lanes of events, in passes over them: names first, because they may come last in the file.
class Assembler {
  public:
    Assembler(ChromeEvents events, const std::string& name, TraceBudget& budget, const std::stop_token& stop)
        : in_(std::move(events)), budget_(budget), stop_(stop) {
        out_.name = name;
    }

    ImportedTrace assemble() {
        out_.events = static_cast<int64_t>(in_.events.size());
        out_.rank = in_.rank;
        note_file();
        for (const ChromeEvent& event : in_.events) place(event);
        sort_lanes();
        for (const ChromeEvent& event : in_.events) add(event);
        join_async();
        close_open_slices();
        join_flows();
        shift_to_zero();
        make_rows();
        leave_if_stopped(stop_);
        out_.totals = imported_totals(out_);
        for (const auto& [what, count] : notes_) out_.notes.push_back({what, count});
        out_.strings = in_.strings.take();
        out_.arguments = std::move(in_.arguments);
        return std::move(out_);
    }

  private:
    /// Process and thread; of asynchronous slices the process and async_thread() of their category.
    using LaneKey = std::pair<int32_t, int32_t>;
    static int32_t async_thread(int32_t category) { return -1 - category; }

    void note(const std::string& what, int64_t count = 1) { notes_[what] += count; }

    void note_file() {
        if (in_.cut_short) note("lists of events without their end: the file was cut short");
        for (const auto& [member, count] : in_.unknown_members)
            note("members \"" + member + "\" of events", count);
        constexpr size_t kShown = 16;
        std::string names;
        for (size_t i = 0; i < std::min(kShown, in_.other_members.size()); ++i)
            names += (i == 0 ? "" : ", ") + cut_text(in_.other_members[i], 64);
        if (in_.other_members.size() > kShown) names += ", ...";
        if (!names.empty())
            note("members of the file beside its events: " + names,
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
    static bool is_flow(char phase) { return phase == 's' || phase == 't' || phase == 'f'; }
    static bool is_instant(char phase) { return phase == 'i' || phase == 'I'; }
    static bool of_thread(char phase) { return is_slice(phase) || is_flow(phase) || is_instant(phase); }

    Placed& place_of(std::vector<Placed>& list, std::map<LaneKey, int>& known, LaneKey key, int32_t id) {
        const auto [at, is_new] = known.try_emplace(key, static_cast<int>(list.size()));
        if (is_new) {
            budget_.take(kBytesOfPlace);
            list.push_back({"", "", 0, id});
        }
        return list[static_cast<size_t>(at->second)];
    }

    /// First pass: which processes and threads there are, and what they are called.
    void place(const ChromeEvent& event) {
        leave_if_stopped(stop_);
        const bool async = begins_async(event.phase) || event.phase == 'n';
        const bool shown = of_thread(event.phase) || async || event.phase == 'C';
        const std::string& what = text(event.name);
        const bool names = event.phase == 'M';
        if (!shown && !names) return;
        Placed& process = place_of(processes_, process_index_, {event.process, 0}, event.process);
        if (of_thread(event.phase))
            place_of(threads_, thread_index_, {event.process, event.thread}, event.thread);
        if (async) place_async(event);
        if (!names) return;
        Placed& target = what.starts_with("thread_")
                             ? place_of(threads_, thread_index_, {event.process, event.thread}, event.thread)
                             : process;
        const ImportedArgument* value = nullptr;
        if (what == "process_name" || what == "thread_name") {
            value = argument(event, "name");
            if (value && value->text >= 0) target.name = text(value->text);
        } else if (what == "process_labels") {
            value = argument(event, "labels");
            if (value && value->text >= 0) target.labels = text(value->text);
        } else if (what == "process_sort_index" || what == "thread_sort_index") {
            value = argument(event, "sort_index");
            if (value && value->text < 0) target.order = value->number;
        } else {
            note("metadata \"" + what + "\"");
            return;
        }
        if (!value) note("metadata \"" + what + "\" without its value");
    }

    /// Below the threads of its process.
    void place_async(const ChromeEvent& event) {
        Placed& lane =
            place_of(threads_, thread_index_, {event.process, async_thread(event.category)}, event.category);
        const std::string& category = text(event.category);
        lane.name = category.empty() ? "(async)" : category + " (async)";
        lane.order = std::numeric_limits<double>::infinity();
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
            out_.lanes.push_back(std::move(lane));
        }
        process_of_id_ = std::move(new_process);
        open_.resize(out_.lanes.size());
        tree_of_.resize(out_.lanes.size());
    }

    int lane_of(const ChromeEvent& event) const { return lane_index_.at({event.process, event.thread}); }

    /// Second pass. Begin and end are matched in the order of the file, as writers write them.
    void add(const ChromeEvent& event) {
        leave_if_stopped(stop_);
        if (event.phase == 'M') return;
        const bool known = of_thread(event.phase) || is_async(event.phase) || event.phase == 'C';
        if (!known) return note(name_of_unread_phase(event.phase));
        if (!event.time_ns) return note("events without a time \"ts\"");
        if (is_async(event.phase)) {
            budget_.take(begins_async(event.phase) ? kBytesOfTree : kBytesOfSlice);
            return async_events_.push_back(&event);
        }
        const int64_t time = *event.time_ns;
        if (event.phase == 'C') return add_counter(event, time);
        const int lane_index = lane_of(event);
        ImportedLane& lane = out_.lanes[static_cast<size_t>(lane_index)];
        if (is_instant(event.phase)) return add_instant(event, time, lane);
        if (is_flow(event.phase)) {
            if (event.id < 0) return note("ends of flows without an \"id\"");
            budget_.take(kBytesOfFlowEnd);
            flows_[{event.category, event.name, event.id}].push_back({lane_index, time, event.phase});
            return;
        }
        if (event.phase != 'E') budget_.take(kBytesOfSlice);
        auto& open = open_[static_cast<size_t>(lane_index)];
        if (event.phase == 'X') {
            if (!event.duration_ns) return note("slices without a duration \"dur\"");
            if (*event.duration_ns < 0) return note("slices with a negative duration");
            lane.slices.push_back({time, time + *event.duration_ns, event.name, event.category,
                                   event.first_argument, event.arguments});
        } else if (event.phase == 'B') {
            open.push_back(static_cast<int32_t>(lane.slices.size()));
            lane.slices.push_back(
                {time, kNoTime, event.name, event.category, event.first_argument, event.arguments});
        } else if (open.empty()) {
            note("ends of slices without a beginning");
        } else {
            ImportedSlice& slice = lane.slices[static_cast<size_t>(open.back())];
            open.pop_back();
            if (event.arguments > 0 && slice.arguments == 0) {
                slice.first_argument = event.first_argument;
                slice.arguments = event.arguments;
            } else if (event.arguments > 0) {
                note("ends of slices with arguments of their own");
            }
            if (time < slice.begin_ns) note("slices that end before they begin, shown without duration");
            slice.end_ns = std::max(time, slice.begin_ns);
        }
    }

    void add_instant(const ChromeEvent& event, int64_t time, ImportedLane& lane) {
        budget_.take(kBytesOfInstant);
        const ImportedArgument* total = argument(event, "Total Allocated");
        if (text(event.name) != "[memory]" || !total || total->text >= 0) {
            lane.instants.push_back({time, event.name});
            return;
        }
        // torch.profiler's device types: 0 the CPU, 1 CUDA.
        const ImportedArgument* type = argument(event, "Device Type");
        const ImportedArgument* device = argument(event, "Device Id");
        const auto number = [](const ImportedArgument* value) {
            const bool whole = value && value->text < 0 && std::abs(value->number) <= INT32_MAX;
            return whole ? std::to_string(static_cast<int64_t>(value->number)) : "?";
        };
        std::string where = "device type " + number(type) + ", " + number(device);
        if (number(type) == "0") where = "CPU";
        if (number(type) == "1") where = "CUDA " + number(device);
        add_point(event, "allocated bytes, " + where, time, total->number);
    }

    void add_counter(const ChromeEvent& event, int64_t time) {
        std::string name = text(event.name);
        if (event.id >= 0) name += " " + text(event.id);
        for (uint32_t i = 0; i < event.arguments; ++i) {
            const ImportedArgument& value = in_.arguments[event.first_argument + i];
            if (value.text >= 0) {
                note("counter values that are not numbers");
                continue;
            }
            const std::string& series = text(value.key);
            add_point(event, event.arguments == 1 && series == "value" ? name : name + ": " + series, time,
                      value.number);
        }
    }

    void add_point(const ChromeEvent& event, const std::string& name, int64_t time, double value) {
        const int process = process_of_id_.at(event.process);
        const auto [at, is_new] = counters_.try_emplace({process, name}, out_.counters.size());
        budget_.take(kBytesOfPoint + (is_new ? StringPool::bytes_of(name) + kBytesOfPlace : 0));
        if (is_new) out_.counters.push_back({process, name, {}});
        out_.counters[at->second].points.push_back({time, value});
    }

    /// Parts of one slice stand anywhere in the file: they are joined in the order of their times.
    void join_async() {
        std::stable_sort(
            async_events_.begin(), async_events_.end(),
            [](const ChromeEvent* a, const ChromeEvent* b) { return *a->time_ns < *b->time_ns; });
        for (const ChromeEvent* event : async_events_) {
            leave_if_stopped(stop_);
            const auto own = lane_index_.find({event->process, async_thread(event->category)});
            const int lane = own == lane_index_.end() ? -1 : own->second;
            if (event->phase == 'n') {
                const auto at = static_cast<size_t>(async_.lane_of_instant(*event, lane));
                out_.lanes[at].instants.push_back({*event->time_ns, event->name});
            } else {
                async_.add(*event, *event->time_ns, lane);
            }
        }
    }

    void add_async_slices() {
        const std::vector<AsyncSlices::Tree>& trees = async_.trees();
        for (size_t tree = 0; tree < trees.size(); ++tree) {
            const auto lane = static_cast<size_t>(trees[tree].lane);
            std::vector<ImportedSlice>& slices = out_.lanes[lane].slices;
            slices.insert(slices.end(), trees[tree].slices.begin(), trees[tree].slices.end());
            tree_of_[lane].resize(slices.size(), static_cast<int32_t>(tree));
        }
        for (const auto& [what, count] : async_.notes()) note(what, count);
    }

    /// A slice that nobody ended goes on to the end of the trace.
    void close_open_slices() {
        int64_t last = async_.last_ns();
        for (const ImportedLane& lane : out_.lanes)
            for (const ImportedSlice& slice : lane.slices)
                last =
                    std::max({last, slice.begin_ns, slice.end_ns == kNoTime ? slice.begin_ns : slice.end_ns});
        for (size_t lane = 0; lane < open_.size(); ++lane)
            for (const int32_t slice : open_[lane]) {
                out_.lanes[lane].slices[static_cast<size_t>(slice)].end_ns = last;
                note("slices without an end, shown to the last event");
            }
        async_.close(last);
        add_async_slices();
    }

    /// One arrow from each part of a flow to the next in time.
    void join_flows() {
        for (auto& [key, ends] : flows_) {
            leave_if_stopped(stop_);
            std::stable_sort(ends.begin(), ends.end(),
                             [](const FlowEnd& a, const FlowEnd& b) { return a.time_ns < b.time_ns; });
            if (ends.size() == 1) note("flows with one end only");
            for (size_t i = 1; i < ends.size(); ++i)
                out_.flows.push_back(
                    {ends[i - 1].lane, ends[i].lane, ends[i - 1].time_ns, ends[i].time_ns, std::get<1>(key)});
        }
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
        int64_t first = kNoTime, last = std::numeric_limits<int64_t>::min();
        visit_times([&](int64_t time) { first = std::min(first, time), last = std::max(last, time); });
        if (first == kNoTime) return;  // no events at all
        visit_times([&](int64_t& time) { time -= first; });
        out_.first_event_ns = first;
        out_.length_ns = last - first;
        out_.dense_end_ns = out_.length_ns;
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
        for (size_t i = 0; i < out_.lanes.size(); ++i) {
            leave_if_stopped(stop_);
            ImportedLane& lane = out_.lanes[i];
            const RowFaults faults = tree_of_[i].empty() ? make_thread_rows(lane, stop_)
                                                         : make_async_rows(lane, tree_of_[i], stop_);
            all.crossing += faults.crossing;
            all.too_deep += faults.too_deep;
        }
        if (all.crossing > 0)
            note("slices that cross others instead of nesting, shown one row below", all.crossing);
        if (all.too_deep > 0)
            note("slices deeper than " + std::to_string(kMostRows) + " rows, not shown", all.too_deep);
    }

    ChromeEvents in_;
    TraceBudget& budget_;
    const std::stop_token& stop_;
    ImportedTrace out_;
    std::map<std::string, int64_t> notes_;
    std::vector<Placed> processes_, threads_;
    std::map<LaneKey, int> process_index_, thread_index_, lane_index_;
    std::map<int32_t, int> process_of_id_;
    std::map<std::pair<int, std::string>, size_t> counters_;
    std::vector<std::vector<int32_t>> open_;  // of each lane: slices that have begun
    AsyncSlices async_{in_};
    std::vector<const ChromeEvent*> async_events_;
    std::vector<std::vector<int32_t>> tree_of_;  // of each lane of asynchronous slices: a slice's tree
    std::map<std::tuple<int32_t, int32_t, int32_t>, std::vector<FlowEnd>> flows_;
};

}  // namespace

ImportedTrace read_chrome_trace(const std::string& text, const std::string& name,
                                const std::stop_token& stop) {
    TraceBudget budget(name, text.size());
    return Assembler(read_chrome_events(text, name, budget, stop), name, budget, stop).assemble();
}

}  // namespace ringscope
