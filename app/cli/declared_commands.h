// What has been declared of the command line, for those who read it: parsing, help, completion, the manual page.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/cli/command_files.h"

namespace ringscope {

/// What may stand for a value that begins with `typed`.
using Suggestions = std::function<std::vector<std::string>(const std::string& typed)>;

struct DeclaredCommands {
    std::map<const CLI::App*, std::function<int()>> runs;
    std::map<const CLI::App*, std::vector<DeclaredFile>> files;
    std::map<const CLI::Option*, Suggestions> suggestions;
};

}  // namespace ringscope
