// ringscope plan: what a schedule would do; runs nothing.
#include <memory>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/experiment_options.h"
#include "app/cli/report.h"
#include "app/process/standard_output.h"
#include "engine/run/executor.h"
#include "sessions/report/run_json.h"

namespace ringscope {

void declare_plan(Arguments& program, std::stop_token stop) {
    struct PlanCommand {
        ExperimentOptions experiment;
        bool json = false;
    };
    auto command = std::make_shared<PlanCommand>();
    Arguments arguments =
        program.command("plan", "Print steps, bytes, memory and FLOPs; runs nothing", [command, stop] {
            const Experiment experiment = read_experiment(command->experiment, stop);
            require_known_names(experiment.backend);
            const Schedule schedule = plan(experiment, memory_model_of(experiment.backend), stop);
            print(command->json ? plan_to_json(schedule) : plan_report(schedule));
            return 0;
        });
    declare(arguments, command->experiment);
    arguments.flag("--json", command->json, "Print one JSON object");
}

}  // namespace ringscope
