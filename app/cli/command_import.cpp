// ringscope import: the runs of other run files, and traces of other programs, into this run file.
#include <algorithm>
#include <filesystem>
#include <memory>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/import_report.h"
#include "app/cli/run_file_option.h"
#include "app/process/standard_output.h"
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
    bool dry_run = false;
    bool json = false;
};

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

[[noreturn]] void refuse_experiment(const std::string& path) {
    throw Error(ErrorKind::bad_input,
                path +
                    ": neither a run file nor a trace with \"traceEvents\"; an experiment is opened with "
                    "--experiment FILE of run, plan and gui");
}

/// Standard input and pipes give their bytes once: what was read of them is kept until it has been imported.
ImportedFile look_at_stream(const std::string& path, const std::stop_token& stop) {
    const auto stream = std::make_shared<const InputFile>(path, stop);
    const std::string& name = stream->path();
    const FileKind kind = file_kind(*stream);
    if (kind == FileKind::run_file)
        throw Error(ErrorKind::bad_input,
                    name + ": a run file is read from anywhere in it: give it as a regular file");
    if (kind == FileKind::experiment) refuse_experiment(name);
    FileReader reader(*stream);
    ImportedFile file = imported_file(path, import_trace_stream(reader, name, stop, {}, stream->size()));
    file.stream = stream;
    return file;
}

ImportedFile look_at(const ImportCommand& command, const std::string& path, const std::stop_token& stop) {
    std::error_code error;
    const bool is_stream =
        std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error);
    if (path == "-" || is_stream) return look_at_stream(path, stop);
    switch (file_kind(path)) {
        case FileKind::run_file:
            return look_at_run_file(command, path);
        case FileKind::trace:
            return imported_file(path, import_chrome_trace(path, stop));
        case FileKind::experiment:
            break;
    }
    refuse_experiment(path);
}

/// Of a folder what can be read; the rest is told. What was named by itself must be readable.
void look_at_all(const ImportCommand& command, const std::stop_token& stop, ImportReport& report) {
    ImportNote others{"files of folders that are neither traces nor run files", 0};
    for (const FoundFile& file : find_input_files(command.files, stop)) {
        leave_if_stopped(stop);
        try {
            report.files.push_back(look_at(command, file.path, stop));
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

void keep_all(const ImportCommand& command, const std::stop_token& stop, ImportReport& report) {
    const auto store = RunStore::open_or_create(run_file_path(command.db));
    store->stop_when(stop);
    std::string done;
    for (ImportedFile& file : report.files) {
        try {
            if (file.is_run_file) {
                file.added = store->import_runs(file.path);
            } else {
                const RunStore::KeptTrace kept =
                    file.stream ? store->keep_trace(*file.stream, file.start.name, command.name)
                                : store->keep_trace(file.path, command.name);
                file.run_id = kept.id;
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
    arguments.flag("--dry-run", command->dry_run, "Show what the files hold; add nothing");
    arguments.flag("--json", command->json, "Print one JSON object");
}

}  // namespace ringscope
