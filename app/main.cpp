// ringscope: the window and the command line over one engine.
#include <exception>
#include <new>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/process/interrupt.h"
#include "app/process/standard_output.h"
#include "engine/base/error.h"

namespace ringscope {

namespace {

int exit_code_of(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::bad_input:
            return kExitBadInput;
        case ErrorKind::run_failed:
        case ErrorKind::io:
            return kExitRunFailed;
        case ErrorKind::cancelled:
            return kExitInterrupted;
    }
    return kExitRunFailed;
}

/// What went wrong becomes one line on standard error, and its code.
template <typename Command>
int exit_code(const Command& command) {
    try {
        return command();
    } catch (const Error& error) {
        print_error(error.what());
        return exit_code_of(error.kind());
    } catch (const std::bad_alloc&) {
        print_error("out of memory; a smaller problem or more ranks needs less");
        return kExitRunFailed;
    } catch (const std::exception& error) {
        print_error(error.what());
        return kExitRunFailed;
    }
}

int run_program(int argc, char** argv) {
    guard_standard_streams();
    try {
        Interrupt interrupt;
        const int code = exit_code([&] {
            return run_command_line(
                argc, argv, [&](Arguments& program) { declare_commands(program, interrupt.token()); },
                default_command());
        });
        return code == kExitInterrupted ? interrupt.exit_code() : code;
    } catch (const Error& error) {
        print_error(error.what());
        return exit_code_of(error.kind());
    }
}

}  // namespace

}  // namespace ringscope

int main(int argc, char** argv) { return ringscope::run_program(argc, argv); }
