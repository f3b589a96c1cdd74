// The one thin class that adds a thread to execute(): newest experiment wins.
//
//   window thread: submit(), cancel(), latest(), status()      runner thread: execute(), publish
//
// submit() replaces a waiting request and cancels a running one; results of a replaced request are dropped,
// results of a cancelled one are published as such. Nothing here blocks on the engine except the destructor,
// which cancels and joins within a second.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "engine/run/execute.h"

namespace ringscope {

struct RunnerStatus {
    bool busy = false;
    uint64_t submitted = 0;  // generation of the newest request; 0: none yet
    uint64_t published = 0;  // generation of latest()
    double work_done = 0;    // FLOPs of the running request
    double work_total = 0;
    const char* phase = "";  // name of the running request's RunPhase
    double running_seconds = 0;
};

class Runner {
  public:
    /// `on_publish` is called on the runner thread after each publication, with no lock held: latest() and
    /// status() show it. Until it returns the next request waits, so it must be brief.
    /// Throws Error(run_failed) when the system refuses the thread.
    explicit Runner(std::function<void()> on_publish = {});
    ~Runner();
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;

    /// Returns the request's generation. options.progress is ignored: the runner has its own.
    uint64_t submit(const Experiment& experiment, const RunOptions& options);
    void cancel();
    std::shared_ptr<const Run> latest() const;
    RunnerStatus status() const;

  private:
    struct Request {
        Experiment experiment;
        RunOptions options;
        uint64_t generation = 0;
    };
    void loop(std::stop_token stop);

    std::function<void()> on_publish_;
    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    std::optional<Request> waiting_;
    std::stop_source running_;
    uint64_t generation_ = 0;
    uint64_t published_ = 0;
    bool busy_ = false;
    int64_t started_ns_ = 0;
    Progress progress_;
    std::shared_ptr<BufferPool> buffers_;  // kept from run to run
    std::shared_ptr<const Run> latest_;
    std::jthread thread_;  // last: joins before the rest goes
};

}  // namespace ringscope
