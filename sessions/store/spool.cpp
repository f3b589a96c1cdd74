#include "sessions/store/spool.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "sessions/path_error.h"
#include "sessions/store/spool_files.h"
#include "sessions/temporary_file.h"

namespace ringscope {

namespace {

/// Whole under its name at once: made in a folder of its own first.
void write_spool(const std::string& path, const std::string& uuid, const Run& run, const std::string& name,
                 RunStore::Output output, const std::string& invocation) {
    const TemporaryFolder workplace(path);
    const std::string part = workplace.file("run");
    RunStore::open_or_create(part)->save_as(uuid, run, name, output, invocation);
    if (rename(part.c_str(), path.c_str()) != 0) fail_to_write(path, errno);
}

}  // namespace

std::string spool_run(const std::string& run_file, const std::string& uuid, const Run& run,
                      const std::string& name, RunStore::Output output, const std::string& invocation) {
    std::string why;
    for (const std::string& path : spool_paths(run_file, uuid)) {
        try {
            if (!why.empty()) std::filesystem::create_directories(std::filesystem::path(path).parent_path());
            write_spool(path, uuid, run, name, output, invocation);
            return path;
        } catch (const std::exception& error) {
            why += (why.empty() ? "" : "; ") + std::string(error.what());
        }
    }
    throw Error(ErrorKind::io, why);
}

}  // namespace ringscope
