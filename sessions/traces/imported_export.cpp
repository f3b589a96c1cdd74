#include "sessions/traces/imported_export.h"

#include <cmath>
#include <vector>

#include <nlohmann/json.hpp>

#include "sessions/atomic_file.h"
#include "sessions/plain_text.h"
#include "sessions/traces/own_time.h"
#include "sessions/traces/trace_writing.h"

namespace ringscope {

namespace {

std::string json_number(double value) { return std::isfinite(value) ? nlohmann::json(value).dump() : "null"; }

std::string arguments_json(const ImportedTrace& trace, const ImportedSlice& slice) {
    std::string text = "{";
    for (uint32_t i = 0; i < slice.arguments; ++i) {
        const ImportedArgument& argument = trace.arguments[slice.first_argument + i];
        text += (i > 0 ? "," : "") + json_text(trace.text(argument.key)) + ":" +
                (argument.text >= 0 ? json_text(trace.text(argument.text)) : json_number(argument.number));
    }
    return text + "}";
}

/// Quoted where a table would break.
std::string csv_text(const std::string& text) {
    const std::string valid = valid_utf8(text);
    if (valid.find_first_of(",\"\r\n") == std::string::npos) return valid;
    std::string quoted = "\"";
    for (const char letter : valid) quoted += letter == '"' ? "\"\"" : std::string(1, letter);
    return quoted + "\"";
}

std::vector<size_t> depths_of(const ImportedLane& lane) {
    std::vector<size_t> depths(lane.slices.size());
    for (size_t row = 0; row < lane.rows.size(); ++row)
        for (const int32_t slice : lane.rows[row].slices) depths[static_cast<size_t>(slice)] = row;
    return depths;
}

std::vector<int64_t> own_times_of(const ImportedLane& lane) {
    std::vector<int64_t> own(lane.slices.size());
    visit_own_time(lane,
                   [&](size_t slice, int64_t begin, int64_t end, const auto&) { own[slice] += end - begin; });
    return own;
}

/// For each slice of a lane the first of several threads on which it nests: 0 for all but those that cross.
std::vector<int> nesting_threads(const ImportedLane& lane) {
    std::vector<std::vector<int64_t>> ends;  // of each thread: of what is running, outermost first
    std::vector<int> threads;
    for (const ImportedSlice& slice : lane.slices) {
        size_t thread = 0;
        for (; thread < ends.size(); ++thread) {
            while (!ends[thread].empty() && ends[thread].back() <= slice.begin_ns) ends[thread].pop_back();
            if (ends[thread].empty() || ends[thread].back() >= slice.end_ns) break;
        }
        if (thread == ends.size()) ends.emplace_back();
        ends[thread].push_back(slice.end_ns);
        threads.push_back(static_cast<int>(thread));
    }
    return threads;
}

class Writer {
  public:
    Writer(const ImportedTrace& trace, const std::string& path, const std::stop_token& stop)
        : trace_(trace), file_(path, stop) {}

    void write() {
        std::string head = "{\"displayTimeUnit\":\"ns\"";
        if (trace_.base_time_ns) head += ",\"baseTimeNanoseconds\":" + std::to_string(*trace_.base_time_ns);
        if (trace_.rank)
            head += ",\"distributedInfo\":{\"rank\":" + std::to_string(*trace_.rank) +
                    (trace_.world_size ? ",\"world_size\":" + std::to_string(*trace_.world_size) : "") + "}";
        file_.write(head + ",\n\"traceEvents\":[");
        for (size_t process = 0; process < trace_.processes.size(); ++process) write_process(process);
        for (size_t lane = 0; lane < trace_.lanes.size(); ++lane) write_lane(lane);
        for (const ImportedCounter& counter : trace_.counters) write_counter(counter);
        for (size_t flow = 0; flow < trace_.flows.size(); ++flow) write_flow(flow);
        file_.write("\n]}\n");
        file_.commit();
    }

  private:
    /// A thread for each lane. Numbers of the file that was read are not kept.
    std::string place(size_t lane) const {
        return "\"pid\":" + std::to_string(trace_.lanes[lane].process + 1) +
               ",\"tid\":" + std::to_string(lane + 1);
    }
    /// Threads beyond the first of a lane stand after those of all lanes.
    std::string place_of(size_t lane, int thread) const {
        if (thread == 0) return place(lane);
        return "\"pid\":" + std::to_string(trace_.lanes[lane].process + 1) +
               ",\"tid\":" + std::to_string(static_cast<size_t>(thread) * trace_.lanes.size() + lane + 1);
    }
    std::string at(int64_t time_ns) const {
        return ",\"ts\":" + microseconds(trace_.first_event_ns + time_ns);
    }

    void write_process(size_t process) {
        const std::string pid =
            "\"ph\":\"M\",\"pid\":" + std::to_string(process + 1) + ",\"tid\":0,\"name\":";
        events_.add(pid + "\"process_name\",\"args\":{\"name\":" + json_text(trace_.processes[process].name) +
                    "}");
        events_.add(pid + "\"process_sort_index\",\"args\":{\"sort_index\":" + std::to_string(process) + "}");
        if (!trace_.processes[process].labels.empty())
            events_.add(pid + "\"process_labels\",\"args\":{\"labels\":" +
                        json_text(trace_.processes[process].labels) + "}");
    }

    void write_lane(size_t index) {
        const ImportedLane& lane = trace_.lanes[index];
        events_.add("\"ph\":\"M\"," + place(index) +
                    ",\"name\":\"thread_name\",\"args\":{\"name\":" + json_text(lane.name) + "}");
        events_.add("\"ph\":\"M\"," + place(index) +
                    ",\"name\":\"thread_sort_index\",\"args\":{\"sort_index\":" + std::to_string(index) +
                    "}");
        const std::vector<int> threads = nesting_threads(lane);
        for (size_t i = 0; i < lane.slices.size(); ++i) {
            const ImportedSlice& slice = lane.slices[i];
            std::string members = "\"ph\":\"X\"," + place_of(index, threads[i]) + at(slice.begin_ns) +
                                  ",\"dur\":" + microseconds(slice.end_ns - slice.begin_ns) +
                                  ",\"name\":" + json_text(trace_.text(slice.name));
            const std::string& category = trace_.text(slice.category);
            if (!category.empty()) members += ",\"cat\":" + json_text(category);
            if (slice.arguments > 0) members += ",\"args\":" + arguments_json(trace_, slice);
            events_.add(members);
        }
        for (const ImportedInstant& instant : lane.instants)
            events_.add("\"ph\":\"i\",\"s\":\"t\"," + place(index) + at(instant.time_ns) +
                        ",\"name\":" + json_text(trace_.text(instant.name)));
    }

    void write_counter(const ImportedCounter& counter) {
        for (const ImportedCounter::Point& point : counter.points)
            events_.add("\"ph\":\"C\",\"pid\":" + std::to_string(counter.process + 1) + ",\"tid\":0" +
                        at(point.time_ns) + ",\"name\":" + json_text(counter.name) +
                        ",\"args\":{\"value\":" + json_number(point.value) + "}");
    }

    void write_flow(size_t index) {
        const ImportedFlow& flow = trace_.flows[index];
        const std::string common = ",\"cat\":\"flow\",\"id\":" + std::to_string(index + 1) +
                                   ",\"name\":" + json_text(trace_.text(flow.name)) + ",";
        events_.add("\"ph\":\"s\"" + common + place(static_cast<size_t>(flow.from_lane)) + at(flow.from_ns));
        events_.add("\"ph\":\"f\",\"bp\":\"e\"" + common + place(static_cast<size_t>(flow.to_lane)) +
                    at(flow.to_ns));
    }

    const ImportedTrace& trace_;
    AtomicFile file_;
    EventList events_{file_};
};

}  // namespace

void export_imported_csv(const ImportedTrace& trace, const std::string& path, const std::stop_token& stop) {
    AtomicFile file(path, stop);
    file.write("process,lane,depth,name,category,begin_ns,end_ns,duration_ns,own_ns,arguments\r\n");
    for (const ImportedLane& lane : trace.lanes) {
        const std::string place = csv_text(trace.processes[static_cast<size_t>(lane.process)].name) + "," +
                                  csv_text(lane.name) + ",";
        const std::vector<size_t> depths = depths_of(lane);
        const std::vector<int64_t> own = own_times_of(lane);
        for (size_t i = 0; i < lane.slices.size(); ++i) {
            const ImportedSlice& slice = lane.slices[i];
            file.write(place + std::to_string(depths[i]) + "," + csv_text(trace.text(slice.name)) + "," +
                       csv_text(trace.text(slice.category)) + "," + std::to_string(slice.begin_ns) + "," +
                       std::to_string(slice.end_ns) + "," + std::to_string(slice.end_ns - slice.begin_ns) +
                       "," + std::to_string(own[i]) + "," +
                       (slice.arguments > 0 ? csv_text(arguments_json(trace, slice)) : "") + "\r\n");
        }
    }
    file.commit();
}

void export_imported_perfetto(const ImportedTrace& trace, const std::string& path,
                              const std::stop_token& stop) {
    Writer(trace, path, stop).write();
}

}  // namespace ringscope
