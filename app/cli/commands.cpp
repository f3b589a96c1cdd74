#include "app/cli/commands.h"

#include "app/cli/arguments.h"

namespace ringscope {

const char* default_command() {
#ifdef RINGSCOPE_WINDOW
    return "gui";
#else
    return "run";
#endif
}

void declare_commands(Arguments& program, std::stop_token stop) {
#define RINGSCOPE_DECLARE(name) declare_##name(program, stop);
    RINGSCOPE_COMMANDS(RINGSCOPE_DECLARE)
#undef RINGSCOPE_DECLARE
}

}  // namespace ringscope
