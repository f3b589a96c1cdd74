#include "sessions/file_kind.h"

#include <cstdint>
#include <string_view>

#include "engine/base/error.h"
#include "sessions/foreign_file.h"
#include "sessions/gzip.h"
#include "sessions/input_file.h"

namespace ringscope {

namespace {

constexpr int64_t kHeadBytes = 1 << 20;
constexpr int64_t kMostExperimentBytes = kHeadBytes;

constexpr std::string_view kSqlite = "SQLite format 3";

}  // namespace

FileKind file_kind(const std::string& path) { return file_kind(InputFile(path)); }

FileKind file_kind(const InputFile& file) {
    const std::string head = file.head(kHeadBytes);
    // Another program's database is named by the reader of traces, with the way in.
    if (head.starts_with(kSqlite)) return is_sqlite_of_others(head) ? FileKind::trace : FileKind::run_file;
    // Experiments are small, and the reader of traces says of everything else what it is.
    if (file.size() > kMostExperimentBytes || is_gzip(head)) return FileKind::trace;
    const size_t first = head.find_first_not_of(" \t\r\n");
    const bool is_object = first != std::string::npos && head[first] == '{';
    const bool is_trace = head.find("\"traceEvents\"") != std::string::npos ||
                          head.find("\"ph\"") != std::string::npos || !foreign_binary_file(head).empty();
    if (is_object && !is_trace && head.find("\"problem\"") != std::string::npos) return FileKind::experiment;
    return first == std::string::npos ? FileKind::experiment : FileKind::trace;
}

std::string_view run_file_of_journal(std::string_view path) {
    for (const std::string_view end : {"-journal", "-wal", "-shm"})
        if (path.ends_with(end)) return path.substr(0, path.size() - end.size());
    return {};
}

bool is_run_file(const std::string& path) {
    constexpr size_t kIdAt = 68;  // of SQLite's header: application_id, the most significant byte first
    try {
        const std::string head = InputFile(path).head(kIdAt + 4);
        if (head.size() < kIdAt + 4 || !head.starts_with(kSqlite)) return false;
        uint32_t id = 0;
        for (size_t i = 0; i < 4; ++i) id = id << 8 | static_cast<unsigned char>(head[kIdAt + i]);
        return id == static_cast<uint32_t>(kApplicationId);
    } catch (const Error&) {
        return false;
    }
}

}  // namespace ringscope
