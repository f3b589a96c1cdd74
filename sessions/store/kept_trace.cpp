#include "sessions/store/kept_trace.h"

#include <algorithm>

#include "engine/base/number_text.h"
#include "engine/run/version.h"
#include "sessions/gzip.h"
#include "sessions/plain_text.h"
#include "sessions/store/run_rows.h"
#include "sessions/traces/chrome_trace_import.h"

namespace ringscope {

namespace {

[[noreturn]] void damaged() {
    throw Error(ErrorKind::io, "the kept trace is damaged: its pieces do not make up its file");
}

/// "trace.json: 285 events, 195 slices in 5 lanes, 10.6 ms, 120 KiB"
std::string settings_of(const ImportedTrace& trace, const std::string& file_name, int64_t bytes) {
    const auto counted = [](int64_t count, const char* what) {
        return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
    };
    return file_name + ": " + counted(trace.events, "event") + ", " + counted(trace.slices(), "slice") +
           " in " + counted(static_cast<int64_t>(trace.lanes.size()), "lane") + ", " +
           nanoseconds_text(trace.length_ns) + ", " + bytes_text(bytes);
}

}  // namespace

RunSummary trace_summary(const ImportedTrace& trace, const std::string& file_name, int64_t bytes,
                         const std::string& name) {
    RunSummary record;
    record.is_trace = true;
    record.origin = Origin::imported;
    record.uuid = new_uuid();
    record.name = name.empty() ? file_name : name;
    record.started_utc_ms = now_utc_ms();
    record.version = version();
    record.revision = revision();
    record.settings = settings_of(trace, file_name, bytes);
    record.spans = trace.slices();
    return record;
}

std::optional<bool> is_kept_trace(Db& db, int64_t id) {
    Statement select(db, "SELECT kind = 'trace' FROM run WHERE id = ?");
    if (!select.bind(id).step()) return {};
    return select.get_int() != 0;
}

std::optional<int64_t> find_trace_file(Db& db, const std::string& bytes) {
    Statement select(db, "SELECT run FROM kept_trace WHERE hash = ? AND bytes = ?");
    select.bind(text_hash(bytes)).bind(static_cast<int64_t>(bytes.size()));
    while (select.step()) {
        const int64_t id = select.get_int();
        if (read_trace_file(db, id).bytes == bytes) return id;
    }
    return {};
}

int64_t insert_trace_file(Db& db, const RunSummary& record, const TraceFile& file) {
    const int64_t id = insert_trace_row(db, record);
    const bool packed = !is_gzip(file.bytes);
    const std::string stored = packed ? gzip(file.bytes, db.stop()) : file.bytes;
    Statement insert(db, "INSERT INTO kept_trace (run, file_name, bytes, hash, packed) VALUES (?,?,?,?,?)");
    insert.bind(id).bind(file.name).bind(static_cast<int64_t>(file.bytes.size()));
    insert.bind(text_hash(file.bytes)).bind(packed).run();
    Statement chunk(db, "INSERT INTO kept_trace_chunk (run, chunk, data) VALUES (?,?,?)");
    for (size_t at = 0, number = 0; at < stored.size(); at += kTraceChunkBytes, ++number) {
        const auto* begin = reinterpret_cast<const unsigned char*>(stored.data()) + at;
        chunk.bind(id).bind(static_cast<int64_t>(number));
        chunk.bind(std::span(begin, std::min(kTraceChunkBytes, stored.size() - at))).run();
    }
    return id;
}

int64_t read_trace_offset(Db& db, int64_t id) {
    Statement select(db, "SELECT offset_ns FROM kept_trace WHERE run = ?");
    return select.bind(id).step() ? select.get_int() : 0;
}

TraceFile read_trace_file(Db& db, int64_t id) {
    Statement select(db, "SELECT file_name, bytes, hash, packed FROM kept_trace WHERE run = ?");
    if (!select.bind(id).step()) damaged();
    TraceFile file;
    file.name = select.get_text();
    const int64_t bytes = select.get_int();
    const std::string hash = select.get_text();
    const bool packed = select.get_int() != 0;
    Statement chunks(db, "SELECT data FROM kept_trace_chunk WHERE run = ? ORDER BY chunk");
    chunks.bind(id);
    while (chunks.step()) {
        const auto data = chunks.get_blob();
        file.bytes.append(reinterpret_cast<const char*>(data.data()), data.size());
    }
    try {
        if (packed) file.bytes = gunzip(file.bytes, file.name, kMostTraceBytes, db.stop());
    } catch (const Error& error) {
        if (error.kind() == ErrorKind::cancelled) throw;
        damaged();
    }
    if (static_cast<int64_t>(file.bytes.size()) != bytes || text_hash(file.bytes) != hash) damaged();
    return file;
}

}  // namespace ringscope
