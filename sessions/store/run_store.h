// Runs in a file: one SQLite file is one document, one transaction saves one run.
//
// A store belongs to one thread at a time. Several stores, in one process or many, may be open on the same
// file: writers queue up for at most kBusyTimeoutMs. Whatever fails (full disk, read-only medium, locked
// file) is Error(io) with the file as it was before and the run still in the caller's hands.
#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/error.h"
#include "engine/run/run.h"
#include "sessions/store/run_file_path.h"
#include "sessions/store/run_query.h"
#include "sessions/store/run_record.h"
#include "sessions/store/store_state.h"

namespace ringscope {

class Db;
class InputFile;
struct ImportedTrace;
struct RunFile;

/// Whether a failure was another program that keeps the file locked: trying again may do.
bool is_lock(const Error& error);

class RunStore {
  public:
    /// An existing file. Older ones are copied to PATH.bak-vN, then migrated. Runs that wait for it (spool.h) come
    /// in, and what dead processes left beside it goes. Throws Error(bad_input) when
    /// there is none, Error(io) when it is not a run file, or when another program keeps it locked.
    static std::unique_ptr<RunStore> open(const std::string& path);
    /// The same; makes the file when there is none or an empty one (as mktemp leaves). Makes folders for
    /// default_run_file() only: a slip in a path must not grow a tree.
    static std::unique_ptr<RunStore> open_or_create(const std::string& path);
    ~RunStore();
    RunStore(const RunStore&) = delete;
    RunStore& operator=(const RunStore&) = delete;

    /// From now on whatever takes long ends with Error(cancelled), as after any error, soon after a stop is
    /// requested: the file is as it was before, and no other file is left behind.
    void stop_when(const std::stop_token& stop);

    const std::string& path() const { return path_; }
    StoreState state() const { return state_; }
    bool writable() const { return state_ == StoreState::writable; }
    /// One sentence for the person: why the file is read-only, or that it was migrated. "" when all is well.
    const std::string& message() const { return message_; }

    /// What of a run is large and wanted on request only.
    enum class Output { leave, keep };

    /// Saves the run and gives its id; with Output::keep its o and lse too, when it has them. Throws
    /// Error(io).
    int64_t save(const Run& run, const std::string& name, Output output = Output::leave);
    /// The same under a uuid (new_uuid()) that the run has already; when the file has it, that one's id.
    /// `invocation` is RunSummary's.
    int64_t save_as(const std::string& uuid, const Run& run, const std::string& name,
                    Output output = Output::leave, const std::string& invocation = "");
    /// How long what follows waits for other programs that keep the file locked; kBusyTimeoutMs before.
    void wait_for_others(int milliseconds);
    /// The run as it was, with its schedule planned again; with Output::keep its o and lse, when the file has
    /// them. Throws Error(bad_input) for a kept trace, Error(io).
    std::shared_ptr<const Run> load(int64_t id, Output output = Output::leave);
    /// Newest first. Of a damaged file, the runs that can be read; message() then says so.
    std::vector<RunSummary> list();
    RunSummary summary(int64_t id);

    /// By id, unique name, or unique prefix of the uuid (4 characters or more). Throws Error(bad_input) that
    /// lists the candidates.
    int64_t find(const std::string& what);

    struct KeptTrace {
        int64_t id = 0;
        bool is_new = true;
    };
    /// Keeps the file of a trace of another program, whole, in the list beside the runs; without a name it
    /// has the file's. One that is here already, byte for byte, is not kept again. Throws as
    /// import_chrome_trace() does, and Error(io).
    KeptTrace keep_trace(const std::string& path, const std::string& name);
    /// The same from a file that is open and was read: as `file_name`, with the row that trace_summary() gives.
    KeptTrace keep_trace(const InputFile& file, const std::string& file_name, const RunSummary& record);
    /// A kept trace. Throws Error(bad_input) when the run is none, Error(io).
    std::shared_ptr<const ImportedTrace> load_trace(int64_t id);
    /// What is added to its times where it lies on one clock with other traces (ImportedTrace::offset_ns). Throws
    /// Error(bad_input) when the run is no kept trace, Error(io).
    void set_trace_offset(int64_t id, int64_t offset_ns);
    /// The bytes of its file, as they were.
    std::string trace_file(int64_t id);

    void rename(int64_t id, const std::string& name);
    void set_note(int64_t id, const std::string& note);
    void set_tags(int64_t id, const std::vector<std::string>& tags);  // replaces all; sorted, without doubles
    void set_archived(int64_t id, bool archived);
    /// At most one run is the baseline; nothing makes it none.
    void set_baseline(std::optional<int64_t> id);
    void remove(int64_t id);

    /// One statement that reads, over the file's tables and its traces. While it lives nothing else may be asked of the
    /// store. Throws as RunQuery does.
    std::unique_ptr<RunQuery> query(const std::string& sql);

    int64_t file_bytes();

    /// Foreign objects of the schema, integrity_check and foreign_key_check, and every run and kept trace read
    /// once: every problem in words, none when the file is whole.
    std::vector<std::string> check();

    /// Bytes of the file before and after.
    struct Compaction {
        int64_t bytes_before = 0;
        int64_t bytes_after = 0;
    };
    /// Gives pages that removed runs have left back to the disk. Needs room for a second copy meanwhile.
    Compaction compact();
    /// One run, as a run file of its own to share, at a path where nothing is yet. Throws
    /// Error(bad_input) when something is, Error(io).
    void export_run(int64_t id, const std::string& path);
    /// Adds every run of another run file that is not here yet (by uuid); gives the new ids. All of them or,
    /// on an error, none.
    std::vector<int64_t> import_runs(const std::string& path);

  private:
    RunStore(std::string path, RunFile file);
    void tidy();
    void remove_dead_journal();
    void require_writable() const;
    void update(int64_t id, const char* sql, const std::string& value);
    std::vector<RunSummary> read_list(const int64_t* id);

    std::string path_;
    std::unique_ptr<Db> db_;
    StoreState state_;
    std::string message_;
    std::vector<std::string> foreign_;  // objects of the schema for which the file is only read
    bool has_foreign_expressions_;
    bool has_strangers_;
};

}  // namespace ringscope
