#include "app/cli/paired_run.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "app/cli/arguments.h"
#include "app/cli/commands.h"
#include "app/cli/repeated_run.h"
#include "app/process/standard_output.h"
#include "engine/analysis/verification_text.h"
#include "engine/base/number_text.h"
#include "engine/simulate/replay.h"
#include "sessions/compare/compare.h"
#include "sessions/compare/paired_trial.h"
#include "sessions/compare/run_side.h"
#include "sessions/experiment_file.h"
#include "sessions/report/run_json.h"
#include "sessions/store/quantity.h"

namespace ringscope {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kMostPairs = 1000;

/// One of the two.
struct Side {
    std::string name;
    Experiment experiment;
    RunOptions options;
    ComparedRun compared{};  // of the last run, with the times of all
    std::shared_ptr<const Run> wrong{};
    bool replays = false;  // ranks of one of the two share cores: times are of every rank on its own device
};

PairedPlan read_plan(const PairedRun& wanted) {
    const PairedOptions& against = wanted.against;
    if (!against.until_decided) {
        if (!against.at_most.empty() || !against.precision.empty())
            throw Error(ErrorKind::bad_input,
                        "--at-most and --precision say when --until-decided ends: give it too");
        constexpr int kPairs = 10;
        return plan_of_pairs(wanted.repeat.empty() ? kPairs : read_repeat(wanted.repeat));
    }
    if (!wanted.repeat.empty())
        throw Error(
            ErrorKind::bad_input,
            "--repeat gives the number of pairs, which --until-decided finds itself: use --at-most N");
    int most = 100;
    const std::string& text = against.at_most;
    if (!text.empty()) {
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), most);
        if (error != std::errc{} || end != text.data() + text.size() || most < kLeastPairs ||
            most > kMostPairs)
            throw Error(ErrorKind::bad_input, "--at-most: '" + text + "' is not a number of pairs; give " +
                                                  std::to_string(kLeastPairs) + " to " +
                                                  std::to_string(kMostPairs));
    }
    const std::string precision = against.precision.empty() ? "1%" : against.precision;
    const bool percent = precision.ends_with('%');
    const auto share = read_quantity(precision.substr(0, precision.size() - 1), Unit::ratio);
    if (!percent || !share || !(*share > 0 && *share <= 100))
        throw Error(ErrorKind::bad_input, "--precision: '" + precision +
                                              "' is not a share of the time; give one above 0%, up to 100%");
    return plan_until_decided(most, *share / 100);
}

/// Without a file of its own the other experiment is the first one with other settings; that may have come through a pipe,
/// which is read once.
Experiment read_other(const PairedRun& wanted, const Experiment& first, const std::stop_token& stop) {
    if (!wanted.against.file.empty())
        return read_experiment({wanted.against.file, "", wanted.against.settings}, stop);
    std::vector<FieldSetting> settings;
    for (const std::string& assignment : wanted.against.settings)
        settings.push_back(parse_setting(assignment));
    return parse_experiment(experiment_to_json(first), "--against", settings);
}

/// "pair 3 of 10, NAME: "; "of at most 100" where fewer may do.
std::string progress(const PairedTrial& trial, const Side& side) {
    const auto& looks = trial.plan().looks;
    return "pair " + std::to_string(trial.pairs() + 1) + " of " + (looks.size() > 1 ? "at most " : "") +
           std::to_string(looks.back()) + ", " + side.name + ": ";
}

double run_side(Side& side, const PairedTrial& trial, RunKeeper& keeper, RunStore::Output output,
                const std::stop_token& stop) {
    auto run = run_once(side.experiment, side.options, progress(trial, side), stop);
    ComparedRun& compared = side.compared;
    // Waits for a core must not decide between the two.
    const auto timed = side.replays && why_not_replayable(*run).empty() ? replay(*run) : run;
    compared.run = timed;
    compared.repeat_seconds.push_back(timed->metrics.seconds);
    compared.repeat_figures.emplace_back(*timed);
    if (const auto id = keeper.keep(*run, side.name, output)) {
        compared.side.shown = *id;
        compared.side.ids.push_back(*id);
    }
    if (!side.wrong && run->verification && !run->verification->passed) side.wrong = run;
    return timed->metrics.seconds;
}

/// Until the trial ends or a run cannot be put into the file.
void run_trial(PairedTrial& trial, Side& first, Side& other, RunKeeper& keeper, RunStore::Output output,
               const std::stop_token& stop) {
    while (!trial.ended() && keeper.problem().empty()) {
        const bool first_leads = trial.pairs() % 2 == 0;
        double seconds[2] = {};
        try {
            seconds[0] = run_side(first_leads ? first : other, trial, keeper, output, stop);
            seconds[1] = run_side(first_leads ? other : first, trial, keeper, output, stop);
        } catch (const Error& error) {
            const std::string made =
                std::to_string(trial.pairs()) + (trial.pairs() == 1 ? " pair" : " pairs");
            throw Error(error.kind(), std::string(error.what()) + "; " + made + " were made before" +
                                          (keeper.store() ? ", and are in " + keeper.store()->path() : ""));
        }
        trial.add(first_leads ? seconds[0] : seconds[1], first_leads ? seconds[1] : seconds[0]);
    }
}

Json trial_json(const PairedTrial& trial) {
    const Interval ratio = trial.ratio();
    return {{"outcome", name_of(trial.outcome())},
            {"pairs", trial.pairs()},
            {"ratio", ratio.estimate},
            {"low", ratio.low},
            {"high", ratio.high},
            {"level", ratio.level},
            {"looks", trial.plan().looks}};
}

std::string report_json(const PairedTrial& trial, const Side& first, const Side& other,
                        const Comparison& comparison) {
    const auto of = [](const Side& side) {
        const auto& ids = side.compared.side.ids;
        auto json = Json::parse(
            run_to_json(*side.compared.run, ids.empty() ? std::nullopt : std::optional(ids.back())));
        json["name"] = side.name;
        json["repeats"] = repeats_json(side.compared.repeat_seconds, ids);
        return json;
    };
    Json json = of(first);
    json["against"] = of(other);
    json["trial"] = trial_json(trial);
    json["comparison"] = Json::parse(comparison_to_json(comparison));
    return json.dump(2) + "\n";
}

std::string report_text(const PairedTrial& trial, const Side& first, const Side& other,
                        const Comparison& comparison, const RunStore* store) {
    std::string text = comparison_to_text(comparison) + "\n" + trial.sentence(first.name, other.name) + "\n";
    for (const Side* side : {&first, &other})
        if (!side->compared.side.ids.empty())
            text += "saved as " + run_numbers_text(side->compared.side.ids) + " \"" + side->name + "\" in " +
                    store->path() + "\n";
    return text;
}

}  // namespace

void declare(Arguments& arguments, PairedOptions& options) {
    arguments.values(
        "--against", options.settings, "KEY=VALUE",
        "Run in turns with the same experiment so changed, and say with an interval how much longer that "
        "takes: --repeat pairs, 10 when not given; its runs are saved as 'NAME against'");
    arguments.file("--against-experiment", options.file, FileUse::read,
                   "Run in turns with the experiment of this file, changed by --against");
    arguments.flag("--until-decided", options.until_decided,
                   "Make pairs until the 95 % interval tells the two apart, or as equal within --precision");
    arguments.value("--at-most", options.at_most, "N",
                    "Pairs after which --until-decided ends all the same; 100 when not given");
    arguments.value("--precision", options.precision, "P%",
                    "A difference of less counts as none for --until-decided; 1% when not given");
}

int run_pairs(const PairedRun& wanted, const std::string& db, std::stop_token stop) {
    PairedTrial trial(read_plan(wanted));
    Side first{wanted.name, read_experiment(wanted.experiment, stop), {}};
    Side other{"", read_other(wanted, first.experiment, stop), {}};
    first.replays = would_share_cores(first.experiment) || would_share_cores(other.experiment);
    other.replays = first.replays;
    if (first.experiment == other.experiment)
        throw Error(ErrorKind::bad_input,
                    "--against changes nothing: the experiment has these settings already");
    if (first.name.empty()) first.name = automatic_name(first.experiment);
    other.name = first.name + " against";
    const std::string invocation = new_uuid();
    for (Side* side : {&first, &other}) {
        side->compared.side.invocation = invocation;
        side->options = wanted.options(side->experiment);
        side->compared.name = side->name;
    }
    RunKeeper keeper(open_target(db), stop);
    run_trial(trial, first, other, keeper, wanted.output, stop);
    if (trial.pairs() > 0) {
        const Comparison comparison = compare_runs(std::vector{first.compared, other.compared});
        print(wanted.json ? report_json(trial, first, other, comparison)
                          : report_text(trial, first, other, comparison, keeper.store()));
    }
    if (!keeper.problem().empty()) throw Error(ErrorKind::io, keeper.problem());
    for (const Side* side : {&first, &other})
        if (side->wrong) {
            print_error(side->name + ": " + verification_line(*side->wrong->verification));
            return kExitWrongAnswer;
        }
    return 0;
}

}  // namespace ringscope
