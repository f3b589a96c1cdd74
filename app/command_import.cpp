// ringscope import: the runs of another run file into this one; or what a trace of another program holds.
#include <memory>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/run_file_option.h"
#include "app/standard_output.h"
#include "app/text_table.h"
#include "sessions/chrome_trace_import.h"
#include "sessions/file_kind.h"
#include "ui/format.h"

namespace ringscope {

namespace {

struct ImportCommand {
    std::string file, db;
};

std::string added_runs(const ImportCommand& command) {
    RunStore::open(command.file);  // told apart from problems of the target, and before that is made
    const auto store = RunStore::open_or_create(run_file_path(command.db));
    const std::vector<int64_t> ids = store->import_runs(command.file);
    if (ids.empty()) return "no new runs in " + command.file + "\n";
    std::string text = "added run";
    for (int64_t id : ids)
        text += (id == ids.front() ? (ids.size() > 1 ? "s " : " ") : ", ") + std::to_string(id);
    return text + " to " + store->path() + "\n";
}

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
                       ui::nanoseconds_text(busy_ns(lane)), std::to_string(lane.instants.size())});
    }
    return table.text();
}

std::string counters_table(const ImportedTrace& trace) {
    TextTable table({{"counter", Align::left}, {"values"}, {"least"}, {"most"}});
    for (const ImportedCounter& counter : trace.counters) {
        double least = counter.points.front().value, most = least;
        for (const auto& point : counter.points)
            least = std::min(least, point.value), most = std::max(most, point.value);
        table.add_row({counter.name, std::to_string(counter.points.size()), ui::short_count_text(least),
                       ui::short_count_text(most)});
    }
    return table.text();
}

std::string trace_summary(const ImportedTrace& trace) {
    std::string text = trace.name + ": " + ui::nanoseconds_text(trace.length_ns) + ", " +
                       std::to_string(trace.events) + " events: " + std::to_string(trace.slices()) +
                       " slices, " + std::to_string(trace.instants()) + " instants, " +
                       std::to_string(trace.flows.size()) + " flows" +
                       (trace.rank ? ", rank " + std::to_string(*trace.rank) : "") + "\n";
    if (!trace.lanes.empty()) text += "\n" + lanes_table(trace);
    if (!trace.counters.empty()) text += "\n" + counters_table(trace);
    if (!trace.notes.empty()) text += "\nnot shown, or not as it stands there:\n";
    for (const ImportNote& note : trace.notes)
        text += "  " + std::to_string(note.count) + "  " + note.what + "\n";
    return text +
           "\nA trace is not a run: nothing was added to a run file. 'ringscope gui --trace FILE' shows it "
           "beside runs.\n";
}

int import_command(const ImportCommand& command) {
    switch (file_kind(command.file)) {
        case FileKind::run_file:
            print(added_runs(command));
            break;
        case FileKind::trace:
            if (!command.db.empty())
                throw Error(
                    ErrorKind::bad_input,
                    "--db: " + command.file + " is a trace, which is not a run and goes into no run file");
            print(trace_summary(import_chrome_trace(command.file)));
            break;
        case FileKind::experiment:
            throw Error(ErrorKind::bad_input,
                        command.file +
                            ": neither a run file nor a trace with \"traceEvents\"; an experiment is "
                            "opened with --experiment FILE of run, plan and gui");
    }
    return 0;
}

}  // namespace

void declare_import(Arguments& program) {
    auto command = std::make_shared<ImportCommand>();
    Arguments arguments =
        program.command("import", "Add the runs of another run file, or tell what a Chrome trace holds",
                        [command] { return import_command(*command); });
    arguments.positional(
        "FILE", command->file,
        "Run file, as 'export --format run' makes one; or a Chrome or PyTorch trace, .json or "
        ".json.gz");
    declare_run_file(arguments, command->db, "Run file to add runs to");
}

}  // namespace ringscope
