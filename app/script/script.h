// `ringscope gui --script FILE`: drives the real program by the names of its items, one command per line.
//
//     preset Tiny 16                    set ring.ranks 3              view ring
//     theme dark|light|contrast         scale 1.5                     resize 1280x720
//     click ITEM [right|middle]         double_click ITEM             hover ITEM
//     drag ITEM 120 0 [right|middle]    wheel ITEM -3                 key ctrl+s
//     type some text                    wait run|idle                 wait frames 5 | wait seconds 0.5
//     auto_run on|off                   save [NAME]                   open FILE
//     drop FILE                         screenshot FILE.png|.svg      quit
//     print ITEM                        (its rectangle and text on standard output)
//     mouse real|scripted               (the person's own pointer instead of the script's)
//     expect ITEM exists|missing|enabled|disabled
//     expect ITEM text ~ SUBSTRING | expect ITEM text = WHOLE | expect notice ~ SUBSTRING
//     expect run.bytes_on_wire == 0     (keys of `run --json`; == != < <= > >=)
//     expect setting ring.ranks 3
//     await ...                         (as expect, but waits until it holds)
//
// Items with spaces stand in double quotes. '#' starts a comment. The driver waits for nothing but what it is
// told to; every command is followed by a frame.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "app/script/script_command.h"

namespace ringscope {

class FrameLoop;

struct Script {
    std::string name;
    std::vector<ScriptCommand> commands;
};

/// From a file, or a pipe until `stop` is requested. Throws Error(bad_input) that names file and line for a command that
/// does not read, Error(io).
Script read_script(const std::string& path, const std::stop_token& stop);

/// Throws ExpectationFailed and Error, both with file, line and command. A `quit` or `stop` ends it early.
void run_script(const Script& script, FrameLoop& loop, std::stop_token stop);

}  // namespace ringscope
