#include "engine/simulate/replay.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/base/error.h"
#include "engine/base/number_text.h"
#include "engine/run/executor.h"
#include "engine/run/replayed_figures.h"
#include "engine/simulate/layout.h"
#include "engine/simulate/simulation_checks.h"

namespace ringscope {

namespace {

/// Of a time that was written down twice.
constexpr double kSameTime = 0.01;

double seconds_of(const Span& span) { return static_cast<double>(span.end_ns - span.begin_ns) * 1e-9; }

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// Cores that ranks could work on at once.
int shared_cores(const Run& run) {
    return run.threads > 0 ? std::min(run.threads, run.machine.cores) : run.machine.cores;
}

/// Whether the run says for how long each piece of its work had a core.
bool knows_work_times(const Run& run) {
    return run.trace.work_times.size() ==
           static_cast<size_t>(run.schedule->ranks) * static_cast<size_t>(run.schedule->steps);
}

/// Of a rank in a step; of a run that knows_work_times().
const WorkTimes& work_times_of(const Run& run, int rank, int step) {
    return run.trace.work_times[static_cast<size_t>(rank) * static_cast<size_t>(run.schedule->steps) +
                                static_cast<size_t>(step)];
}

double seconds_of(int64_t ns) { return static_cast<double>(ns) * 1e-9; }

WorkCosts no_costs(const Schedule& schedule) {
    RankCosts none;
    none.steps.resize(static_cast<size_t>(schedule.steps));
    return WorkCosts(static_cast<size_t>(schedule.ranks), none);
}

WorkCosts known_costs(const Run& run) {
    WorkCosts costs = no_costs(*run.schedule);
    for (int rank = 0; rank < run.schedule->ranks; ++rank) {
        RankCosts& of_rank = costs[static_cast<size_t>(rank)];
        for (int step = 0; step < run.schedule->steps; ++step) {
            const WorkTimes& times = work_times_of(run, rank, step);
            of_rank.steps[static_cast<size_t>(step)].attend_seconds = seconds_of(times.attend_ns);
            of_rank.pack_seconds += seconds_of(times.pack_ns);
            of_rank.normalise_seconds += seconds_of(times.merge_ns);
        }
    }
    return costs;
}

/// From the spans alone. A rank's steps and its merging had as many cores as all its attention had in the mean; packing,
/// which the system interrupts, takes the median of its rate.
WorkCosts costs_of_spans(const Run& run) {
    WorkCosts costs = no_costs(*run.schedule);
    std::vector<double> seconds_per_byte;
    for (const Span& span : run.trace.spans) {
        RankCosts& of_rank = costs[static_cast<size_t>(span.rank)];
        const RankMetrics& rank = run.metrics.ranks[static_cast<size_t>(span.rank)];
        const double cores = rank.compute_seconds > 0 ? rank.core_seconds / rank.compute_seconds : 1;
        if (span.kind == SpanKind::compute)
            of_rank.steps[static_cast<size_t>(span.step)].attend_seconds += seconds_of(span) * cores;
        if (span.kind == SpanKind::merge) of_rank.normalise_seconds += seconds_of(span) * cores;
        if (span.kind == SpanKind::pack && span.bytes > 0)
            seconds_per_byte.push_back(seconds_of(span) / static_cast<double>(span.bytes));
    }
    const double rate = median(std::move(seconds_per_byte));
    for (const Span& span : run.trace.spans)
        if (span.kind == SpanKind::pack)
            costs[static_cast<size_t>(span.rank)].pack_seconds += rate * static_cast<double>(span.bytes);
    return costs;
}

/// What a rank copied during a step is shared out among its transfers by their bytes.
TransferSeconds known_transfers(const Run& run) {
    const Schedule& schedule = *run.schedule;
    const auto during = [](const Transfer& transfer) { return std::max(0, transfer.step - 1); };
    std::map<std::pair<int, int>, double> bytes;  // by receiver and step
    for (const Transfer& transfer : schedule.transfers)
        bytes[{transfer.to, during(transfer)}] += static_cast<double>(transfer.bytes);
    TransferSeconds seconds;
    for (const Transfer& transfer : schedule.transfers) {
        const double all = bytes[{transfer.to, during(transfer)}];
        const double share = all > 0 ? static_cast<double>(transfer.bytes) / all : 0;
        seconds.push_back(share * seconds_of(work_times_of(run, transfer.to, during(transfer)).copy_ns));
    }
    return seconds;
}

/// From the spans alone: each as long as the median of its size.
TransferSeconds median_transfers(const Run& run) {
    std::map<int64_t, std::vector<double>> by_bytes;
    for (size_t i = 0; i < run.trace.transfers.size(); ++i) {
        const TransferTimes& times = run.trace.transfers[i];
        by_bytes[run.schedule->transfers[i].bytes].push_back(seconds_of(times.done_ns - times.begin_ns));
    }
    std::map<int64_t, double> medians;
    for (auto& [bytes, seconds] : by_bytes) medians[bytes] = median(std::move(seconds));
    TransferSeconds seconds;
    for (const Transfer& transfer : run.schedule->transfers) seconds.push_back(medians[transfer.bytes]);
    return seconds;
}

/// The machine's links, and a device for every rank that does nothing else.
MachineModel links_of(const MachineModel& machine, int ranks) {
    if (machine.devices() < ranks)
        throw Error(ErrorKind::bad_input, "the run has " + std::to_string(ranks) + " ranks: the machine " +
                                              machine.name + " has " + std::to_string(machine.devices()) +
                                              " devices, and a replay takes one for each");
    MachineModel links = machine;
    links.device.kind = DeviceKind::gpu;
    links.device.workers = 1;
    return links;
}

/// A rank's samples are taken at the same moments of its life in both.
void keep_measured_memory(const Trace& measured, Trace& replayed) {
    if (measured.memory.size() != replayed.memory.size()) return;
    for (size_t i = 0; i < measured.memory.size(); ++i) {
        MemorySample& sample = replayed.memory[i];
        if (sample.rank != measured.memory[i].rank || sample.step != measured.memory[i].step) continue;
        sample.live = measured.memory[i].live;
        sample.peak_total = measured.memory[i].peak_total;
    }
}

}  // namespace

bool shares_cores(const Run& run) {
    return run.origin == Origin::measured && run.device == "cpu" && run.schedule != nullptr &&
           run.machine.cores > 0 && run.schedule->ranks > shared_cores(run);
}

bool would_share_cores(const Experiment& experiment) {
    return std::string(choose_executor(experiment).name) == "cpu" &&
           resolved_ranks(experiment.ring) > std::min(worker_threads(experiment.backend), usable_cores());
}

std::string why_not_replayable(const Run& run) {
    if (run.origin != Origin::measured)
        return std::string("a run that is ") + name_of(run.origin) +
               " has no measured work: only a measured run can be replayed";
    if (run.state != RunState::done || run.schedule == nullptr)
        return std::string("the run is ") + name_of(run.state) + ": only one that is done can be replayed";
    if (run.trace.spans.empty() || run.trace.transfers.size() != run.schedule->transfers.size())
        return "the run has no spans: there is nothing to replay";
    if (run.metrics.ranks.size() != static_cast<size_t>(run.schedule->ranks))
        return "the run has no figures of its ranks: there is nothing to replay";
    const double of_spans = seconds_of(run.trace.wall_ns);
    if (std::abs(run.metrics.seconds - of_spans) > kSameTime * of_spans)
        return "the run's time, " + seconds_text(run.metrics.seconds) + ", is not that of its spans, " +
               seconds_text(of_spans) + ": a replay would show another run";
    return "";
}

std::shared_ptr<const Run> replay(const Run& run, const ReplayLink& link) {
    if (const std::string why_not = why_not_replayable(run); !why_not.empty())
        throw Error(ErrorKind::bad_input, why_not);
    const Schedule& schedule = *run.schedule;
    const bool known = knows_work_times(run);
    const WorkCosts costs = known ? known_costs(run) : costs_of_spans(run);
    const std::vector<SlowRank> slow = slow_ranks_of(run.fault);
    LaidOut laid_out =
        link.machine
            ? lay_out(schedule, costs, links_of(*link.machine, schedule.ranks), slow)
            : lay_out_alone(schedule, costs, known ? known_transfers(run) : median_transfers(run), slow);
    auto replayed = std::make_shared<Run>(run);
    replayed->origin = Origin::replayed;
    replayed->link = link.machine ? link.machine->name : "as measured";
    keep_measured_memory(run.trace, laid_out.trace);
    laid_out.trace.work_times = run.trace.work_times;
    replayed->trace = std::move(laid_out.trace);
    replayed->counters = std::move(laid_out.counters);
    for (size_t rank = 0; rank < replayed->counters.size(); ++rank) {
        replayed->counters[rank].peak_by_purpose = run.metrics.ranks[rank].peak_by_purpose;
        replayed->counters[rank].peak_bytes = run.metrics.ranks[rank].peak_bytes;
    }
    replayed->metrics = derive_metrics(schedule, replayed->trace, replayed->counters);
    replayed->metrics.replayed_seconds = run.metrics.replayed_seconds;
    replayed->metrics.replayed_overlap_efficiency = run.metrics.replayed_overlap_efficiency;
    return replayed;
}

void add_replayed_figures(Run& run) {
    if (!shares_cores(run) || !why_not_replayable(run).empty()) return;
    const Metrics metrics = replay(run)->metrics;
    run.metrics.replayed_seconds = metrics.seconds;
    run.metrics.replayed_overlap_efficiency = metrics.overlap_efficiency;
}

std::shared_ptr<const Run> on_own_devices(const std::shared_ptr<const Run>& run) {
    return run && shares_cores(*run) && why_not_replayable(*run).empty() ? replay(*run) : run;
}

std::string clock_text(const Run& run) {
    switch (run.origin) {
        case Origin::measured: {
            std::string text = "this machine (measured)";
            if (shares_cores(run))
                text += "; " + std::to_string(run.schedule->ranks) + " ranks shared " +
                        std::to_string(shared_cores(run)) + (shared_cores(run) == 1 ? " core" : " cores");
            return text;
        }
        case Origin::replayed:
            return "every rank its own device (replayed)" +
                   (run.link.empty() || run.link == "as measured" ? "" : ", links of " + run.link);
        case Origin::simulated:
            return run.simulation ? "the model of " + run.simulation->machine->name + " (simulated)"
                                  : "a machine model (simulated)";
        case Origin::imported:
            return "another program's trace (imported)";
    }
    return "";
}

}  // namespace ringscope
