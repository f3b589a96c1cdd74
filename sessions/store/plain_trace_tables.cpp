// A kept trace as plain tables: what plain_tables.h says.
#include "sessions/store/figure_rows.h"
#include "sessions/store/plain_file.h"
#include "sessions/store/plain_tables.h"

namespace ringscope {

namespace {

constexpr const char* kTables = R"(
CREATE TABLE trace (
    name TEXT, first_event_ns INTEGER, length_ns INTEGER, events INTEGER, rank INTEGER, world_size INTEGER,
    base_time_ns INTEGER, job TEXT);
CREATE TABLE process (process INTEGER PRIMARY KEY, name TEXT, labels TEXT);
CREATE TABLE lane (lane INTEGER PRIMARY KEY, process INTEGER, name TEXT);
CREATE TABLE slice (
    slice INTEGER PRIMARY KEY, lane INTEGER, depth INTEGER, name TEXT, category TEXT, begin_ns INTEGER, end_ns INTEGER,
    duration_ns INTEGER);
CREATE TABLE arg (slice INTEGER, key TEXT, text TEXT, number REAL);
CREATE TABLE instant (lane INTEGER, name TEXT, time_ns INTEGER);
CREATE TABLE counter (counter INTEGER, process INTEGER, name TEXT, time_ns INTEGER, value REAL);
CREATE TABLE flow (
    flow INTEGER PRIMARY KEY, name TEXT, from_lane INTEGER, from_ns INTEGER, to_lane INTEGER, to_ns INTEGER);
CREATE TABLE note (text TEXT, count INTEGER, example TEXT);
)";

constexpr const char* kViews = R"(
CREATE INDEX slice_by_lane ON slice (lane, begin_ns);
CREATE INDEX arg_by_slice ON arg (slice);
CREATE VIEW slice_total AS
    SELECT lane, name, count(*) AS slices, sum(duration_ns) AS total_ns, max(duration_ns) AS longest_ns
    FROM slice GROUP BY lane, name;
)";

void insert_trace_row(Db& db, const ImportedTrace& trace) {
    Statement insert(db, "INSERT INTO trace VALUES (?,?,?,?,?,?,?,?)");
    insert.bind(trace.name).bind(trace.first_event_ns).bind(trace.length_ns).bind(trace.events);
    for (const auto& number : {trace.rank, trace.world_size, trace.base_time_ns})
        number ? insert.bind(*number) : insert.bind_null();
    bind_if_any(insert, trace.job);
    insert.run();
    Statement process(db, "INSERT INTO process VALUES (?,?,?)");
    for (size_t i = 0; i < trace.processes.size(); ++i) {
        process.bind(static_cast<int64_t>(i)).bind(trace.processes[i].name);
        bind_if_any(process, trace.processes[i].labels);
        process.run();
    }
    Statement note(db, "INSERT INTO note VALUES (?,?,?)");
    for (const ImportNote& told : trace.notes) {
        note.bind(told.text).bind(told.count);
        bind_if_any(note, told.example);
        note.run();
    }
}

class SliceRows {
  public:
    SliceRows(Db& db, const ImportedTrace& trace)
        : trace_(trace),
          lane_(db, "INSERT INTO lane VALUES (?,?,?)"),
          slice_(db, "INSERT INTO slice VALUES (?,?,?,?,?,?,?,?)"),
          arg_(db, "INSERT INTO arg VALUES (?,?,?,?)"),
          instant_(db, "INSERT INTO instant VALUES (?,?,?)") {}

    void insert(const ImportedLane& lane, int64_t number) {
        lane_.bind(number).bind(lane.process).bind(lane.name).run();
        std::vector<int64_t> depths(lane.slices.size(), 0);
        for (size_t row = 0; row < lane.rows.size(); ++row)
            for (const int32_t slice : lane.rows[row].slices)
                depths[static_cast<size_t>(slice)] = static_cast<int64_t>(row);
        for (size_t i = 0; i < lane.slices.size(); ++i) {
            const ImportedSlice& slice = lane.slices[i];
            slice_.bind(next_).bind(number).bind(depths[i]).bind(trace_.text(slice.name));
            bind_if_any(slice_, trace_.text(slice.category));
            slice_.bind(slice.begin_ns).bind(slice.end_ns).bind(slice.end_ns - slice.begin_ns).run();
            insert_arguments(slice);
            ++next_;
        }
        for (const ImportedInstant& instant : lane.instants)
            instant_.bind(number).bind(trace_.text(instant.name)).bind(instant.time_ns).run();
    }

  private:
    void insert_arguments(const ImportedSlice& slice) {
        for (uint32_t i = 0; i < slice.arguments; ++i) {
            const ImportedArgument& argument = trace_.arguments[slice.first_argument + i];
            arg_.bind(next_).bind(trace_.text(argument.key));
            if (argument.text >= 0)
                arg_.bind(trace_.text(argument.text)).bind_null();
            else
                arg_.bind_null().bind(argument.number);
            arg_.run();
        }
    }

    const ImportedTrace& trace_;
    Statement lane_, slice_, arg_, instant_;
    int64_t next_ = 0;
};

void insert_counters(Db& db, const ImportedTrace& trace) {
    Statement insert(db, "INSERT INTO counter VALUES (?,?,?,?,?)");
    for (size_t i = 0; i < trace.counters.size(); ++i)
        for (const ImportedCounter::Point& point : trace.counters[i].points) {
            insert.bind(static_cast<int64_t>(i)).bind(trace.counters[i].process).bind(trace.counters[i].name);
            insert.bind(point.time_ns).bind(point.value).run();
        }
}

void insert_flows(Db& db, const ImportedTrace& trace) {
    Statement insert(db, "INSERT INTO flow VALUES (?,?,?,?,?,?)");
    for (size_t i = 0; i < trace.flows.size(); ++i) {
        const ImportedFlow& flow = trace.flows[i];
        insert.bind(static_cast<int64_t>(i))
            .bind(trace.text(flow.name))
            .bind(flow.from_lane)
            .bind(flow.from_ns);
        insert.bind(flow.to_lane).bind(flow.to_ns).run();
    }
}

}  // namespace

void write_plain_tables(const ImportedTrace& trace, const std::string& path, const std::stop_token& stop) {
    PlainFile(path, stop).write([&](Db& db) {
        constexpr int64_t kEventBytes = 400;
        db.expect_bytes((trace.events + static_cast<int64_t>(trace.arguments.size())) * kEventBytes);
        db.run(kTables);
        insert_trace_row(db, trace);
        SliceRows rows(db, trace);
        for (size_t lane = 0; lane < trace.lanes.size(); ++lane)
            rows.insert(trace.lanes[lane], static_cast<int64_t>(lane));
        insert_counters(db, trace);
        insert_flows(db, trace);
        db.run(kViews);
    });
}

}  // namespace ringscope
