// What files hold that are imported, as a person and as a program reads it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sessions/store/run_record.h"
#include "sessions/traces/trace_clock.h"

namespace ringscope {

class InputFile;

struct ImportedFile {
    std::string path;                           // as it was given, or as it was found in a folder
    std::shared_ptr<const InputFile> stream{};  // what can be read only once: a pipe, standard input
    bool is_run_file = false;
    // Of a trace.
    TraceStart start{};
    int64_t events = 0;
    int64_t slices = 0;
    int64_t instants = 0;
    int64_t flows = 0;
    int64_t counter_values = 0;
    std::vector<ImportNote> notes{};
    std::string report{};             // trace_report()
    RunSummary record{};              // its row in the list of runs
    int64_t bytes = 0;                // of the file
    std::optional<int64_t> run_id{};  // as which it is kept
    bool is_new = true;               // not kept before
    // Of a run file.
    int64_t runs = 0;
    int64_t runs_to_add = 0;       // those that the target has not
    std::vector<int64_t> added{};  // as which they were added
};
/// What is said of a trace.
/// Of a file of so many bytes; `name` is that of the row, the file's when it is "".
ImportedFile imported_file(const std::string& path, const ImportedTrace& trace, int64_t bytes,
                           const std::string& name);

struct ImportReport {
    std::vector<ImportedFile> files;
    TraceClock clock;                  // of the traces among them, in their order
    std::vector<ImportNote> left_out;  // files of folders
    std::string run_file;              // where they are kept
    bool dry_run = false;
};

/// One file: all that it holds; several: a line for each, their clock, and what of them is not shown.
std::string import_text(const ImportReport& report);
/// One JSON object, indented.
std::string import_json(const ImportReport& report);

}  // namespace ringscope
