#include "app/cli/command_files.h"

#include <optional>

#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/error.h"
#include "sessions/file_identity.h"
#include "sessions/file_kind.h"
#include "sessions/output_stream.h"
#include "sessions/standard_stream.h"

namespace ringscope {

namespace {

struct NamedFile {
    const DeclaredFile* option;
    std::string path;
};

bool is_written(FileUse use) { return use == FileUse::written || use == FileUse::written_binary; }

std::vector<NamedFile> named_files(const std::vector<DeclaredFile>& files, bool written) {
    std::vector<NamedFile> named;
    for (const DeclaredFile& file : files) {
        if (is_written(file.use) != written) continue;
        for (const std::string& path : file.paths()) named.push_back({&file, path});
    }
    return named;
}

/// Where the file lies that a descriptor is open on, so that it is compared with others by what it is.
std::string location(const NamedFile& file) {
    const StreamUse use = is_written(file.option->use) ? StreamUse::written : StreamUse::read;
    const std::optional<int> descriptor = descriptor_of_path(file.path, use);
    return descriptor ? "/proc/self/fd/" + std::to_string(*descriptor) : file.path;
}

/// A device, such as /dev/null, is not overwritten; two may share it.
bool one_file(const NamedFile& a, const NamedFile& b) {
    struct stat status {};
    if (stat(location(a).c_str(), &status) == 0 && S_ISCHR(status.st_mode)) return false;
    return same_file(location(a), location(b));
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
            if (one_file(written[i], other)) refuse_both(written[i], other);
            if (other.option->use == FileUse::run_file && !changes_of.empty() &&
                same_file(changes_of, other.path))
                throw Error(ErrorKind::bad_input, command + ": " + words(written[i]) +
                                                      " is where changes of " + words(other) +
                                                      " are kept meanwhile; name another file");
        }
        for (size_t other = 0; other < i; ++other)
            if (one_file(written[i], written[other])) refuse_both(written[i], written[other]);
        if (!OutputStream::is_named_by(written[i].path) && is_run_file(written[i].path))
            throw Error(ErrorKind::bad_input,
                        command + ": " + words(written[i]) +
                            " is a run file, and its runs would be lost; name another file");
    }
}

bool takes_standard_output(const std::string& command, const std::vector<DeclaredFile>& files,
                           bool prints_json) {
    const auto refuse = [&](const std::string& what) {
        throw Error(ErrorKind::bad_input, command + ": " + what);
    };
    const auto require_one = [&](const std::vector<NamedFile>& named, const char* what) {
        if (named.size() > 1)
            refuse(words(named[0]) + " and " + words(named[1]) + " are both standard " + what +
                   "; name a file for one of them");
    };
    std::vector<NamedFile> input, output;
    for (const NamedFile& file : named_files(files, false)) {
        const std::optional<int> descriptor = descriptor_of_path(file.path, StreamUse::read);
        if (descriptor && file.option->use == FileUse::run_file)
            refuse(words(file) + ": a run file cannot be standard input or output; name a file");
        if (descriptor == 0) input.push_back(file);
    }
    for (const NamedFile& file : named_files(files, true))
        if (descriptor_of_path(file.path, StreamUse::written) == 1) output.push_back(file);
    require_one(input, "input");
    require_one(output, "output");
    if (output.empty()) return false;
    if (prints_json)
        refuse(words(output[0]) + " and --json both write standard output; name a file, or leave out --json");
    if (output[0].option->use == FileUse::written_binary && isatty(STDOUT_FILENO))
        refuse(words(output[0]) +
               ": standard output is a terminal, and this is no text; name a file, or a pipe");
    return true;
}

}  // namespace ringscope
