// ringscope advise: the best settings for a problem on a machine, with reasons in numbers.
#include <charconv>
#include <memory>
#include <string>

#include "app/cli/advice_report.h"
#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/experiment_options.h"
#include "app/cli/machine_option.h"
#include "app/cli/run_file_option.h"
#include "app/process/standard_output.h"
#include "engine/base/error.h"
#include "engine/simulate/advisor.h"
#include "sessions/experiment_file.h"
#include "sessions/report/advice_json.h"

namespace ringscope {

namespace {

struct AdviseCommand {
    ExperimentOptions experiment;
    std::string machine, ranks, out;
    bool json = false;
};

AdvisorOptions read_advisor_options(const std::string& ranks) {
    AdvisorOptions options;
    if (ranks.empty()) return options;
    const auto [end, error] = std::from_chars(ranks.data(), ranks.data() + ranks.size(), options.most_ranks);
    if (error != std::errc{} || end != ranks.data() + ranks.size() || options.most_ranks < 1 ||
        options.most_ranks > kMaxRanks)
        throw Error(ErrorKind::bad_input,
                    "--ranks: '" + ranks + "' is not allowed; give 1 to " + std::to_string(kMaxRanks));
    return options;
}

int advise_command(const AdviseCommand& command, const std::stop_token& stop) {
    const AdvisorOptions options = read_advisor_options(command.ranks);
    const auto machine = load_machine(command.machine, stop);
    const Experiment experiment = read_experiment(command.experiment, stop);
    if (!command.out.empty()) require_writable_file(command.out);
    const Advice advice = advise(experiment, *machine, options, stop);
    if (advice.best && !command.out.empty()) save_experiment(advised_experiment(advice), command.out);
    print(command.json ? advice_to_json(advice, *machine) : advice_report(advice, *machine));
    if (!advice.best)
        throw Error(ErrorKind::run_failed, "out of memory: nothing fits on " + machine->name +
                                               "; the longest sequence that does has " +
                                               std::to_string(advice.longest.front().longest.tokens) +
                                               " tokens");
    return 0;
}

}  // namespace

void declare_advise(Arguments& program, std::stop_token stop) {
    auto command = std::make_shared<AdviseCommand>();
    Arguments arguments = program.command("advise", "Find the best settings for a problem on a machine model",
                                          [command, stop] { return advise_command(*command, stop); });
    declare(arguments, command->experiment);
    declare_machine(arguments, command->machine);
    arguments.value("--ranks", command->ranks, "N",
                    "Try rings of at most N ranks; all devices of the machine when not given");
    arguments.file("--out", command->out, FileUse::written, "Write the experiment as advised (JSON)");
    arguments.flag("--json", command->json, "Print one JSON object");
}

}  // namespace ringscope
