// ringscope export: a saved run for other tools.
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/run_file_option.h"
#include "app/process/standard_output.h"
#include "sessions/input_file.h"
#include "sessions/report/run_export.h"
#include "sessions/standard_stream.h"
#include "sessions/traces/rank_export.h"

namespace ringscope {

namespace {

struct ExportCommand {
    std::string run, format, output, db;
    bool per_rank = false;
};

/// The exporters write files: a private folder stands in for standard output, and goes whatever happens.
struct ScratchFolder {
    std::string path;
    ScratchFolder() {
        path = (std::filesystem::temp_directory_path() / "ringscope-XXXXXX").string();
        if (!mkdtemp(path.data())) throw Error(ErrorKind::io, path + ": cannot make a temporary folder");
    }
    ~ScratchFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
};

/// A folder with a trace for each rank.
int export_ranks(const ExportCommand& command, const std::stop_token& stop) {
    if (command.format != "perfetto" || command.output.empty())
        throw Error(ErrorKind::bad_input,
                    "--per-rank writes a folder of traces: it needs --format perfetto and --output FOLDER");
    require_new_folder(command.output);
    const auto store = open_run_file(command.db, stop);
    const int64_t id = store->find(command.run);
    const RunSummary summary = store->summary(id);
    if (summary.is_trace)
        throw Error(ErrorKind::bad_input, "--per-rank: run " + std::to_string(id) +
                                              " is a kept trace of another program, and has one "
                                              "file");
    export_rank_traces(*store->load(id), summary.name, command.output, stop);
    return 0;
}

int export_command(const ExportCommand& command, const std::stop_token& stop) {
    if (command.per_rank) return export_ranks(command, stop);
    const bool to_standard_output = command.output.empty();
    if (command.format == kRunFileFormat && descriptor_of_path(command.output, StreamUse::written))
        throw Error(ErrorKind::bad_input,
                    "--output " + command.output + ": a run file cannot be standard output; name a file");
    if (!to_standard_output) require_writable_file(command.output);
    const auto store = open_run_file(command.db, stop);
    const int64_t id = store->find(command.run);
    if (!to_standard_output) {
        export_saved(*store, id, command.format, command.output, stop);
        return 0;
    }
    if (command.format == kRunFileFormat)
        throw Error(ErrorKind::bad_input, "--format run makes a run file: --output FILE says where");
    const ScratchFolder scratch;
    const std::string file = scratch.path + "/export";
    export_saved(*store, id, command.format, file, stop);
    const std::string bytes = read_text_file(file, INT64_MAX);
    const bool is_json = bytes.starts_with('{');  // others have lines and bytes of their own
    if (is_json && command.format != kTraceFormat)
        print(bytes);
    else
        print_file(bytes);
    return 0;
}

}  // namespace

void declare_export(Arguments& program, std::stop_token stop) {
    auto command = std::make_shared<ExportCommand>();
    Arguments arguments = program.command("export", "Write a saved run for other tools",
                                          [command, stop] { return export_command(*command, stop); });
    arguments.positional("RUN", command->run, "Run by number, name or start of the uuid");
    std::vector<std::string> formats = export_formats();
    formats.insert(formats.end(), {kRunFileFormat, kTraceFormat, kPageFormat});
    arguments.required_value("--format", command->format, "FORMAT", "What to write", formats);
    arguments.file("--output", command->output, FileUse::written, "Target; standard output when not given");
    arguments.flag("--per-rank", command->per_rank,
                   "With --format perfetto: --output is a new folder, with one trace per rank in the form of "
                   "torch.profiler, as HolisticTraceAnalysis reads them");
    declare_run_file(arguments, command->db);
}

}  // namespace ringscope
