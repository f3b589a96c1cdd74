#include "sessions/store/run_record.h"

#include <algorithm>
#include <random>

#include "engine/base/number_text.h"
#include "sessions/experiment_file.h"
#include "sessions/plain_text.h"
#include "sessions/store/field_lines.h"

namespace ringscope {

const char* state_text(const RunSummary& run) { return run.is_trace ? "trace" : name_of(run.state); }

std::string experiment_hash(const Experiment& experiment) {
    return text_hash(canonical_experiment(experiment));
}

std::string varied_text(const SimulationOptions& options) {
    std::string text;
    const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
    const auto factor = [&add](const std::string& what, double by) {
        if (by != 1) add(what + " x" + exact_text(by));
    };
    factor("rate", options.what_if.rate);
    factor("bandwidth", options.what_if.bandwidth);
    factor("latency", options.what_if.latency);
    for (const SlowRank& slow : options.slow_ranks) {
        const std::string rank = "rank " + std::to_string(slow.rank);
        factor(rank, slow.factor);
        if (slow.delay_step >= 0)
            add(rank + " " + exact_text(slow.delay_seconds) + " s late in step " +
                std::to_string(slow.delay_step));
        if (slow.bytes_per_second > 0)
            add(rank + " sends at most " + bytes_text(slow.bytes_per_second) + "/s");
    }
    return text;
}

std::string tags_text(const RunSummary& run) {
    std::string text;
    for (const std::string& tag : run.tags) text += (text.empty() ? "" : " ") + tag;
    return text;
}

std::string name_with_state(const RunSummary& run) {
    return run.name + (run.baseline ? " (baseline)" : "") + (run.archived ? " (archived)" : "");
}

std::string marked_name(const RunSummary& run) {
    std::string name = name_with_state(run);
    for (const std::string& tag : run.tags) name += " #" + tag;
    return name;
}

std::string new_uuid() {
    std::random_device device;
    constexpr char digits[] = "0123456789abcdef";
    std::string uuid = "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx";
    for (char& c : uuid)
        if (c == 'x') c = digits[device() & 15];
    return uuid;
}

RunSummary summarize(const Run& run, const std::string& name) {
    RunSummary s;
    s.name = name;
    s.experiment_hash = experiment_hash(run.experiment);
    s.fields = std::make_shared<const std::string>(field_lines(run.experiment));
    s.started_utc_ms = run.started_utc_ms;
    s.state = run.state;
    s.origin = run.origin;
    if (run.simulation) {
        s.machine = run.simulation->machine->name;
        s.varied = varied_text(run.simulation->options);
    }
    s.error = run.error;
    s.version = run.version;
    s.revision = run.revision;
    s.input_name = run.input_name;
    s.host = run.machine.host;
    s.cpu = run.machine.cpu;
    s.cores = run.machine.cores;
    s.device = run.device;
    s.kernel = run.kernel;
    s.transport = run.transport;
    s.threads = run.threads;
    s.settings = settings_line(run.experiment);
    s.dtype = name_of(run.experiment.problem.dtype);
    s.seq_len = run.experiment.problem.seq_len;
    s.ranks = run.schedule ? run.schedule->ranks : run.experiment.ring.ranks;
    s.strategy = name_of(run.schedule ? run.schedule->strategy : run.experiment.ring.strategy);
    s.layout = name_of(run.experiment.ring.layout);
    s.verified = run.verification.has_value();
    s.verify_passed = run.verification && run.verification->passed;
    if (run.state == RunState::done) s.figures = FigureValues(run);
    s.spans = static_cast<int64_t>(run.trace.spans.size());
    return s;
}

}  // namespace ringscope
