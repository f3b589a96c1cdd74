#include "sessions/store/run_store.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>

#include <unistd.h>

#include "engine/base/number_text.h"
#include "sessions/input_file.h"
#include "sessions/stop.h"
#include "sessions/store/kept_trace.h"
#include "sessions/store/migrations.h"
#include "sessions/store/run_output.h"
#include "sessions/store/run_rows.h"
#include "sessions/store/spool_files.h"
#include "sessions/temporary_file.h"
#include "sessions/traces/chrome_trace_import.h"

namespace ringscope {

namespace {

constexpr const char* kNoFigures =
    " is a kept trace of another program: it has no experiment and no figures, and is looked at beside runs "
    "in the window's Compare tab";

[[noreturn]] void no_run(int64_t id) {
    throw Error(ErrorKind::bad_input, "there is no run " + std::to_string(id));
}

void make_default_folder(const std::string& path) {
    if (unsaved_folder().empty() || path != default_run_file()) return;
    std::error_code error;
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
    if (error) throw Error(ErrorKind::io, path + ": cannot make its folder: " + error.message());
}

std::string candidate_list(const std::vector<RunSummary>& runs) {
    constexpr size_t kMost = 8;
    std::string text;
    for (size_t i = 0; i < std::min(runs.size(), kMost); ++i)
        text += (i ? ", " : "") + std::to_string(runs[i].id) + " (" + runs[i].name + ")";
    return text + (runs.size() > kMost ? ", ..." : "");
}

}  // namespace

RunStore::RunStore(std::string path, RunFile file)
    : path_(std::move(path)),
      db_(std::move(file.db)),
      state_(file.state),
      message_(std::move(file.message)),
      foreign_(std::move(file.foreign)),
      has_foreign_expressions_(file.has_foreign_expressions),
      has_strangers_(file.has_strangers) {}

RunStore::~RunStore() = default;

std::unique_ptr<RunStore> RunStore::open(const std::string& path) {
    std::unique_ptr<RunStore> store(new RunStore(path, open_run_file(path, false)));
    store->tidy();
    return store;
}

std::unique_ptr<RunStore> RunStore::open_or_create(const std::string& path) {
    make_default_folder(path);
    std::unique_ptr<RunStore> store(new RunStore(path, open_run_file(path, true)));
    store->tidy();
    return store;
}

/// SQLite undoes a change that was cut off, but leaves the journal of one that had not begun to touch the file until
/// the next change. A journal in use belongs to somebody who has the lock.
void RunStore::remove_dead_journal() {
    if (access((path_ + "-journal").c_str(), F_OK) != 0) return;
    db_->wait_for_others(0);
    try {
        Transaction transaction(*db_);
        db_->run(("PRAGMA user_version = " + std::to_string(db_->number("PRAGMA user_version"))).c_str());
        transaction.commit();
    } catch (const Error&) {
        // Somebody is writing, or nobody can.
    }
    db_->wait_for_others(kBusyTimeoutMs);
}

/// What dead processes left beside the file goes; runs that wait for it come in. Neither is a reason not to open
/// it.
void RunStore::tidy() {
    if (!writable()) return;
    sweep_temporaries(path_);
    remove_dead_journal();
    size_t added = 0;
    std::string problem;
    for (const std::string& spool : spooled_for(path_)) {
        try {
            added += import_runs(spool).size();
            unlink(spool.c_str());
        } catch (const Error& error) {
            // Another process may have been faster.
            if (access(spool.c_str(), F_OK) == 0) problem = error.what();
        }
    }
    const auto say = [this](const std::string& text) { message_ += (message_.empty() ? "" : "; ") + text; };
    if (added > 0)
        say(std::to_string(added) + (added == 1 ? " run that was" : " runs that were") +
            " kept elsewhere when the file could not be written came in");
    if (!problem.empty()) say("runs that are kept elsewhere cannot come in: " + problem);
}

bool is_lock(const Error& error) {
    const auto* problem = dynamic_cast<const DbError*>(&error);
    return problem && problem->cause() == DbError::Cause::locked;
}

void RunStore::wait_for_others(int milliseconds) { db_->wait_for_others(milliseconds); }

void RunStore::stop_when(const std::stop_token& stop) { db_->stop_when(stop); }

void RunStore::require_writable() const {
    if (!writable()) throw Error(ErrorKind::io, path_ + ": cannot be changed: " + message_);
}

int64_t RunStore::save(const Run& run, const std::string& name, Output output) {
    return save_as(new_uuid(), run, name, output);
}

int64_t RunStore::save_as(const std::string& uuid, const Run& run, const std::string& name, Output output,
                          const std::string& invocation) {
    require_writable();
    RunSummary record = summarize(run, name);
    record.uuid = uuid;
    record.invocation = invocation;
    Transaction transaction(*db_);
    Statement known(*db_, "SELECT id FROM run WHERE uuid = ?");
    if (known.bind(uuid).step()) return known.get_int();
    const int64_t id = insert_run(*db_, run, record);
    if (output == Output::keep && run.output && run.schedule)
        insert_output(*db_, id, run.schedule->problem, *run.output);
    transaction.commit();
    return id;
}

std::shared_ptr<const Run> RunStore::load(int64_t id, Output output) {
    if (is_kept_trace(*db_, id).value_or(false))
        throw Error(ErrorKind::bad_input, "run " + std::to_string(id) + kNoFigures);
    try {
        const Snapshot snapshot(*db_);  // another window may delete the run between two of the reads
        const std::shared_ptr<Run> run = read_run(*db_, id);
        if (run && run->schedule && output == Output::keep)
            run->output = read_output(*db_, id, run->schedule->problem);
        if (run) return run;
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        throw Error(ErrorKind::io, "run " + std::to_string(id) + " cannot be read: " + error.what());
    }
    no_run(id);
}

std::vector<RunSummary> RunStore::read_list(const int64_t* id) {
    std::string damage;
    std::vector<RunSummary> runs = read_summaries(*db_, id, damage);
    if (!damage.empty() && state_ != StoreState::foreign) {
        state_ = StoreState::damaged;
        message_ = "damaged (" + damage + "): what can be read is shown";
    }
    return runs;
}

std::vector<RunSummary> RunStore::list() { return read_list(nullptr); }

RunSummary RunStore::summary(int64_t id) {
    std::vector<RunSummary> runs = read_list(&id);
    if (runs.empty()) no_run(id);
    return std::move(runs.front());
}

int64_t RunStore::find(const std::string& what) {
    constexpr size_t kShortestPrefix = 4;
    int64_t id = 0;
    const auto [end, error] = std::from_chars(what.data(), what.data() + what.size(), id);
    // By its number a run is found, and can be deleted, where the list cannot be read.
    if (error == std::errc{} && end == what.data() + what.size() && is_kept_trace(*db_, id)) return id;
    const std::vector<RunSummary> runs = list();
    std::vector<RunSummary> named;
    std::vector<RunSummary> prefixed;
    for (const RunSummary& run : runs) {
        if (run.name == what) named.push_back(run);
        if (what.size() >= kShortestPrefix && run.uuid.compare(0, what.size(), what) == 0)
            prefixed.push_back(run);
    }
    const std::vector<RunSummary>& found = named.empty() ? prefixed : named;
    if (found.size() == 1) return found.front().id;
    const std::string quoted = std::string("\"").append(what).append("\"");
    if (found.size() > 1)
        throw Error(ErrorKind::bad_input, quoted + " is not one run but " + std::to_string(found.size()) +
                                              ": " + candidate_list(found) + "; use the number");
    throw Error(ErrorKind::bad_input,
                "there is no run " + quoted + "; " +
                    (runs.empty() ? "the file has none" : "there are " + candidate_list(runs)));
}

void RunStore::update(int64_t id, const char* sql, const std::string& value) {
    require_writable();
    Transaction transaction(*db_);
    Statement(*db_, sql).bind(value).bind(id).run();
    if (db_->changes() == 0) no_run(id);
    transaction.commit();
}

void RunStore::rename(int64_t id, const std::string& name) {
    if (name.empty()) throw Error(ErrorKind::bad_input, "\"\" is not a name: one character or more");
    update(id, "UPDATE run SET name = ? WHERE id = ?", name);
}

void RunStore::set_note(int64_t id, const std::string& note) {
    update(id, "UPDATE run SET note = ? WHERE id = ?", note);
}

void RunStore::set_archived(int64_t id, bool archived) {
    update(id, "UPDATE run SET archived = CAST(? AS INTEGER) WHERE id = ?", archived ? "1" : "0");
}

void RunStore::set_tags(int64_t id, const std::vector<std::string>& tags) {
    require_writable();
    Transaction transaction(*db_);
    Statement exists(*db_, "SELECT 1 FROM run WHERE id = ?");
    if (!exists.bind(id).step()) no_run(id);
    Statement(*db_, "DELETE FROM run_tag WHERE run = ?").bind(id).run();
    Statement insert(*db_, "INSERT OR IGNORE INTO run_tag (run, tag) VALUES (?,?)");
    for (const std::string& tag : tags)
        if (!tag.empty()) insert.bind(id).bind(tag).run();
    transaction.commit();
}

void RunStore::set_baseline(std::optional<int64_t> id) {
    require_writable();
    Transaction transaction(*db_);
    db_->run("UPDATE run SET baseline = 0 WHERE baseline = 1");
    if (id && is_kept_trace(*db_, *id).value_or(false))
        throw Error(ErrorKind::bad_input, "run " + std::to_string(*id) + kNoFigures);
    if (id) {
        Statement(*db_, "UPDATE run SET baseline = 1 WHERE id = ?").bind(*id).run();
        if (db_->changes() == 0) no_run(*id);
    }
    transaction.commit();
}

void RunStore::remove(int64_t id) {
    require_writable();
    Transaction transaction(*db_);
    Statement(*db_, "DELETE FROM run WHERE id = ?").bind(id).run();
    if (db_->changes() == 0) no_run(id);
    transaction.commit();
}

std::unique_ptr<RunQuery> RunStore::query(const std::string& sql) {
    return std::make_unique<RunQuery>(*db_, sql);
}

std::vector<std::string> RunStore::check() {
    std::vector<std::string> problems;
    for (const std::string& object : foreign_) problems.push_back(object + ": not made by this program");
    if (has_foreign_expressions_) {
        problems.push_back("the rows are not checked: that would run what the foreign schema says");
        return problems;
    }
    const UncheckedConstraints unchecked(*db_, has_strangers_);
    try {
        Statement integrity(*db_, "PRAGMA integrity_check");
        while (integrity.step()) {
            std::string line = integrity.get_text();
            if (line != "ok") problems.push_back(std::move(line));
        }
        Statement orphans(*db_, "PRAGMA foreign_key_check");
        while (orphans.step()) {
            const std::string table = orphans.get_text();
            const std::string number = orphans.get_text();  // none in a table without row numbers
            problems.push_back("row " + (number.empty() ? "" : number + " ") + "of " + table +
                               " belongs to no run");
        }
    } catch (const DbError& error) {
        if (error.cause() != DbError::Cause::damaged) throw;
        problems.push_back(error.what());
        return problems;
    }
    std::string damage;
    const std::vector<RunSummary> runs = read_summaries(*db_, nullptr, damage);
    if (!damage.empty()) problems.push_back(damage);
    for (const RunSummary& run : runs) {
        leave_if_stopped(db_->stop());
        try {
            if (run.is_trace)
                load_trace(run.id);
            else
                load(run.id, Output::keep);
        } catch (const Error& error) {
            if (error.kind() == ErrorKind::cancelled) throw;
            problems.push_back(error.what());
        }
    }
    return problems;
}

namespace {

void require_keepable(const InputFile& input) {
    if (input.size() > kMostTraceBytes)
        throw Error(ErrorKind::bad_input, input.path() + ": " +
                                              bytes_text(static_cast<double>(input.size())) +
                                              " are more than a run file keeps of a trace, " +
                                              bytes_text(static_cast<double>(kMostTraceBytes)) +
                                              ": it can be shown without being kept, or packed with gzip");
}

}  // namespace

RunStore::KeptTrace RunStore::keep_trace(const std::string& path, const std::string& name) {
    require_writable();
    const InputFile file(path);
    require_keepable(file);
    FileReader reader(file);
    const ImportedTrace trace = import_trace_stream(reader, path, db_->stop(), {}, file.size());
    const std::string file_name = std::filesystem::path(path).filename().string();
    return keep_trace(file, file_name, trace_summary(trace, file_name, file.size(), name));
}

RunStore::KeptTrace RunStore::keep_trace(const InputFile& input, const std::string& file_name,
                                         const RunSummary& record) {
    require_writable();
    require_keepable(input);
    const TraceFile file{file_name, input.head(kMostTraceBytes)};
    Transaction transaction(*db_);
    if (const auto known = find_trace_file(*db_, file.bytes)) return {*known, false};
    const int64_t id = insert_trace_file(*db_, record, file);
    transaction.commit();
    return {id, true};
}

namespace {

/// `hint` ends the message about a run of this program.
void require_kept_trace(Db& db, int64_t id, const char* hint) {
    const auto is_trace = is_kept_trace(db, id);
    if (!is_trace) throw Error(ErrorKind::bad_input, "there is no run " + std::to_string(id));
    if (!*is_trace)
        throw Error(ErrorKind::bad_input,
                    "run " + std::to_string(id) + " is a run of this program, not a kept trace: " + hint);
}

}  // namespace

std::string RunStore::trace_file(int64_t id) {
    require_kept_trace(*db_, id, "'perfetto' is the format of its trace");
    try {
        return read_trace_file(*db_, id).bytes;
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        throw Error(ErrorKind::io, "run " + std::to_string(id) + " cannot be read: " + error.what());
    }
}

void RunStore::set_trace_offset(int64_t id, int64_t offset_ns) {
    require_kept_trace(*db_, id, "its ranks have one clock already");
    update(id, "UPDATE kept_trace SET offset_ns = CAST(? AS INTEGER) WHERE run = ?",
           std::to_string(offset_ns));
}

std::shared_ptr<const ImportedTrace> RunStore::load_trace(int64_t id) {
    const std::string bytes = trace_file(id);
    auto trace =
        std::make_shared<ImportedTrace>(read_chrome_trace(bytes, "run " + std::to_string(id), db_->stop()));
    trace->name = summary(id).name;
    trace->offset_ns = read_trace_offset(*db_, id);
    return trace;
}

}  // namespace ringscope
