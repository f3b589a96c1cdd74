// The program's commands: command_NAME.cpp each, and one line in the list.
#pragma once

#include <stop_token>

namespace ringscope {

class Arguments;

// Exit codes besides 0.
inline constexpr int kExitBoundBroken = 1;
inline constexpr int kExitBadInput = 2;
inline constexpr int kExitRunFailed = 3;
inline constexpr int kExitWrongAnswer = 4;
inline constexpr int kExitNotComparable = 5;  // a bound of compare on sides that do not compare
inline constexpr int kExitInterrupted = 130;

/// What runs when no command is given.
const char* default_command();

/// Declares every command. `stop` is asked for by Ctrl-C.
void declare_commands(Arguments& program, std::stop_token stop);

#ifdef RINGSCOPE_WINDOW
#define RINGSCOPE_WINDOW_COMMANDS(COMMAND) \
    COMMAND(gui)                           \
    COMMAND(screenshot)
#else
#define RINGSCOPE_WINDOW_COMMANDS(COMMAND)
#endif

/// In the order of the help.
#define RINGSCOPE_COMMANDS(COMMAND)    \
    RINGSCOPE_WINDOW_COMMANDS(COMMAND) \
    COMMAND(run)                       \
    COMMAND(sweep)                     \
    COMMAND(plan)                      \
    COMMAND(simulate)                  \
    COMMAND(advise)                    \
    COMMAND(machines)                  \
    COMMAND(calibrate)                 \
    COMMAND(runs)                      \
    COMMAND(compare)                   \
    COMMAND(export)                    \
    COMMAND(import)                    \
    COMMAND(bench)                     \
    COMMAND(devices)

#define RINGSCOPE_DECLARE(name) void declare_##name(Arguments& program, std::stop_token stop);
RINGSCOPE_COMMANDS(RINGSCOPE_DECLARE)
#undef RINGSCOPE_DECLARE

}  // namespace ringscope
