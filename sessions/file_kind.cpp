#include "sessions/file_kind.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "engine/base/error.h"
#include "sessions/atomic_file.h"
#include "sessions/gzip.h"

namespace ringscope {

namespace {

/// Where a trace says that it is one: torch.profiler writes some members before its list of events.
constexpr size_t kHeadBytes = 1 << 20;

}  // namespace

FileKind file_kind(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string head(kHeadBytes, '\0');
    file.read(head.data(), static_cast<std::streamsize>(head.size()));
    if (!file.is_open() || file.bad())
        throw Error(kind_of_path_error(errno), "cannot read " + path + ": " + std::strerror(errno));
    head.resize(static_cast<size_t>(file.gcount()));
    if (head.starts_with("SQLite format 3")) return FileKind::run_file;
    if (is_gzip(head)) return FileKind::trace;
    const size_t first = head.find_first_not_of(" \t\r\n");
    const bool is_list = first != std::string::npos && head[first] == '[';
    return is_list || head.find("\"traceEvents\"") != std::string::npos ? FileKind::trace
                                                                        : FileKind::experiment;
}

}  // namespace ringscope
