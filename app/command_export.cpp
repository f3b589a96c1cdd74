// ringscope export: a saved run for other tools.
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/run_export.h"
#include "app/run_file_option.h"
#include "app/standard_output.h"
#include "sessions/atomic_file.h"

namespace ringscope {

namespace {

constexpr const char* kRunFileFormat = "run";  // for 'ringscope import'
constexpr const char* kTraceFormat = "trace";  // the file of a kept trace, as it was

struct ExportCommand {
    std::string run, format, output, db;
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

int write_trace_file(const std::string& bytes, const std::string& path) {
    if (path.empty()) {
        print(bytes);
        return 0;
    }
    AtomicFile file(path);
    file.write(bytes);
    file.commit();
    return 0;
}

int export_command(const ExportCommand& command) {
    if (!command.output.empty()) require_writable_file(command.output);
    const auto store = open_run_file(command.db);
    const int64_t id = store->find(command.run);
    if (command.format == kRunFileFormat) {
        if (command.output.empty())
            throw Error(ErrorKind::bad_input, "--format run makes a run file: --output FILE says where");
        store->export_run(id, command.output);
        return 0;
    }
    const RunSummary summary = store->summary(id);
    if (summary.is_trace && command.format != kTraceFormat)
        throw Error(ErrorKind::bad_input,
                    "run " + std::to_string(id) +
                        " is a kept trace of another program: --format trace writes its "
                        "file, --format run hands it to someone");
    if (command.format == kTraceFormat) return write_trace_file(store->trace_file(id), command.output);
    const auto run =
        store->load(id, command.format == "output" ? RunStore::Output::keep : RunStore::Output::leave);
    const std::string& name = summary.name;
    if (!command.output.empty()) {
        export_run(*run, id, name, command.format, command.output);
        return 0;
    }
    const ScratchFolder scratch;
    const std::string file = scratch.path + "/export";
    export_run(*run, id, name, command.format, file);
    print(read_text_file(file, INT64_MAX));
    return 0;
}

}  // namespace

void declare_export(Arguments& program) {
    auto command = std::make_shared<ExportCommand>();
    Arguments arguments = program.command("export", "Write a saved run for other tools",
                                          [command] { return export_command(*command); });
    arguments.positional("RUN", command->run, "Run by number, name or start of the uuid");
    std::vector<std::string> formats = export_formats();
    formats.insert(formats.end(), {kRunFileFormat, kTraceFormat});
    arguments.required_value("--format", command->format, "FORMAT", "What to write", formats);
    arguments.value("--output", command->output, "FILE", "Target; standard output when not given");
    declare_run_file(arguments, command->db);
}

}  // namespace ringscope
