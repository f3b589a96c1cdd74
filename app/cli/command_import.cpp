// ringscope import: the runs of other run files, and traces of other programs, into this run file.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/import_report.h"
#include "app/cli/run_file_option.h"
#include "app/cli/trace_offset.h"
#include "app/process/standard_output.h"
#include "engine/base/number_text.h"
#include "sessions/file_kind.h"
#include "sessions/input_file.h"
#include "sessions/input_files.h"
#include "sessions/stop.h"
#include "sessions/traces/chrome_trace_import.h"

namespace ringscope {

namespace {

struct ImportCommand {
    std::vector<std::string> files;
    std::string db, name;
    std::vector<std::string> offsets;
    bool dry_run = false;
    bool json = false;
};

/// A file of the command line, and what is added to its times.
struct Offset {
    std::string file;
    int64_t ns = 0;
    bool used = false;
};

/// "TRACE=TIME": the last '=' parts them, since a path may have one.
std::vector<Offset> read_offsets(const std::vector<std::string>& texts) {
    std::vector<Offset> offsets;
    for (const std::string& text : texts) {
        const size_t sign = text.rfind('=');
        if (sign == std::string::npos || sign == 0)
            throw Error(ErrorKind::bad_input,
                        "--offset '" + text + "': write TRACE=TIME, e.g. rank1.json=-1.6ms");
        offsets.push_back({text.substr(0, sign), read_offset_ns("--offset", text.substr(sign + 1))});
    }
    return offsets;
}

bool names(const Offset& offset, const std::string& path) {
    return offset.file == path || offset.file == std::filesystem::path(path).filename();
}

/// Each must be about a trace that is imported.
void set_offsets(const ImportCommand& command, ImportReport& report) {
    std::vector<Offset> offsets = read_offsets(command.offsets);
    for (Offset& offset : offsets) {
        for (ImportedFile& file : report.files) {
            if (file.is_run_file || !names(offset, file.path)) continue;
            file.start.offset_ns = offset.ns;
            offset.used = true;
        }
        if (!offset.used)
            throw Error(ErrorKind::bad_input,
                        "--offset: no trace that is imported is called '" + offset.file + "'");
    }
}

/// Those of the file's runs that the target has not, by uuid; a target that is not there yet has none.
ImportedFile look_at_run_file(const ImportCommand& command, const std::string& path) {
    const std::vector<RunSummary> runs = RunStore::open(path)->list();
    std::vector<RunSummary> known;
    if (run_file_exists(command.db)) known = open_run_file(command.db)->list();
    ImportedFile file{path};
    file.is_run_file = true;
    file.runs = static_cast<int64_t>(runs.size());
    file.runs_to_add = std::count_if(runs.begin(), runs.end(), [&](const RunSummary& run) {
        return std::none_of(known.begin(), known.end(),
                            [&](const RunSummary& other) { return other.uuid == run.uuid; });
    });
    return file;
}

/// "2 of 64, reading FILE 43%" on standard error; every tenth of a second at most, and gone with the import.
class ReadingLine {
  public:
    explicit ReadingLine(std::string what) : what_(std::move(what)) {}
    ~ReadingLine() {
        if (shown_) print_progress("");
    }
    ReadingLine(const ReadingLine&) = delete;
    ReadingLine& operator=(const ReadingLine&) = delete;

    ImportProgress progress() {
        if (!can_show_progress()) return {};
        return [this](int64_t bytes, int64_t of_bytes) { show(bytes, of_bytes); };
    }

  private:
    using Clock = std::chrono::steady_clock;
    void show(int64_t bytes, int64_t of_bytes) {
        if (Clock::now() < next_) return;
        next_ = Clock::now() + std::chrono::milliseconds(100);
        shown_ = true;
        const double share = static_cast<double>(bytes) / static_cast<double>(std::max<int64_t>(of_bytes, 1));
        print_progress(what_ + " " +
                       (of_bytes > 0 ? std::to_string(static_cast<int>(100 * share)) + "%"
                                     : bytes_text(static_cast<double>(bytes))));
    }

    std::string what_;
    Clock::time_point next_ = Clock::now();
    bool shown_ = false;
};

/// Standard input and pipes give their bytes once: what was read of them is kept until it has been imported.
bool is_read_once(const std::string& path) {
    std::error_code error;
    return path == "-" || !std::filesystem::is_regular_file(path, error);
}

ImportedFile look_at(const ImportCommand& command, const std::string& path, const std::string& which,
                     const std::stop_token& stop) {
    const bool read_once = is_read_once(path);
    auto input = std::make_shared<const InputFile>(path, stop);
    const FileKind kind = file_kind(*input);
    if (kind == FileKind::experiment)
        throw Error(ErrorKind::bad_input,
                    input->path() +
                        ": neither a run file nor a trace with \"traceEvents\"; an experiment is opened with "
                        "--experiment FILE of run, plan and gui");
    if (kind == FileKind::run_file) {
        if (read_once)
            throw Error(ErrorKind::bad_input, input->path() +
                                                  ": a run file is read from anywhere in it: give it as a "
                                                  "regular file");
        input.reset();  // closing it later would let go of SQLite's locks
        return look_at_run_file(command, path);
    }
    ReadingLine line(which + "reading " + path);
    FileReader reader(*input);
    ImportedTrace trace = import_trace_stream(reader, input->path(), stop, line.progress(), input->size());
    if (!read_once) trace.name = std::filesystem::path(path).filename().string();
    ImportedFile file = imported_file(path, trace, input->size(), command.name);
    if (read_once) file.stream = input;
    return file;
}

/// Of a folder what can be read; the rest is told. What was named by itself must be readable.
void look_at_all(const ImportCommand& command, const std::stop_token& stop, ImportReport& report) {
    ImportNote others{"files of folders that are neither traces nor run files", 0};
    const std::vector<FoundFile> found = find_input_files(command.files, stop);
    for (const FoundFile& file : found) {
        leave_if_stopped(stop);
        const auto number = &file - found.data() + 1;
        const std::string which =
            found.size() > 1 ? std::to_string(number) + " of " + std::to_string(found.size()) + ", " : "";
        try {
            report.files.push_back(look_at(command, file.path, which, stop));
        } catch (const Error& error) {
            if (!file.in_folder || error.kind() == ErrorKind::cancelled) throw;
            if (others.count++ == 0) others.example = error.what();
        }
    }
    if (others.count > 0) report.left_out.push_back(others);
    if (report.files.empty())
        throw Error(ErrorKind::bad_input, "no trace and no run file in " + command.files.front() +
                                              (others.count > 0 ? "; " + others.example : ""));
}

std::vector<TraceStart> starts_of(const std::vector<ImportedFile>& files) {
    std::vector<TraceStart> starts;
    for (const ImportedFile& file : files)
        if (!file.is_run_file) starts.push_back(file.start);
    return starts;
}

/// Run files last; traces by rank, where each has one of its own.
void put_in_order(ImportReport& report) {
    std::stable_partition(report.files.begin(), report.files.end(),
                          [](const ImportedFile& file) { return !file.is_run_file; });
    const std::vector<TraceStart> starts = starts_of(report.files);
    std::vector<ImportedFile> files;
    for (const size_t i : rank_order(starts)) files.push_back(report.files[i]);
    std::move(files.begin(), files.end(), report.files.begin());
    report.clock = common_clock(starts_of(report.files));
}

RunStore::KeptTrace keep(RunStore& store, const ImportedFile& file) {
    const auto input = file.stream ? file.stream : std::make_shared<const InputFile>(file.path);
    if (input->size() != file.bytes)
        throw Error(ErrorKind::io,
                    file.path + ": it has changed since it was read: " + std::to_string(input->size()) +
                        " bytes, not " + std::to_string(file.bytes));
    return store.keep_trace(*input, file.start.name, file.record);
}

void keep_all(const ImportCommand& command, const std::stop_token& stop, ImportReport& report) {
    const auto store = RunStore::open_or_create(run_file_path(command.db));
    store->stop_when(stop);
    std::string done;
    for (ImportedFile& file : report.files) {
        try {
            if (file.is_run_file) {
                file.added = store->import_runs(file.path);
            } else {
                const RunStore::KeptTrace kept = keep(*store, file);
                file.run_id = kept.id;
                if (file.start.offset_ns != 0) store->set_trace_offset(kept.id, file.start.offset_ns);
                file.is_new = kept.is_new;
            }
        } catch (const Error& error) {
            if (done.empty()) throw;
            throw Error(error.kind(), std::string(error.what()) + "; kept before it: " + done);
        }
        done += (done.empty() ? "" : ", ") + file.path;
    }
}

int import_command(const ImportCommand& command, const std::stop_token& stop) {
    leave_if_stopped(stop);
    ImportReport report;
    report.dry_run = command.dry_run;
    report.run_file = run_file_path(command.db);
    look_at_all(command, stop, report);
    set_offsets(command, report);
    put_in_order(report);
    if (!command.name.empty() && (report.files.size() > 1 || report.files.front().is_run_file))
        throw Error(ErrorKind::bad_input,
                    "--name names one trace: " +
                        (report.files.front().is_run_file ? "the runs of " + report.files.front().path
                                                          : std::to_string(report.files.size()) + " files") +
                        " keep their names");
    if (!command.dry_run) keep_all(command, stop, report);
    print(command.json ? import_json(report) : import_text(report));
    return 0;
}

}  // namespace

void declare_import(Arguments& program, std::stop_token stop) {
    auto command = std::make_shared<ImportCommand>();
    Arguments arguments =
        program.command("import", "Add the runs of other run files, or traces of other programs",
                        [command, stop] { return import_command(*command, stop); });
    arguments.positional_files("FILE", command->files, FileUse::read,
                               "Run files, as 'export --format run' makes them; Chrome or PyTorch traces, "
                               ".json or .json.gz, one per "
                               "rank of a job; or folders with such files");
    declare_run_file(arguments, command->db, "Run file to add to");
    arguments.value("--name", command->name, "TEXT",
                    "Name of the trace in the list; its file's when not given");
    arguments.values("--offset", command->offsets, "TRACE=TIME",
                     "Add to a trace's times where it lies on one clock with others: rank1.json=-1.6ms");
    arguments.flag("--dry-run", command->dry_run, "Show what the files hold; add nothing");
    arguments.flag("--json", command->json, "Print one JSON object");
}

}  // namespace ringscope
