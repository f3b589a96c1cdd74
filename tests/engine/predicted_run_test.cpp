// What a model says of a run beside what it took: by step and rank, in words, and on both clocks.
#include "engine/simulate/predicted_run.h"

#include <gtest/gtest.h>

#include "engine/analysis/clock_map.h"
#include "engine/analysis/prediction_error.h"
#include "engine/analysis/step_overlap.h"
#include "engine/base/error.h"
#include "engine/run/execute.h"
#include "engine/simulate/replay.h"
#include "engine/simulate/simulate.h"
#include "tests/model_machine.h"

namespace ringscope {
namespace {

/// Four ranks on one worker thread.
std::shared_ptr<const Run> run_of_four() {
    Experiment e;
    e.problem.seq_len = 512;
    e.problem.heads = 4;
    e.problem.head_dim = 32;
    e.problem.head_groups.emplace_back().segment_length = 512;
    e.ring.ranks = 4;
    e.backend.device = "cpu";
    e.backend.threads = 1;
    return execute(e, {}, {});
}

std::shared_ptr<const MachineModel> machine() {
    return std::make_shared<const MachineModel>(testing::model_machine());
}

Span span_of(int rank, int step, SpanKind kind, int64_t begin_ns, int64_t end_ns) {
    Span span{.rank = rank, .step = step, .kind = kind};
    span.begin_ns = begin_ns;
    span.end_ns = end_ns;
    return span;
}

TEST(PredictedRun, IsWhatTheSimulatorSaysOfTheSchedule) {
    const auto run = run_of_four();
    ASSERT_EQ(run->state, RunState::done) << run->error;
    const auto predicted = predict_run(*run, machine());
    EXPECT_EQ(predicted->origin, Origin::simulated);
    EXPECT_EQ(predicted->schedule, run->schedule);
    EXPECT_EQ(predicted->trace.wall_ns, simulate_once(*run->schedule, *machine()).trace.wall_ns);
    EXPECT_EQ(predicted->metrics.ranks.size(), 4u);
}

TEST(PredictedRun, OfAReplayHasNoRankThatWaitsForACore) {
    const auto replayed = replay(*run_of_four());
    const auto predicted = predict_run(*replayed, machine());
    const WorkCosts costs = work_costs(*replayed->schedule, *machine());
    for (size_t rank = 0; rank < 4; ++rank) {
        double attend_seconds = 0;
        for (const StepCost& step : costs[rank].steps) attend_seconds += step.attend_seconds;
        EXPECT_EQ(predicted->metrics.ranks[rank].wait_core_seconds, 0);
        EXPECT_NEAR(predicted->metrics.ranks[rank].compute_seconds, attend_seconds, 1e-7) << "one worker";
    }
    EXPECT_NE(predicted->trace.wall_ns, predict_run(*run_of_four(), machine())->trace.wall_ns);
}

TEST(PredictedRun, SaysWhyThereIsNone) {
    ringscope::Run run = *run_of_four();
    EXPECT_EQ(why_not_predictable(run, *machine()), "");
    MachineModel gpus = *machine();
    gpus.device.kind = DeviceKind::gpu;
    EXPECT_EQ(why_not_predictable(run, gpus),
              "test-machine is the model of a cuda device, and the run was made on cpu");
    run.origin = Origin::simulated;
    EXPECT_EQ(why_not_predictable(run, *machine()), "its times are simulated");
    EXPECT_THROW(predict_run(run, machine()), Error);
    run.origin = Origin::measured;
    run.state = RunState::cancelled;
    EXPECT_EQ(why_not_predictable(run, *machine()), "it did not finish");
}

/// Two ranks, two steps; rank 1 is the last to end.
Run made_up(int64_t longer_ns) {
    Run run;
    run.trace.spans = {span_of(0, 0, SpanKind::compute, 0, 1'000'000),
                       span_of(0, 1, SpanKind::compute, 1'000'000, 2'000'000),
                       span_of(1, 0, SpanKind::compute, 0, 1'200'000),
                       span_of(1, 1, SpanKind::compute, 1'200'000, 2'400'000 + longer_ns)};
    run.trace.wall_ns = 2'400'000 + longer_ns;
    run.metrics.seconds = static_cast<double>(run.trace.wall_ns) * 1e-9;
    run.metrics.ranks.resize(2);
    run.metrics.ranks[0].compute_seconds = 2e-3;
    run.metrics.ranks[1].rank = 1;
    run.metrics.ranks[1].compute_seconds = run.metrics.seconds;
    return run;
}

TEST(PredictionError, IsToldByRankAndStep) {
    const PredictionError error = prediction_error(made_up(120'000), made_up(0));
    EXPECT_EQ(step_error_text(error, 1, 1), "rank 1, step 1: predicted 1.20 ms, took 1.32 ms, 10% longer");
    EXPECT_EQ(step_error_text(error, 0, 1), "rank 0, step 1: predicted 1.00 ms, took 1.00 ms, as predicted");
    EXPECT_EQ(step_error_text(error, 2, 0), "");
    EXPECT_EQ(step_error_text(error, 0, -1), "");
    EXPECT_EQ(off_text(error), "") << "5% in all";
}

TEST(PredictionError, NamesTheLargestPartOfAModelThatIsOff) {
    EXPECT_EQ(off_text(prediction_error(made_up(480'000), made_up(0))),
              "The model is off: the run took 2.88 ms, 20% longer than predicted (2.40 ms); most of it is "
              "computing on rank 1, 2.88 ms against 2.40 ms.");
    EXPECT_EQ(off_text(prediction_error(made_up(0), made_up(600'000))),
              "The model is off: the run took 2.40 ms, 20% less than predicted (3.00 ms); most of it is "
              "computing on rank 1, 2.40 ms against 3.00 ms.");
}

TEST(StepOverlap, SaysWhatHidesBehindWork) {
    Trace trace;
    trace.spans = {span_of(0, 0, SpanKind::compute, 0, 100),   span_of(0, 0, SpanKind::receive, 50, 150),
                   span_of(0, 0, SpanKind::receive, 100, 250), span_of(0, 1, SpanKind::compute, 250, 300),
                   span_of(1, 0, SpanKind::compute, 0, 80),    span_of(1, 0, SpanKind::receive, 0, 80)};
    const std::vector<StepOverlap> steps = step_overlaps(trace, 2);
    ASSERT_EQ(steps.size(), 2u);
    EXPECT_DOUBLE_EQ(steps[0].work_seconds, 100e-9);
    EXPECT_DOUBLE_EQ(steps[0].receive_seconds, 200e-9) << "two at once count once";
    EXPECT_DOUBLE_EQ(steps[0].received_seconds, 280e-9);
    EXPECT_DOUBLE_EQ(steps[0].hidden_seconds, 130e-9);
    EXPECT_DOUBLE_EQ(steps[1].hidden_share(), 1) << "nothing travels";
    EXPECT_DOUBLE_EQ(hidden_share(steps), 130.0 / 280);
}

TEST(StepOverlap, AgreesWithTheOverlapEfficiencyOfARun) {
    const auto replayed = replay(*run_of_four());
    EXPECT_NEAR(hidden_share(step_overlaps(replayed->trace, replayed->schedule->steps)),
                replayed->metrics.overlap_efficiency, 1e-6);
}

TEST(ClockMap, KeepsStepsAndTheirParts) {
    const auto run = run_of_four(), replayed = replay(*run);
    const TraceIndex from(*run), to(*replayed);
    EXPECT_EQ(time_on(from, to, 0), 0);
    EXPECT_EQ(time_on(from, to, static_cast<double>(from.wall_ns())), static_cast<double>(to.wall_ns()));
    double before = 0;
    for (int step = 1; step < from.steps(); ++step) {
        const double begin = static_cast<double>(from.step(step).begin_ns);
        EXPECT_EQ(time_on(from, to, begin), static_cast<double>(to.step(step).begin_ns));
        EXPECT_GE(time_on(from, to, begin), before);
        before = time_on(from, to, begin);
        EXPECT_NEAR(time_on(to, from, before), begin, 1e-3) << "and back";
    }
}

TEST(ClockMap, FindsTheSameSpanOrNone) {
    const auto run = run_of_four(), replayed = replay(*run);
    const TraceIndex from(*run), to(*replayed);
    const ClockChange change{{run->trace, from}, {replayed->trace, to}};
    int found = 0;
    for (size_t i = 0; i < run->trace.spans.size(); ++i) {
        const Span& span = run->trace.spans[i];
        const int other = span_on(change.from, change.to, static_cast<int>(i));
        if (span.kind == SpanKind::compute || span.kind == SpanKind::receive) {
            ASSERT_GE(other, 0) << name_of(span.kind) << " " << span.rank << " " << span.step;
        }
        if (span.cause == WaitCause::core) {
            EXPECT_EQ(other, -1);
        }
        if (other < 0) continue;
        ++found;
        const Span& same = replayed->trace.spans[static_cast<size_t>(other)];
        EXPECT_EQ(same.rank, span.rank);
        EXPECT_EQ(same.step, span.step);
        EXPECT_EQ(same.kind, span.kind);
        EXPECT_EQ(same.transfer, span.transfer);
    }
    EXPECT_GT(found, 0);
    EXPECT_EQ(span_on(change.from, change.to, -1), -1);
}

}  // namespace
}  // namespace ringscope
