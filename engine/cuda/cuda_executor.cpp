#include "engine/cuda/cuda_executor.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <thread>

#include "engine/base/number_text.h"
#include "engine/cuda/cuda_memory_model.h"
#include "engine/cuda/cuda_trace.h"
#include "engine/cuda/hardware_queues.h"
#include "engine/cuda/kernels/kernel_table.h"
#include "engine/cuda/kernels/kernels.h"
#include "engine/cuda/transport/device_transport.h"
#include "engine/cuda/transport/topology.h"
#include "engine/host/arena.h"
#include "engine/host/clock.h"
#include "engine/host/machine.h"
#include "engine/host/nvtx.h"
#include "engine/run/rank_memory.h"
#include "engine/run/run_control.h"

namespace ringscope {

namespace {

/// How often the host looks at what the devices have done.
constexpr std::chrono::microseconds kWatchInterval{200};

/// `problem` says why there is none, when there is none.
std::vector<Gpu> usable_gpus(std::string& problem) {
    std::vector<Gpu> usable;
    for (Gpu& gpu : find_gpus(problem)) {
        if (gpu.why_not.empty())
            usable.push_back(std::move(gpu));
        else
            problem = gpu.name + ": " + gpu.why_not;
    }
    return usable;
}

/// What a run uses, chosen without allocating anything.
struct RunParts {
    std::vector<Gpu> gpus;  // rank k runs on gpus[k mod their number]
    const TransportEntry* transport = nullptr;
    const CudaKernel* kernel = nullptr;
};

/// Throws Error: run_failed for no GPU, bad_input for a kernel or transport that cannot be.
RunParts choose_parts(const BackendSpec& backend, const Problem& problem, int ranks) {
    RunParts parts;
    std::string no_gpu;
    parts.gpus = usable_gpus(no_gpu);
    if (parts.gpus.empty())
        throw Error(ErrorKind::run_failed,
                    asking_field(backend) + " and this machine has no GPU to run on: " + no_gpu);
    parts.transport = &choose_transport(backend.transport, ranks, static_cast<int>(parts.gpus.size()));
    parts.gpus.resize(std::min(parts.gpus.size(), static_cast<size_t>(ranks)));
    int capability = parts.gpus.front().capability;
    for (const Gpu& gpu : parts.gpus) capability = std::min(capability, gpu.capability);
    parts.kernel = &choose_cuda_kernel(backend.kernel, problem, capability);
    return parts;
}

/// What one GPU has beside the ranks on it.
struct UsedGpu {
    UsedGpu(const Gpu& from, const CudaKernel& kernel, const Problem& problem)
        : gpu(from),
          arena(from.device, "the run"),
          control(from.device, true),
          attention(open_kernel(kernel, problem, from)) {
        cancelled = arena.allocate(Purpose::workspace, sizeof(int32_t));
        set_cancelled(0);
    }
    /// At once, whatever stands in the ranks' streams.
    void set_cancelled(int32_t value) {
        const DeviceScope scope(gpu.device);
        RINGSCOPE_CUDA(launch_set(cancelled.as<int32_t>(), value, control));
        RINGSCOPE_CUDA(cudaStreamSynchronize(control));
    }

    Gpu gpu;
    DeviceArena arena;
    DeviceBuffer cancelled;  // int32: not 0 when the run is being abandoned
    CudaStream control;
    std::unique_ptr<DeviceAttention> attention;
};

class CudaRun {
  public:
    CudaRun(const Schedule& schedule, const RunOptions& options);
    ~CudaRun() { drain(); }

    void upload(const std::vector<std::unique_ptr<RankMemory>>& host, std::stop_token stop);
    /// Has the kernels compiled that the run needs and nobody compiled before; how many.
    int prepare(std::stop_token stop);
    void run(std::stop_token stop);
    void collect(Run& into);
    void download(std::vector<std::unique_ptr<RankMemory>>& host, std::stop_token stop) const;
    std::string device_text() const;
    const RunParts& parts() const { return parts_; }

  private:
    void foresee_memory() const;
    void enqueue(std::stop_token stop);
    void watch(std::stop_token stop, const std::function<bool()>& until);
    void hold_back(int step, std::stop_token stop);
    void watch_transfers();
    void watch_progress();
    bool finished() const;
    void drain() noexcept;

    const Schedule& schedule_;
    const RunOptions& options_;
    const RunParts parts_;
    std::vector<std::unique_ptr<UsedGpu>> devices_;
    std::vector<const int32_t*> cancelled_;  // by rank
    std::vector<std::unique_ptr<CudaRank>> ranks_;
    std::unique_ptr<DeviceTransport> transport_;
    std::vector<Event> ended_;  // by rank
    std::vector<int64_t>
        began_ns_;                 // by transfer: when the host saw it begin, -1 before, INT64_MAX once done
    std::vector<int> steps_seen_;  // by rank: steps whose end the host has seen
    std::map<int, DeviceClock> clocks_;  // by device; from the run's start
    int64_t start_ns_ = 0;
    int steps_in_line_ = kFewestStepsInLine;
    bool complete_ = false;
};

CudaRun::CudaRun(const Schedule& schedule, const RunOptions& options)
    : schedule_(schedule),
      options_(options),
      parts_(choose_parts(schedule.experiment.backend, schedule.problem, schedule.ranks)) {
    std::vector<int> used_devices;
    for (const Gpu& gpu : parts_.gpus) used_devices.push_back(gpu.device);
    for (const int device : used_devices) prepare_pool(device, used_devices);
    foresee_memory();
    for (const Gpu& gpu : parts_.gpus)
        devices_.push_back(std::make_unique<UsedGpu>(gpu, *parts_.kernel, schedule.problem));
    for (int rank = 0; rank < schedule.ranks; ++rank) {
        const UsedGpu& device = *devices_[static_cast<size_t>(rank) % devices_.size()];
        cancelled_.push_back(device.cancelled.as<int32_t>());
        ranks_.push_back(std::make_unique<CudaRank>(schedule, rank, device.gpu.device, *device.attention,
                                                    cancelled_.back()));
        ended_.emplace_back(device.gpu.device);
    }
    transport_ = parts_.transport->make({schedule, ranks_, cancelled_, options.fault});
    if (parts_.kernel->leaves_when_told) steps_in_line_ = most_steps_in_line(schedule);
    began_ns_.assign(schedule.transfers.size(), -1);
    steps_seen_.assign(static_cast<size_t>(schedule.ranks), 0);
}

void CudaRun::foresee_memory() const {
    const std::vector<Gpu>& gpus = parts_.gpus;
    for (size_t i = 0; i < gpus.size(); ++i) {
        int64_t needed = 0;
        std::string ranks;
        for (size_t rank = i; rank < schedule_.rank_plans.size(); rank += gpus.size()) {
            needed += schedule_.rank_plans[rank].predicted_peak_bytes();
            ranks += (ranks.empty() ? "" : ", ") + std::to_string(rank);
        }
        int64_t available = device_memory(gpus[i].device).available();
        if (needed > available) {
            give_back_kept_plans();
            available = device_memory(gpus[i].device).available();
        }
        if (needed > available)
            throw Error(ErrorKind::run_failed, "out of memory: GPU " + std::to_string(gpus[i].device) + " (" +
                                                   gpus[i].name + ") is to hold rank " + ranks + " with " +
                                                   bytes_text(needed) + " and has " + bytes_text(available) +
                                                   " free");
        // Libraries allocate beside the pool, which may hold on to what a larger run had.
        if (parts_.kernel->launch == nullptr || parts_.transport->allocates_outside)
            trim_pool(gpus[i].device, needed);
    }
}

void CudaRun::upload(const std::vector<std::unique_ptr<RankMemory>>& host, std::stop_token stop) {
    for (size_t rank = 0; rank < ranks_.size(); ++rank) ranks_[rank]->upload(*host[rank], stop);
}

void CudaRun::download(std::vector<std::unique_ptr<RankMemory>>& host, std::stop_token stop) const {
    for (size_t rank = 0; rank < ranks_.size(); ++rank) ranks_[rank]->download(*host[rank], stop);
}

int CudaRun::prepare(std::stop_token stop) {
    int compiled = 0;
    for (const auto& rank : ranks_) compiled += rank->prepare(stop);
    return compiled;
}

void CudaRun::run(std::stop_token stop) {
    transport_->connect(stop);
    for (const auto& device : devices_) clocks_.emplace(device->gpu.device, DeviceClock(device->gpu.device));
    start_ns_ = steady_ns();
    const NvtxRange range(NvtxKind::run, {});
    enqueue(stop);
    {
        const NvtxRange waiting(NvtxKind::wait, {});
        watch(stop, [this] { return finished(); });
    }
    watch_transfers();  // also those that the host saw only when they had ended
    complete_ = true;
}

/// The ring: post what arrives for a step, then attend to it. Nothing here waits for a device's work but
/// hold_back(), and that for what earlier steps have put into the streams.
void CudaRun::enqueue(std::stop_token stop) {
    for (const auto& rank : ranks_) rank->pack();
    for (int step = 0; step < schedule_.steps; ++step) {
        if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "cancelled");
        hold_back(step, stop);
        const NvtxRange range(NvtxKind::step, {-1, step, -1, 0});
        transport_->enqueue(step, stop);
        for (const auto& rank : ranks_) {
            const Fault& fault = options_.fault;
            if (fault.kind == Fault::Kind::throw_error && fault.rank == rank->rank() && fault.step == step)
                throw Error(ErrorKind::run_failed, "rank " + std::to_string(fault.rank) + " failed in step " +
                                                       std::to_string(step) + ": injected error");
            transport_->hold_back_until_held(rank->rank(), step, rank->compute_stream());
            rank->attend(step);
        }
    }
    for (const auto& rank : ranks_) rank->normalise();
    for (size_t i = 0; i < ranks_.size(); ++i) ended_[i].record(ranks_[i]->compute_stream());
}

/// What does not leave when it is told to must not stand in line for long: two steps of it at most. Of the
/// rest as many as leave room in the hardware's queues: a launch that finds no room blocks the host, which
/// then sees neither a cancel nor a time limit.
void CudaRun::hold_back(int step, std::stop_token stop) {
    const int before = step - steps_in_line_;
    if (before < 0) return;
    watch(stop, [&] {
        return std::all_of(ranks_.begin(), ranks_.end(),
                           [&](const auto& rank) { return rank->attended(before).end.happened(); });
    });
}

void CudaRun::watch(std::stop_token stop, const std::function<bool()>& until) {
    while (!until()) {
        if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "cancelled");
        watch_transfers();
        watch_progress();
        for (const auto& rank : ranks_) rank->check_streams();
        transport_->check();
        std::this_thread::sleep_for(kWatchInterval);
    }
}

bool CudaRun::finished() const {
    return std::all_of(ended_.begin(), ended_.end(), [](const Event& end) { return end.happened(); }) &&
           std::all_of(ranks_.begin(), ranks_.end(),
                       [](const auto& rank) { return cudaStreamQuery(rank->copy_stream()) == cudaSuccess; });
}

/// Time counts from a transfer's start, when sender and receiver are both ready: a slow rank is not a lost
/// one.
void CudaRun::watch_transfers() {
    const int64_t now_ns = steady_ns();
    const double limit_seconds = schedule_.experiment.ring.timeout_seconds;
    for (size_t i = 0; i < began_ns_.size(); ++i) {
        if (began_ns_[i] == INT64_MAX) continue;
        const DeviceTransport::Times& times = transport_->times(static_cast<int>(i));
        double seconds = 0;
        if (times.done.happened()) {
            began_ns_[i] = INT64_MAX;
            seconds = times.done.seconds_since(times.begin);  // the host may have been held up meanwhile
        } else if (began_ns_[i] >= 0) {
            seconds = static_cast<double>(now_ns - began_ns_[i]) * 1e-9;
        } else if (times.begin.happened()) {
            began_ns_[i] = now_ns;
        }
        if (seconds > limit_seconds) {
            const Transfer& transfer = schedule_.transfers[i];
            throw Error(ErrorKind::run_failed,
                        "rank " + std::to_string(transfer.to) + ", step " + std::to_string(transfer.step) +
                            ": nothing came from rank " + std::to_string(transfer.from) + " within " +
                            exact_text(limit_seconds) + " s (ring.timeout_seconds)");
        }
    }
}

void CudaRun::watch_progress() {
    if (options_.progress == nullptr) return;
    double done = 0;
    for (size_t rank = 0; rank < ranks_.size(); ++rank) {
        int& seen = steps_seen_[rank];
        while (seen < schedule_.steps && ranks_[rank]->attended(seen).end.happened()) ++seen;
        for (int step = 0; step < seen; ++step)
            done += schedule_.rank_plans[rank].steps[static_cast<size_t>(step)].flops;
    }
    options_.progress->work_done.store(done);
}

/// Ends what is still under way, so that memory can go. What fails here has been reported already or is about
/// to be.
void CudaRun::drain() noexcept {
    const auto try_to = [](const auto& action) {
        try {
            action();
        } catch (const Error&) {
            static_cast<void>(cudaGetLastError());
        }
    };
    if (!complete_)
        for (const auto& device : devices_) try_to([&] { device->set_cancelled(1); });
    if (transport_) transport_->end(complete_);
    for (const auto& rank : ranks_)
        for (const cudaStream_t stream : {rank->compute_stream(), rank->copy_stream()})
            static_cast<void>(cudaStreamSynchronize(stream));
}

void CudaRun::collect(Run& into) {
    drain();
    for (auto& [device, clock] : clocks_) clock.close();
    into.trace = make_trace(schedule_, ranks_, *transport_, clocks_, start_ns_);
    for (const auto& [device, clock] : clocks_)
        into.trace.clock_error_ns = std::max(into.trace.clock_error_ns, clock.error_ns());
    for (const auto& rank : ranks_) into.counters.push_back(counters_of(*rank, into.trace));
}

std::string CudaRun::device_text() const {
    std::string text = "cuda: " + devices_.front()->gpu.name;
    if (devices_.size() > 1) text += " and " + std::to_string(devices_.size() - 1) + " more";
    if (ranks_.size() > devices_.size())
        text += " (" + std::to_string((ranks_.size() + devices_.size() - 1) / devices_.size()) +
                " ranks share a GPU)";
    return text;
}

/// Host twins of the ranks' memory, Q, K and V filled.
std::vector<std::unique_ptr<RankMemory>> filled_memory(const Schedule& schedule, const TensorSource& source,
                                                       const std::shared_ptr<BufferPool>& buffers,
                                                       std::stop_token stop) {
    std::vector<std::unique_ptr<RankMemory>> host;
    for (int rank = 0; rank < schedule.ranks; ++rank)
        host.push_back(std::make_unique<RankMemory>(schedule, rank, buffers));
    RunControl control;
    const std::stop_callback cancel(stop, [&] { control.stop(Error(ErrorKind::cancelled, "cancelled")); });
    WorkerPool pool(worker_threads(schedule.experiment.backend), control.flag());
    FillJob job(schedule, source, host);
    WorkerPool::Submission(pool, job).wait();
    control.rethrow();
    return host;
}

void execute(const Job& job, Run& run) {
    const RunOptions& options = job.options;
    CudaRun on_gpus(*job.schedule, options);
    run.device = on_gpus.device_text();
    run.kernel = on_gpus.parts().kernel->name;
    run.rounding = on_gpus.parts().kernel->rounding;
    run.transport = on_gpus.parts().transport->name;
    options.enter(RunPhase::compiling_kernels);
    const int64_t begin_ns = steady_ns();
    run.compiled_kernels = on_gpus.prepare(job.stop);
    run.compile_seconds = static_cast<double>(steady_ns() - begin_ns) * 1e-9;
    options.enter(RunPhase::filling_inputs);
    auto host = filled_memory(*job.schedule, job.source, job.buffers, job.stop);
    on_gpus.upload(host, job.stop);
    for (auto& rank : host) rank->release_inputs();
    options.enter(RunPhase::running);
    try {
        on_gpus.run(job.stop);
    } catch (const Error& why) {
        try {
            on_gpus.collect(run);
        } catch (const Error&) {
            run.trace = {};  // a device in error tells no times
            run.counters.clear();
        }
        throw Error(why);
    }
    on_gpus.collect(run);
    if (!options.keep_output && !options.verify) return;
    on_gpus.download(host, job.stop);
    run.output = make_output(job.schedule, std::move(host));
}

std::optional<Error> why_not(const Experiment& experiment) {
    try {
        choose_parts(experiment.backend, resolve(experiment.problem), resolved_ranks(experiment.ring));
    } catch (const Error& error) {
        return error;
    }
    return std::nullopt;
}

/// A kernel is usable when one GPU of this machine can run it; "auto" picks by the oldest of those that a run
/// takes.
std::vector<EngineOption> kernel_options() {
    int newest = -1;
    try {
        std::string problem;
        for (const Gpu& gpu : usable_gpus(problem)) newest = std::max(newest, gpu.capability);
    } catch (const Error&) {
        newest = -1;  // the devices' own entries say why
    }
    std::vector<EngineOption> options;
    for (const CudaKernel& kernel : cuda_kernels()) {
        const std::string why_not = kernel.not_built[0] != '\0'         ? kernel.not_built
                                    : newest < 0                        ? "no GPU to run on"
                                    : newest < kernel.oldest_capability ? "no GPU here is new enough"
                                                                        : "";
        options.push_back({kernel.name, kernel.description, why_not.empty(), why_not});
    }
    return options;
}

EngineOptions options() { return {gpu_options(), transport_options(), kernel_options()}; }

}  // namespace

const Executor& cuda_executor() {
    static const Executor executor{"cuda", options, why_not, cuda_memory_model(), execute};
    return executor;
}

}  // namespace ringscope
