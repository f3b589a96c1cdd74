#include "engine/simulate/replay.h"

#include <algorithm>
#include <map>

#include "engine/base/error.h"
#include "engine/run/executor.h"
#include "engine/simulate/layout.h"

namespace ringscope {

namespace {

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

class MeasuredCosts {
  public:
    explicit MeasuredCosts(const Run& run) : run_(run), schedule_(*run.schedule) {
        RankCosts none;
        none.steps.resize(static_cast<size_t>(schedule_.steps));
        costs_.assign(static_cast<size_t>(schedule_.ranks), none);
    }

    WorkCosts make() {
        add_attention();
        add_packing_and_merging();
        return std::move(costs_);
    }

  private:
    StepCost& cost_of(int rank, int step) {
        return costs_[static_cast<size_t>(rank)].steps[static_cast<size_t>(step)];
    }

    void add_attention() {
        const std::vector<int64_t>& known = run_.trace.step_core_ns;
        const auto steps = static_cast<size_t>(schedule_.steps);
        if (known.size() == costs_.size() * steps) {
            for (size_t rank = 0; rank < costs_.size(); ++rank)
                for (size_t step = 0; step < steps; ++step)
                    costs_[rank].steps[step].attend_seconds =
                        static_cast<double>(known[rank * steps + step]) * 1e-9;
            return;
        }
        // A rank's steps had as many cores as all its attention had in the mean.
        for (const Span& span : run_.trace.spans) {
            if (span.kind != SpanKind::compute) continue;
            const RankMetrics& rank = run_.metrics.ranks[static_cast<size_t>(span.rank)];
            const double cores = rank.compute_seconds > 0 ? rank.core_seconds / rank.compute_seconds : 1;
            cost_of(span.rank, span.step).attend_seconds += seconds_of(span) * cores;
        }
    }

    void add_packing_and_merging() {
        std::vector<double> seconds_per_byte;
        for (const Span& span : run_.trace.spans) {
            if (span.kind == SpanKind::pack && span.bytes > 0)
                seconds_per_byte.push_back(seconds_of(span) / static_cast<double>(span.bytes));
            if (span.kind == SpanKind::merge)
                costs_[static_cast<size_t>(span.rank)].normalise_seconds += seconds_of(span);
        }
        const double rate = median(std::move(seconds_per_byte));
        for (const Span& span : run_.trace.spans)
            if (span.kind == SpanKind::pack)
                costs_[static_cast<size_t>(span.rank)].pack_seconds += rate * static_cast<double>(span.bytes);
    }

    const Run& run_;
    const Schedule& schedule_;
    WorkCosts costs_;
};

/// Each as long as the median of its size.
TransferSeconds measured_transfers(const Run& run) {
    std::map<int64_t, std::vector<double>> by_bytes;
    for (size_t i = 0; i < run.trace.transfers.size(); ++i) {
        const TransferTimes& times = run.trace.transfers[i];
        by_bytes[run.schedule->transfers[i].bytes].push_back(
            static_cast<double>(times.done_ns - times.begin_ns) * 1e-9);
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

std::vector<SlowRank> sleeps_of(const Fault& fault) {
    if (fault.kind != Fault::Kind::delay) return {};
    SlowRank slow;
    slow.rank = fault.rank;
    slow.delay_step = fault.step;
    slow.delay_seconds = fault.delay_seconds;
    return {slow};
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
    return "";
}

std::shared_ptr<const Run> replay(const Run& run, const ReplayLink& link) {
    if (const std::string why_not = why_not_replayable(run); !why_not.empty())
        throw Error(ErrorKind::bad_input, why_not);
    const Schedule& schedule = *run.schedule;
    const WorkCosts costs = MeasuredCosts(run).make();
    const std::vector<SlowRank> sleeps = sleeps_of(run.fault);
    LaidOut laid_out = link.machine
                           ? lay_out(schedule, costs, links_of(*link.machine, schedule.ranks), sleeps)
                           : lay_out_alone(schedule, costs, measured_transfers(run), sleeps);
    auto replayed = std::make_shared<Run>(run);
    replayed->origin = Origin::replayed;
    replayed->link = link.machine ? link.machine->name : "as measured";
    keep_measured_memory(run.trace, laid_out.trace);
    laid_out.trace.step_core_ns = run.trace.step_core_ns;
    replayed->trace = std::move(laid_out.trace);
    replayed->counters = std::move(laid_out.counters);
    for (size_t rank = 0; rank < replayed->counters.size(); ++rank) {
        replayed->counters[rank].peak_by_purpose = run.metrics.ranks[rank].peak_by_purpose;
        replayed->counters[rank].peak_bytes = run.metrics.ranks[rank].peak_bytes;
    }
    replayed->metrics = derive_metrics(schedule, replayed->trace, replayed->counters);
    return replayed;
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
