#include "app/cli/repeated_run.h"

#include <charconv>
#include <nlohmann/json.hpp>

#include "app/cli/arguments.h"
#include "app/cli/progress_line.h"
#include "app/cli/run_file_option.h"
#include "app/process/free_memory.h"
#include "sessions/compare/repeats.h"

namespace ringscope {

namespace {

constexpr int kMostRepeats = 1000;

}  // namespace

void declare_repeat(Arguments& arguments, std::string& target, const std::string& help) {
    arguments.value("--repeat", target, "N", help);
}

int read_repeat(const std::string& text) {
    int repeat = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), repeat);
    if (error != std::errc{} || end != text.data() + text.size() || repeat < 1 || repeat > kMostRepeats)
        throw Error(ErrorKind::bad_input, "--repeat: '" + text + "' is not a number of repeats; give 1 to " +
                                              std::to_string(kMostRepeats));
    return repeat;
}

std::unique_ptr<RunStore> open_target(const std::string& option) {
    if (option.empty()) return nullptr;
    auto store = RunStore::open_or_create(run_file_path(option));
    if (!store->writable()) throw Error(ErrorKind::io, store->path() + ": cannot save: " + store->message());
    print_message_of(*store);
    return store;
}

std::shared_ptr<const Run> run_once(const Experiment& experiment, RunOptions options,
                                    const std::string& before, std::stop_token stop) {
    return_free_memory();  // of the run before
    Progress progress;
    options.progress = &progress;
    const ProgressLine line(progress, before);
    auto run = execute(experiment, options, stop);
    if (run->state != RunState::done) throw Error(run->error_kind, run->error);
    return run;
}

nlohmann::ordered_json repeats_json(const std::vector<double>& seconds, const std::vector<int64_t>& ids) {
    const Spread spread = spread_of(seconds);
    return {{"seconds", seconds},
            {"median_seconds", spread.median},
            {"least_seconds", spread.least},
            {"most_seconds", spread.most},
            {"run_ids", ids}};
}

}  // namespace ringscope
