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
#ifdef RINGSCOPE_WINDOW
    declare_gui(program, stop);
    declare_screenshot(program, stop);
#endif
    declare_run(program, stop);
    declare_sweep(program, stop);
    declare_plan(program);
    declare_runs(program, stop);
    declare_compare(program, stop);
    declare_export(program, stop);
    declare_import(program, stop);
    declare_bench(program, stop);
    declare_devices(program);
}

}  // namespace ringscope
