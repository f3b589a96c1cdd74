#include "engine/cpu/cpu_executor.h"

#include <sys/resource.h>

#include <algorithm>
#include <latch>
#include <string>
#include <thread>

#include "engine/base/number_text.h"
#include "engine/cpu/cpu_transports.h"
#include "engine/cpu/rank_loop.h"
#include "engine/host/arena.h"
#include "engine/host/machine.h"
#include "engine/host/memory_limits.h"
#include "engine/host/nvtx.h"

namespace ringscope {

namespace {

class CpuRun {
  public:
    CpuRun(const Job& job, const CpuKernel& kernel)
        : schedule_(*job.schedule),
          fault_(job.options.fault),
          transport_(
              choose_cpu_transport(schedule_.experiment.backend.transport)
                  .make(schedule_, control_, schedule_.experiment.ring.timeout_seconds, job.options.fault)),
          buffers_(job.buffers),
          scratch_arena_(buffers_),
          pool_(worker_threads(schedule_.experiment.backend), control_.flag()),
          scratch_(static_cast<size_t>(pool_.threads())),
          attend_{schedule_, kernel, control_, scratch_, job.options.progress},
          traces_(static_cast<size_t>(schedule_.ranks)) {
        for (WorkerScratch& scratch : scratch_)
            scratch.kernel =
                scratch_arena_.allocate(Purpose::workspace, kernel.scratch_bytes(schedule_.problem.head_dim));
        for (int rank = 0; rank < schedule_.ranks; ++rank) {
            traces_[static_cast<size_t>(rank)].rank = rank;
            memory_.push_back(std::make_unique<RankMemory>(schedule_, rank, buffers_));
        }
    }

    int threads() const { return pool_.threads(); }
    void stop(const Error& why) {
        control_.stop(why);
        transport_->interrupt();
    }
    void fill(const TensorSource& source) {
        FillJob job(schedule_, source, memory_);
        WorkerPool::Submission(pool_, job).wait();
        control_.rethrow();
        MapSlotsJob slots(schedule_, buffers_);
        WorkerPool::Submission(pool_, slots).wait();
        control_.rethrow();
    }
    void run();
    void collect(Run& into) const;
    void rethrow() const { control_.rethrow(); }
    std::vector<std::unique_ptr<RankMemory>> take_memory() { return std::move(memory_); }

  private:
    void run_rank(size_t rank);

    const Schedule& schedule_;
    const Fault fault_;
    RunControl control_;
    const std::unique_ptr<RankTransport> transport_;
    const std::shared_ptr<BufferPool> buffers_;
    Arena scratch_arena_;  // before the scratch in it
    WorkerPool pool_;
    std::vector<WorkerScratch> scratch_;
    AttendJob::Context attend_;
    std::vector<RankTrace> traces_;
    std::vector<std::unique_ptr<RankMemory>> memory_;
    std::latch start_{1};
    int64_t start_ns_ = 0;
};

/// All ranks from one instant on; returns when the last thread has ended.
void CpuRun::run() {
    std::vector<std::thread> threads;
    // A rank whose thread has no core yet is at work, too.
    for (int rank = 0; rank < schedule_.ranks; ++rank) transport_->set_working(rank, true);
    try {
        for (size_t rank = 0; rank < traces_.size(); ++rank)
            threads.emplace_back([this, rank] { run_rank(rank); });
    } catch (const std::system_error&) {
        stop(Error(ErrorKind::run_failed, "the system could not start a thread for rank " +
                                              std::to_string(threads.size()) + " of " +
                                              std::to_string(traces_.size())));
    }
    start_ns_ = steady_ns();
    start_.count_down();
    for (std::thread& thread : threads) thread.join();
}

void CpuRun::run_rank(size_t rank) {
    start_.wait();
    const NvtxRange range(NvtxKind::run, {static_cast<int64_t>(rank), -1, -1, 0});
    const std::string name = "rank " + std::to_string(rank);
    try {
        const RankLoop::Shared shared{attend_, *transport_, pool_, fault_};
        RankLoop(shared, *memory_[rank], traces_[rank]).run();
    } catch (const Interrupted&) {
        // Somebody else's error, or a cancel, is already on record.
    } catch (const Error& error) {
        stop(error);
    } catch (const std::bad_alloc&) {
        stop(Error(ErrorKind::run_failed, name + ": out of memory for its travelling chunks"));
    } catch (const std::exception& error) {
        stop(Error(ErrorKind::run_failed, name + ": " + error.what()));
    }
    traces_[rank].ended_ns = steady_ns();
    transport_->set_working(static_cast<int>(rank), false);
}

/// Brings what the ranks wrote down onto the run's own clock.
void CpuRun::collect(Run& into) const {
    Trace& trace = into.trace;
    for (size_t rank = 0; rank < traces_.size(); ++rank) {
        const RankTrace& from = traces_[rank];
        trace.wall_ns = std::max(trace.wall_ns, from.ended_ns - start_ns_);
        trace.spans.insert(trace.spans.end(), from.spans.begin(), from.spans.end());
        trace.memory.insert(trace.memory.end(), from.memory.begin(), from.memory.end());
        trace.work_times.insert(trace.work_times.end(), from.work_times.begin(), from.work_times.end());
        const Arena& arena = memory_[rank]->arena;
        into.counters.push_back({from.core_seconds, arena.peak_by_purpose(), arena.peak_bytes()});
    }
    trace.transfers = transport_->times();
    for (size_t index = 0; index < trace.transfers.size(); ++index) {
        const TransferTimes& times = trace.transfers[index];
        if (times.done_ns < 0) continue;
        const Transfer& transfer = schedule_.transfers[index];
        Span span;
        span.rank = transfer.from;
        span.step = std::max(0, transfer.step - 1);
        span.kind = SpanKind::send;
        span.peer = transfer.to;
        span.transfer = static_cast<int32_t>(index);
        span.pass = transfer.pass;
        span.payload = transfer.payload;
        span.begin_ns = times.begin_ns;
        span.end_ns = times.done_ns;
        span.bytes = transfer.bytes;
        trace.spans.push_back(span);
    }
    for (Span& span : trace.spans) {
        span.begin_ns -= start_ns_;
        span.end_ns -= start_ns_;
    }
    for (MemorySample& sample : trace.memory) sample.time_ns -= start_ns_;
    for (TransferTimes& times : trace.transfers)
        for (int64_t* time : {&times.posted_ns, &times.peer_ready_ns, &times.begin_ns, &times.done_ns})
            if (*time >= 0) *time -= start_ns_;
    std::stable_sort(trace.spans.begin(), trace.spans.end(), [](const Span& a, const Span& b) {
        return a.rank != b.rank ? a.rank < b.rank : a.begin_ns < b.begin_ns;
    });
}

/// Addresses that the stack of a thread takes.
int64_t stack_bytes() {
    rlimit limit{};
    constexpr int64_t kUsual = int64_t{8} << 20;
    if (::getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return kUsual;
    return static_cast<int64_t>(limit.rlim_cur);
}

void require_memory(const Schedule& schedule, const BufferPool& buffers) {
    int64_t needed = predicted_bytes_all_ranks(schedule);
    const MemoryLeft left = memory_left();
    const int64_t kept = buffers.kept_bytes();
    const int64_t available = left.bytes > INT64_MAX - kept ? INT64_MAX : left.bytes + kept;
    const int64_t threads = schedule.ranks + worker_threads(schedule.experiment.backend);
    if (left.address_space) needed += threads * stack_bytes();
    if (needed <= available) return;
    // Every buffer grows in proportion to n.
    const double share = static_cast<double>(available) / static_cast<double>(needed);
    const auto fits = static_cast<int64_t>(share * static_cast<double>(schedule.problem.seq_len));
    throw Error(ErrorKind::run_failed, "out of memory: the ranks need " + bytes_text(needed) +
                                           " together and " + bytes_text(available) + " is available" +
                                           (left.limit.empty() ? "" : " under the " + left.limit) +
                                           "; a problem.seq_len of about " + std::to_string(fits) +
                                           " would fit");
}

EngineOptions options() {
    const Machine machine = this_machine();
    EngineOptions options;
    options.devices = {{"cpu", machine.cpu + ", " + std::to_string(machine.cores) + " cores", true, ""}};
    for (const CpuTransport& transport : cpu_transports())
        options.transports.push_back({transport.name, transport.description, true, ""});
    for (const CpuKernel& kernel : cpu_kernels()) {
        const bool usable = kernel.usable();
        options.kernels.push_back(
            {kernel.name, kernel.description, usable, usable ? "" : "this processor lacks the instructions"});
    }
    return options;
}

std::optional<Error> why_not(const Experiment& experiment) {
    try {
        choose_cpu_transport(experiment.backend.transport);
        choose_cpu_kernel(experiment.backend.kernel, experiment.problem.dtype);
    } catch (const Error& error) {
        return error;
    }
    return std::nullopt;
}

void execute(const Job& job, Run& run) {
    const Experiment& experiment = job.schedule->experiment;
    execute_on_cpu(job, choose_cpu_kernel(experiment.backend.kernel, experiment.problem.dtype), run);
}

}  // namespace

void execute_on_cpu(const Job& job, const CpuKernel& kernel, Run& run) {
    run.device = "cpu";
    run.kernel = kernel.name;
    run.rounding = kernel.rounding;
    run.transport = choose_cpu_transport(job.schedule->experiment.backend.transport).name;
    require_memory(*job.schedule, *job.buffers);
    CpuRun ranks(job, kernel);
    run.threads = ranks.threads();
    {
        const std::stop_callback cancel(job.stop,
                                        [&ranks] { ranks.stop(Error(ErrorKind::cancelled, "cancelled")); });
        job.options.enter(RunPhase::filling_inputs);
        ranks.fill(job.source);
        job.options.enter(RunPhase::running);
        ranks.run();
        ranks.collect(run);
        ranks.rethrow();
    }
    auto memory = ranks.take_memory();
    for (auto& rank : memory) rank->release_inputs();
    run.output = make_output(job.schedule, std::move(memory));
}

const Executor& cpu_executor() {
    static const Executor executor{"cpu", options, why_not, MemoryModel{}, execute};
    return executor;
}

}  // namespace ringscope
