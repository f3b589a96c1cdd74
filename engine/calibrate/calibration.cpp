#include "engine/calibrate/calibration.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <map>
#include <tuple>

#include "engine/base/number_text.h"
#include "engine/calibrate/attention_times.h"
#include "engine/calibrate/transfer_times.h"
#include "engine/cpu/kernels/attention_kernel.h"
#include "engine/cpu/kernels/machine_peak.h"
#include "engine/host/arena.h"
#include "engine/host/machine.h"
#include "engine/run/version.h"
#include "engine/simulate/simulate.h"

namespace ringscope {

namespace {

constexpr double kPeakSeconds = 0.1;
constexpr double kShareOfAttention = 0.9;  // of the time that calibrating takes

struct Fitted {
    AttentionCurve curve;
    std::vector<BlockTime> times;
};

class Calibrator {
  public:
    Calibrator(const CalibrationOptions& options, std::stop_token stop)
        : options_(options), stop_(std::move(stop)), buffers_(std::make_shared<BufferPool>()) {}

    Calibration make() {
        name_machine();
        measure_peaks();
        measure_attention_curves();
        measure_transfers();
        name_sources();
        require_valid(machine_);
        return std::move(calibration_);
    }

  private:
    void tell(double share) const {
        if (options_.progress) options_.progress(share);
    }

    void name_machine() {
        const Machine here = this_machine();
        BackendSpec backend;
        backend.threads = options_.threads;
        machine_.name = "this-machine";
        machine_.title = here.cpu + ", " + std::to_string(here.cores) + " cores";
        machine_.devices_per_host = 1;
        machine_.device.name = here.cpu;
        machine_.device.kind = DeviceKind::cpu;
        machine_.device.workers = worker_threads(backend);
        machine_.device.most_ranks = kMaxRunRanks;
        machine_.device.memory_bytes = here.memory_bytes;
        machine_.receives_at_once = false;
        machine_.gather = GatherAlgorithm::direct;
        machine_.same_device = "memory";
    }

    /// F32 sums for all dtypes, and BF16 dot products where there are some.
    void measure_peaks() {
        const int threads = machine_.device.workers;
        const double f32 = measure_f32_peak(threads, kPeakSeconds) * 1e9 / threads;
        const double bf16 = measure_bf16_peak(threads, kPeakSeconds) * 1e9 / threads;
        machine_.device.peaks = {{DType::f32, f32}, {DType::f16, f32}, {DType::bf16, std::max(f32, bf16)}};
    }

    /// Round after round over all of them: what slows the machine down for seconds falls on all alike. Each time is brought
    /// onto the median clock. The mean of the rounds, since what now and then holds up a run of milliseconds holds up every
    /// longer one.
    std::vector<BlockTime> mean_times(const std::vector<AttentionMeasurement>& measurements) {
        std::vector<BlockTime> times;
        std::vector<double> clocks;
        const auto all = static_cast<double>(measurements.size()) * options_.repetitions;
        for (int round = 0; round < options_.repetitions; ++round)
            for (size_t i = 0; i < measurements.size(); ++i) {
                tell(kShareOfAttention * static_cast<double>(clocks.size()) / all);
                AttentionTime measured = measure_attention(measurements[i], options_, buffers_, stop_);
                clocks.push_back(measured.clock);
                measured.time.seconds *= measured.clock / options_.repetitions;
                if (round == 0)
                    times.push_back(measured.time);
                else
                    times[i].seconds += measured.time.seconds;
            }
        calibration_.clock = median_of(std::move(clocks));
        for (BlockTime& time : times) time.seconds /= calibration_.clock;
        return times;
    }

    void measure_attention_curves() {
        const std::vector<AttentionMeasurement> measurements = attention_measurements(options_.head_dims);
        std::map<std::tuple<DType, int, bool>, Fitted> fitted;
        const std::vector<BlockTime> times = mean_times(measurements);
        for (size_t i = 0; i < measurements.size(); ++i) {
            const AttentionCurve& like = measurements[i].like;
            Fitted& of = fitted[{like.dtype, like.head_dim, like.causal}];
            of.curve = like;
            of.times.push_back(times[i]);
        }
        std::map<DType, std::vector<double>> errors;
        for (auto& [key, of] : fitted) {
            const double peak = peak_of(machine_, of.curve.dtype);
            of.curve = fit_curve(of.times, peak, of.curve);
            machine_.device.curves.push_back(of.curve);
            for (const BlockTime& time : of.times)
                errors[of.curve.dtype].push_back(modelled_over_measured(time, peak, of.curve) - 1);
        }
        for (auto& [dtype, of_dtype] : errors) add_fit(std::string("attention ") + name_of(dtype), of_dtype);
    }

    void measure_transfers() {
        tell(kShareOfAttention);
        const RingTimes times = measure_ring(options_, buffers_, stop_);
        const LineFit copy = fit_line(times.transfers);
        machine_.links.push_back(
            {"memory", LinkScope::device, 1, copy.fixed_seconds, copy.bytes_per_second, true, ""});
        machine_.device.step_seconds = times.step_seconds;
        // Every byte is read and written.
        machine_.device.pack_bytes_per_second = 2 * rate_of_largest(times.packing);
        machine_.device.merge_bytes_per_second = 2 * rate_of_largest(times.merging);
        std::vector<double> errors;
        for (const BytesTime& time : times.transfers)
            errors.push_back((copy.fixed_seconds + time.bytes / copy.bytes_per_second) / time.seconds - 1);
        add_fit("copies", errors);
        tell(1);
    }

    /// Of the larger half, where what is fixed does not count.
    static double rate_of_largest(const std::vector<BytesTime>& times) {
        std::vector<double> rates;
        for (size_t i = times.size() / 2; i < times.size(); ++i)
            rates.push_back(times[i].bytes / times[i].seconds);
        RINGSCOPE_CHECK(!rates.empty());
        return median_of(std::move(rates));
    }

    void add_fit(const std::string& what, std::vector<double> errors) {
        for (double& error : errors) error = std::abs(error);
        const double worst = *std::max_element(errors.begin(), errors.end());
        const auto count = static_cast<int>(errors.size());
        calibration_.fits.push_back({what, count, median_of(std::move(errors)), worst});
    }

    void name_sources() {
        const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
        std::tm utc{};
        gmtime_r(&now, &utc);
        char date[16] = "";
        std::strftime(date, sizeof date, "%Y-%m-%d", &utc);
        const auto kernel = [&](DType dtype) { return choose_cpu_kernel(options_.kernel, dtype).name; };
        const std::string how = std::string("measured by ringscope calibrate ") + version() + " on " + date;
        machine_.sources = {
            {"machine", how + ", with " + std::to_string(machine_.device.workers) + " workers"},
            {"device.peaks", "multiply-adds from registers with all workers at once; F16 is computed in F32"},
            {"device.curves", std::string("runs of one rank with the kernels ") + kernel(DType::f32) +
                                  " (f32), " + kernel(DType::f16) + " (f16) and " + kernel(DType::bf16) +
                                  " (bf16)" + fits_text()},
            {"device.pack_bytes_per_second", "pack spans of two ranks"},
            {"device.merge_bytes_per_second", "merge spans of two ranks that keep running sums"},
            {"device.step_seconds", "runs of one rank with next to no work, less the work"},
            {"links[0]", "transfers between two ranks, from both being ready to the last byte"},
            {"device.memory_bytes", "the machine's memory"},
        };
    }

    std::string fits_text() const {
        std::string text;
        for (const CalibrationFit& fit : calibration_.fits)
            text += "; " + fit.what + ": median error " + percent_text(fit.median_error) + ", worst " +
                    percent_text(fit.worst_error);
        return text;
    }

    const CalibrationOptions& options_;
    const std::stop_token stop_;
    const std::shared_ptr<BufferPool> buffers_;
    Calibration calibration_;
    MachineModel& machine_ = calibration_.machine;
};

}  // namespace

Calibration calibrate(const CalibrationOptions& options, std::stop_token stop) {
    return Calibrator(options, std::move(stop)).make();
}

}  // namespace ringscope
