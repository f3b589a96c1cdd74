#include "sessions/file_kind.h"

#include <cstdint>
#include <string_view>

#include "engine/base/error.h"
#include "sessions/gzip.h"
#include "sessions/input_file.h"

namespace ringscope {

namespace {

/// Where a trace says that it is one: torch.profiler writes some members before its list of events.
constexpr int64_t kHeadBytes = 1 << 20;

constexpr std::string_view kSqlite = "SQLite format 3";

}  // namespace

FileKind file_kind(const std::string& path) { return kind_of_bytes(InputFile(path).head(kHeadBytes)); }

FileKind kind_of_bytes(const std::string& bytes) {
    const std::string head = bytes.substr(0, kHeadBytes);
    if (head.starts_with(kSqlite)) return FileKind::run_file;
    if (is_gzip(head)) return FileKind::trace;
    const size_t first = head.find_first_not_of(" \t\r\n");
    const bool is_list = first != std::string::npos && head[first] == '[';
    return is_list || head.find("\"traceEvents\"") != std::string::npos ? FileKind::trace
                                                                        : FileKind::experiment;
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
