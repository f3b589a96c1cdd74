// ringscope plan: what a schedule would do; runs nothing.
#include <memory>

#include "app/arguments.h"
#include "app/commands.h"
#include "app/experiment_options.h"
#include "app/report.h"
#include "app/standard_output.h"
#include "engine/schedule.h"
#include "sessions/run_json.h"

namespace ringscope {

void declare_plan(Arguments& program) {
    struct PlanCommand {
        ExperimentOptions experiment;
        bool json = false;
    };
    auto command = std::make_shared<PlanCommand>();
    Arguments arguments =
        program.command("plan", "Print steps, bytes, memory and FLOPs; runs nothing", [command] {
            const Schedule schedule = plan(read_experiment(command->experiment));
            print(command->json ? plan_to_json(schedule) : plan_report(schedule));
            return 0;
        });
    declare(arguments, command->experiment);
    arguments.flag("--json", command->json, "Print one JSON object");
}

}  // namespace ringscope
