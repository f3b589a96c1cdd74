// Completion in bash. The shell's function is a few lines that ask the program, so it knows what the program knows: commands,
// options, their values, presets and the fields of --set.
//
//     source <(ringscope completion bash)            in a shell; an installed program has it in place
//     ringscope completion words run --set ring.     what the function calls: the words so far, the last unfinished
#pragma once

#include <span>
#include <string>

#include "app/cli/declared_commands.h"

namespace ringscope {

/// bash's function.
std::string completion_script();

/// What may stand for the last of `words` (those after the program's name), one per line. The line ":files" or ":folders"
/// stands for what the shell finds itself.
std::string completions(const CLI::App& program, const DeclaredCommands& commands,
                        std::span<const char* const> words);

}  // namespace ringscope
