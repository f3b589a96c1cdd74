#include "engine/calibrate/calibration.h"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/base/error.h"
#include "engine/calibrate/curve_fit.h"
#include "engine/calibrate/prediction_check.h"
#include "engine/calibrate/transfer_times.h"
#include "engine/simulate/simulate.h"

namespace ringscope {
namespace {

constexpr double kPeak = 1e11;

AttentionCurve curve(double share, double half_keys, double half_rows) {
    AttentionCurve curve;
    curve.head_dim = 64;
    curve.share = share;
    curve.half_keys = half_keys;
    curve.half_rows = half_rows;
    return curve;
}

/// As the curve has it, each time off by `noise`, in turns too long and too short.
std::vector<BlockTime> times_on(const AttentionCurve& curve, double noise) {
    std::vector<BlockTime> times;
    for (const double rows : {64.0, 256.0, 1024.0, 4096.0})
        for (const double keys : {32.0, 256.0, 4096.0}) {
            BlockTime time{{rows, keys, rows * keys, false}, 3, 1};
            time.seconds = modelled_over_measured(time, kPeak, curve);
            time.seconds *= 1 + (times.size() % 2 == 0 ? noise : -noise);
            times.push_back(time);
        }
    return times;
}

TEST(CurveFit, FindsTheCurveThatTimesLieOn) {
    for (const AttentionCurve& truth : {curve(0.8, 90, 40), curve(0.3, 0, 120), curve(1, 55, 0)}) {
        const AttentionCurve found = fit_curve(times_on(truth, 0), kPeak, curve(0, 0, 0));
        EXPECT_NEAR(found.share, truth.share, 1e-6);
        EXPECT_NEAR(found.half_keys, truth.half_keys, 1e-3);
        EXPECT_NEAR(found.half_rows, truth.half_rows, 1e-3);
    }
}

TEST(CurveFit, StaysNearItWhenTimesAreOff) {
    const AttentionCurve truth = curve(0.8, 90, 40);
    const std::vector<BlockTime> times = times_on(truth, 0.05);
    const AttentionCurve found = fit_curve(times, kPeak, curve(0, 0, 0));
    for (const BlockTime& time : times) EXPECT_NEAR(modelled_over_measured(time, kPeak, found), 1, 0.11);
}

TEST(LineFit, FindsWhatIsFixedAndTheRate) {
    std::vector<BytesTime> times;
    for (const double bytes : {1e3, 1e5, 1e6, 1e8}) times.push_back({bytes, 2e-6 + bytes / 5e9});
    const LineFit fit = fit_line(times);
    EXPECT_NEAR(fit.fixed_seconds, 2e-6, 1e-12);
    EXPECT_NEAR(fit.bytes_per_second, 5e9, 1);
    // Small messages that are faster by the byte than large ones: nothing is fixed then, never less than nothing.
    EXPECT_EQ(fit_line({{1e4, 1e-6}, {1e8, 2e-2}}).fixed_seconds, 0);
}

TEST(Calibration, MakesAModelOfThisMachineThatTakesExperiments) {
    CalibrationOptions options;
    options.repetitions = 1;
    options.head_dims = {32};
    options.flops = 1e7;
    options.threads = 2;
    double told = 0;
    options.progress = [&](double share) {
        EXPECT_GE(share, told);
        told = share;
    };
    const Calibration calibration = calibrate(options, {});
    EXPECT_EQ(told, 1);
    const MachineModel& machine = calibration.machine;
    EXPECT_TRUE(validate(machine).empty());
    EXPECT_EQ(machine.device.curves.size(), 6u);  // dtypes, whole and cut
    EXPECT_EQ(machine.device.workers, 2);
    ASSERT_EQ(calibration.fits.size(), 4u);
    Experiment experiment;
    experiment.problem.seq_len = 256;
    experiment.problem.heads = 4;
    experiment.problem.head_dim = 64;
    experiment.problem.head_groups.emplace_back().segment_length = 256;
    experiment.ring.ranks = 2;
    const Schedule schedule = plan(experiment);
    const LaidOut laid_out = simulate_once(schedule, machine);
    EXPECT_GT(laid_out.trace.wall_ns, 0);
}

/// Every problem is predicted and run as it should be, disturbed or not. How near both lie is not for a test to say.
TEST(PredictionCheck, RunsEveryProblemUnderItsDisturbance) {
    Calibration calibration;
    calibration.clock = 2e10;
    MachineModel& machine = calibration.machine;
    machine.name = "test";
    machine.device.kind = DeviceKind::cpu;
    machine.device.workers = 2;
    machine.device.most_ranks = 8;
    machine.device.memory_bytes = int64_t{1} << 34;
    machine.device.pack_bytes_per_second = machine.device.merge_bytes_per_second = 1e9;
    machine.links = {{"memory", LinkScope::device, 1, 1e-6, 1e9, true, ""}};
    machine.same_device = "memory";
    for (const DType dtype : {DType::f32, DType::f16, DType::bf16}) {
        machine.device.peaks.push_back({dtype, 2e10});
        for (const bool causal : {false, true})
            machine.device.curves.push_back({dtype, 64, causal, 0.5, 10, 10});
    }
    for (const Disturbance disturbance : {Disturbance::none, Disturbance::delay, Disturbance::slow_link}) {
        PredictionCheckOptions options;
        options.problems = 2;
        options.rounds = 1;
        options.flops = 5e7;
        options.disturbance = disturbance;
        for (const CheckedPrediction& checked : check_predictions(calibration, options, {})) {
            EXPECT_EQ(name_of(checked.fault.kind), std::string(name_of(disturbance)));
            EXPECT_LE(checked.experiment.ring.ranks, 2);
            EXPECT_GT(checked.measured_seconds, 0);
            EXPECT_NEAR(checked.predicted_over_measured, checked.predicted_seconds / checked.measured_seconds,
                        1e-9 * checked.predicted_over_measured);
        }
    }
}

TEST(Calibration, StopsWhenAsked) {
    std::stop_source source;
    source.request_stop();
    EXPECT_THROW(calibrate({}, source.get_token()), Error);
}

}  // namespace
}  // namespace ringscope
