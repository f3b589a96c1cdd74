#include "sessions/compare/comparability.h"

#include "sessions/compare/compare.h"

namespace ringscope {

namespace {

std::string both(const char* what, const std::string& first, const std::string& other) {
    const auto shown = [](const std::string& text) { return text.empty() ? std::string("none") : text; };
    return std::string("they differ in ") + what + " (" + shown(first) + " and " + shown(other) + ")";
}

/// Threads and device only where the same settings led to others.
std::string machine_difference(const Run& first, const Run& other) {
    if (first.machine.host != other.machine.host) return both("host", first.machine.host, other.machine.host);
    if (first.machine.cpu != other.machine.cpu)
        return both("processor", first.machine.cpu, other.machine.cpu);
    if (first.machine.cores != other.machine.cores)
        return both("cores", std::to_string(first.machine.cores), std::to_string(other.machine.cores));
    const BackendSpec &a = first.experiment.backend, &b = other.experiment.backend;
    if (a.threads == b.threads && first.threads != other.threads)
        return both("threads", std::to_string(first.threads), std::to_string(other.threads));
    if (a.device == b.device && first.device != other.device)
        return both("device", first.device, other.device);
    return "";
}

}  // namespace

std::string why_not_comparable(const Run& first, const Run& other, bool timed, const Leniency& leniency) {
    if (first.state != RunState::done || other.state != RunState::done) return "one of them did not finish";
    if (!leniency.other_problem && !same_problem(first, other))
        return "they solve different problems; --allow-other-problem judges them all the same";
    if (!timed) return "";
    if (first.origin != other.origin) return both("origin", name_of(first.origin), name_of(other.origin));
    const std::string difference = leniency.other_machine ? "" : machine_difference(first, other);
    return difference.empty() ? "" : difference + "; --allow-other-machine judges them all the same";
}

}  // namespace ringscope
