#include "app/cli/command_files.h"

#include "engine/base/error.h"
#include "sessions/file_identity.h"
#include "sessions/file_kind.h"

namespace ringscope {

namespace {

struct NamedFile {
    const DeclaredFile* option;
    std::string path;
};

std::vector<NamedFile> named_files(const std::vector<DeclaredFile>& files, bool written) {
    std::vector<NamedFile> named;
    for (const DeclaredFile& file : files) {
        if ((file.use == FileUse::written) != written) continue;
        for (const std::string& path : file.paths()) named.push_back({&file, path});
    }
    return named;
}

std::string words(const NamedFile& file) { return file.option->name + " " + file.path; }

}  // namespace

void refuse_overwriting(const std::string& command, const std::vector<DeclaredFile>& files) {
    const std::vector<NamedFile> written = named_files(files, true);
    if (written.empty()) return;
    const std::vector<NamedFile> used = named_files(files, false);
    const auto refuse_both = [&](const NamedFile& target, const NamedFile& other) {
        throw Error(ErrorKind::bad_input, command + ": " + words(target) + " and " + words(other) +
                                              " are one file, which would be overwritten; name another one");
    };
    for (size_t i = 0; i < written.size(); ++i) {
        const std::string changes_of(run_file_of_journal(written[i].path));
        for (const NamedFile& other : used) {
            if (same_file(written[i].path, other.path)) refuse_both(written[i], other);
            if (other.option->use == FileUse::run_file && !changes_of.empty() &&
                same_file(changes_of, other.path))
                throw Error(ErrorKind::bad_input, command + ": " + words(written[i]) +
                                                      " is where changes of " + words(other) +
                                                      " are kept meanwhile; name another file");
        }
        for (size_t other = 0; other < i; ++other)
            if (same_file(written[i].path, written[other].path)) refuse_both(written[i], written[other]);
        if (is_run_file(written[i].path))
            throw Error(ErrorKind::bad_input,
                        command + ": " + words(written[i]) +
                            " is a run file, and its runs would be lost; name another file");
    }
}

}  // namespace ringscope
