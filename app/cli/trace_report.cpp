#include "app/cli/trace_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/cli/text_table.h"
#include "engine/base/number_text.h"
#include "sessions/traces/imported_text.h"

namespace ringscope {

namespace {

/// The time in which a slice of the lane was running.
int64_t busy_ns(const ImportedLane& lane) {
    int64_t sum = 0, until = INT64_MIN;
    for (const ImportedSlice& slice : lane.slices) {  // by begin
        const int64_t begin = std::max(slice.begin_ns, until);
        if (slice.end_ns <= begin) continue;
        sum += slice.end_ns - begin;
        until = slice.end_ns;
    }
    return sum;
}

std::string lanes_table(const ImportedTrace& trace) {
    TextTable table(
        {{"process", Align::left}, {"lane", Align::left}, {"slices"}, {"rows"}, {"busy"}, {"instants"}});
    for (const ImportedLane& lane : trace.lanes) {
        const ImportedProcess& process = trace.processes[static_cast<size_t>(lane.process)];
        table.add_row({process.name + (process.labels.empty() ? "" : " " + process.labels), lane.name,
                       std::to_string(lane.slices.size()), std::to_string(lane.rows.size()),
                       nanoseconds_text(busy_ns(lane)), std::to_string(lane.instants.size())});
    }
    return table.text();
}

std::string counters_table(const ImportedTrace& trace) {
    TextTable table({{"counter", Align::left}, {"values"}, {"least"}, {"most"}});
    for (const ImportedCounter& counter : trace.counters) {
        double least = counter.points.front().value, most = least;
        for (const auto& point : counter.points)
            least = std::min(least, point.value), most = std::max(most, point.value);
        table.add_row({counter.name, std::to_string(counter.points.size()), short_count_text(least),
                       short_count_text(most)});
    }
    return table.text();
}

}  // namespace

std::string trace_report(const ImportedTrace& trace) {
    std::string text = trace.name + ": " + nanoseconds_text(trace.length_ns) + ", " +
                       std::to_string(trace.events) + " events: " + std::to_string(trace.slices()) +
                       " slices, " + std::to_string(trace.instants()) + " instants, " +
                       std::to_string(trace.flows.size()) + " flows" +
                       (trace.rank ? ", rank " + std::to_string(*trace.rank) : "") + "\n";
    if (trace.offset_ns != 0)
        text += std::string("moved by ") + (trace.offset_ns < 0 ? "-" : "+") +
                nanoseconds_text(std::abs(trace.offset_ns)) +
                " where it lies on one clock with other traces\n";
    if (!trace.lanes.empty()) text += "\n" + lanes_table(trace);
    if (!trace.counters.empty()) text += "\n" + counters_table(trace);
    if (!trace.notes.empty()) text += "\nnot shown, or shown differently:\n";
    for (const ImportNote& note : trace.notes) text += "  " + note_text(note) + "\n";
    return text;
}

std::string trace_to_json(const ImportedTrace& trace) {
    using Json = nlohmann::ordered_json;
    Json json{{"events", trace.events},       {"slices", trace.slices()},
              {"instants", trace.instants()}, {"flows", trace.flows.size()},
              {"length_ns", trace.length_ns}, {"first_event_ns", trace.first_event_ns},
              {"offset_ns", trace.offset_ns}, {"rank", trace.rank ? Json(*trace.rank) : Json()},
              {"lanes", Json::array()},       {"counters", Json::array()},
              {"notes", Json::array()}};
    for (const ImportedLane& lane : trace.lanes)
        json["lanes"].push_back({{"process", trace.processes[static_cast<size_t>(lane.process)].name},
                                 {"name", lane.name},
                                 {"slices", lane.slices.size()},
                                 {"rows", lane.rows.size()},
                                 {"busy_ns", busy_ns(lane)},
                                 {"instants", lane.instants.size()}});
    for (const ImportedCounter& counter : trace.counters)
        json["counters"].push_back({{"name", counter.name}, {"values", counter.points.size()}});
    for (const ImportNote& note : trace.notes)
        json["notes"].push_back({{"text", note.text}, {"count", note.count}, {"example", note.example}});
    return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace ringscope
