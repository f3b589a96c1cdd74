// The files that a command names, and the rule that none is written over another one that it uses.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace ringscope {

enum class FileUse {
    read,
    written,   // replaced whole
    run_file,  // runs are read from it or added to it
};

/// An option or positional that was declared as a file.
struct DeclaredFile {
    std::string name;  // "--output"
    FileUse use = FileUse::read;
    /// Those that it names on this command line, with defaults; none when there are none.
    std::function<std::vector<std::string>()> paths;
};

/// Throws Error(bad_input) that begins with `command` and names both options and the file, when a file would be
/// written that the command also reads, writes by another option or keeps runs in, or that is any run file. Nothing
/// is opened for writing.
void refuse_overwriting(const std::string& command, const std::vector<DeclaredFile>& files);

}  // namespace ringscope
