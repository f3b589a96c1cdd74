// The files that a command names, and the rule that none is written over another one that it uses.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace ringscope {

enum class FileUse {
    read,
    written,         // replaced whole
    written_binary,  // the same, and no text: not for a terminal
    run_file,        // runs are read from it or added to it
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

/// Whether one of the files is standard output, "-". Throws Error(bad_input) that begins with `command` when standard
/// input or output would serve two of them, or one and the JSON that is printed (`prints_json`), when it would be a
/// run file, or when bytes that are no text would go to a terminal.
bool takes_standard_output(const std::string& command, const std::vector<DeclaredFile>& files,
                           bool prints_json);

}  // namespace ringscope
