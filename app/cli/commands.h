// The program's commands: one file each, one line each in commands.cpp.
#pragma once

#include <stop_token>

namespace ringscope {

class Arguments;

// Exit codes besides 0.
inline constexpr int kExitBadInput = 2;
inline constexpr int kExitRunFailed = 3;
inline constexpr int kExitWrongAnswer = 4;
inline constexpr int kExitInterrupted = 130;

/// What runs when no command is given.
const char* default_command();

/// Declares every command. `stop` is asked for by Ctrl-C.
void declare_commands(Arguments& program, std::stop_token stop);

void declare_gui(Arguments& program, std::stop_token stop);
void declare_run(Arguments& program, std::stop_token stop);
void declare_sweep(Arguments& program, std::stop_token stop);
void declare_plan(Arguments& program);
void declare_runs(Arguments& program, std::stop_token stop);
void declare_compare(Arguments& program, std::stop_token stop);
void declare_export(Arguments& program, std::stop_token stop);
void declare_import(Arguments& program, std::stop_token stop);
void declare_bench(Arguments& program, std::stop_token stop);
void declare_screenshot(Arguments& program, std::stop_token stop);
void declare_devices(Arguments& program);

}  // namespace ringscope
