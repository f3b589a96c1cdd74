#include "sessions/compare/repeats.h"

#include <algorithm>

namespace ringscope {

namespace {

bool same_invocation(const RunSummary& a, const RunSummary& b) {
    return !a.invocation.empty() && a.invocation == b.invocation;
}

}  // namespace

bool is_known_build(const std::string& revision) {
    return !revision.empty() && revision.back() != '+' && !revision.ends_with("-dirty");
}

bool same_build(const RunSummary& a, const RunSummary& b) {
    const bool same_run = a.id > 0 && a.id == b.id;
    return same_run || same_invocation(a, b) ||
           (a.version == b.version && a.revision == b.revision && is_known_build(a.revision));
}

std::string unlike(const RunSummary& a, const RunSummary& b, bool any_build) {
    const auto texts = [](const char* what, const std::string& first, const std::string& second) {
        const auto shown = [](const std::string& text) { return text.empty() ? std::string("none") : text; };
        return std::string("the ") + what + " (" + shown(first) + " and " + shown(second) + ")";
    };
    const auto numbers = [&](const char* what, int first, int second) {
        return texts(what, std::to_string(first), std::to_string(second));
    };
    if (a.state != RunState::done || b.state != RunState::done) return "the state: one did not finish";
    if (a.experiment_hash != b.experiment_hash) return "the experiment";
    if (a.input_name != b.input_name) return texts("input", a.input_name, b.input_name);
    if (a.origin != b.origin) return texts("origin", name_of(a.origin), name_of(b.origin));
    if (a.machine != b.machine) return texts("machine model", a.machine, b.machine);
    if (a.varied != b.varied) return texts("variation", a.varied, b.varied);
    if (!any_build && !same_build(a, b))
        return "the build (" + build_words(a.version, a.revision) + " and " +
               build_words(b.version, b.revision) + ")";
    if (a.host != b.host) return texts("host", a.host, b.host);
    if (a.cpu != b.cpu) return texts("processor", a.cpu, b.cpu);
    if (a.cores != b.cores) return numbers("cores", a.cores, b.cores);
    if (a.threads != b.threads) return numbers("threads", a.threads, b.threads);
    if (a.device != b.device) return texts("device", a.device, b.device);
    if (a.kernel != b.kernel) return texts("kernel", a.kernel, b.kernel);
    if (a.transport != b.transport) return texts("transport", a.transport, b.transport);
    return "";
}

bool are_repeats(const RunSummary& a, const RunSummary& b) {
    return (same_invocation(a, b) || a.name == b.name) && unlike(a, b).empty();
}

std::string build_text(const std::string& version, const std::string& revision) {
    return revision.empty() ? version : version + " (" + revision + ")";
}

std::string build_words(const std::string& version, const std::string& revision) {
    const char* doubt = is_known_build(revision) ? ""
                        : revision.empty()       ? ", commit not known"
                                                 : ", changed since";
    return build_text(version, revision) + doubt;
}

Spread spread_of(std::vector<double> seconds) {
    RINGSCOPE_CHECK(!seconds.empty());
    std::sort(seconds.begin(), seconds.end());
    const size_t half = seconds.size() / 2;
    const double median = seconds.size() % 2 ? seconds[half] : (seconds[half - 1] + seconds[half]) / 2;
    return {static_cast<int>(seconds.size()), median, seconds.front(), seconds.back()};
}

std::optional<double> noise_band(const Spread& s) {
    if (s.repeats < 2 || s.median <= 0) return {};
    return (s.most - s.least) / 2 / s.median;
}

bool is_faster(const Spread& a, const Spread& b) {
    return has_enough_repeats(a) && has_enough_repeats(b) && a.most < b.least;
}

}  // namespace ringscope
