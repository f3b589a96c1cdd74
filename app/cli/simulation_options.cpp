#include "app/cli/simulation_options.h"

#include <charconv>
#include <cmath>
#include <cstdint>

#include "app/cli/arguments.h"
#include "engine/base/error.h"
#include "engine/base/number_text.h"

namespace ringscope {

namespace {

constexpr double kMostTimes = 1e6;  // of a factor, either way

template <typename Number>
bool read_whole(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

[[noreturn]] void refuse(const std::string& option, const std::string& value, const std::string& allowed) {
    throw Error(ErrorKind::bad_input, option + ": '" + value + "' is not allowed; give " + allowed);
}

double read_factor(const std::string& option, std::string_view text, const std::string& value,
                   const std::string& allowed) {
    double factor = 0;
    if (!read_whole(text, factor) || !(factor >= 1 / kMostTimes) || !(factor <= kMostTimes))
        refuse(option, value, allowed);
    return factor;
}

double read_times(const std::string& option, const std::string& text) {
    if (text.empty()) return 1;
    return read_factor(option, text, text, "a factor above 0, such as 0.5 or 2");
}

/// "3:1.5": rank 3 takes 1.5 times as long.
SlowRank read_slow(const std::string& text) {
    constexpr const char* kAllowed = "RANK:FACTOR, such as 3:1.5";
    const size_t colon = text.find(':');
    SlowRank slow;
    if (colon == std::string::npos || !read_whole(std::string_view(text).substr(0, colon), slow.rank) ||
        slow.rank < 0)
        refuse("--slow", text, kAllowed);
    slow.factor = read_factor("--slow", std::string_view(text).substr(colon + 1), text, kAllowed);
    return slow;
}

}  // namespace

void declare(Arguments& arguments, SimulationChoices& choices) {
    arguments.value("--trials", choices.trials, "N",
                    "Lay it out N times, each with jitter of its own, and show the spread; once and without "
                    "jitter when not given");
    arguments.value("--seed", choices.seed, "N", "Of the jitter; 1 when not given");
    arguments.values("--slow", choices.slow, "RANK:FACTOR", "The work of a rank takes FACTOR times as long");
    arguments.value("--rate", choices.rate, "FACTOR", "What if devices computed FACTOR times as fast");
    arguments.value("--bandwidth", choices.bandwidth, "FACTOR", "What if links moved FACTOR times as much");
    arguments.value("--latency", choices.latency, "FACTOR", "What if latencies were FACTOR times as long");
}

SimulationOptions read_simulation_options(const SimulationChoices& choices) {
    SimulationOptions options;
    const auto& [trials, seed, rate, bandwidth, latency, slow] = choices;
    if (!trials.empty() &&
        (!read_whole(trials, options.trials) || options.trials < 1 || options.trials > kMaxTrials))
        refuse("--trials", trials, "1 to " + std::to_string(kMaxTrials));
    if (!seed.empty() && !read_whole(seed, options.seed)) refuse("--seed", seed, "0 to 18446744073709551615");
    options.what_if = {read_times("--rate", rate), read_times("--bandwidth", bandwidth),
                       read_times("--latency", latency)};
    for (const std::string& text : slow) options.slow_ranks.push_back(read_slow(text));
    return options;
}

}  // namespace ringscope
