// Keeps the runs of a window that are not saved yet on disk as they come, on a thread of its own: when the window
// goes, for whatever reason, the next one finds them.
//
// While settings are dragged many runs follow each other: of those that come within a second the newest is kept.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "sessions/store/unsaved_runs.h"

namespace ringscope {

class RunRecovery {
  public:
    /// `folder` as of UnsavedRuns; `wake` is called on the thread when earlier() or problem() is new.
    RunRecovery(std::string folder, std::function<void()> wake);
    /// Everything that was asked for is done before it returns.
    ~RunRecovery();
    RunRecovery(const RunRecovery&) = delete;
    RunRecovery& operator=(const RunRecovery&) = delete;

    /// These return at once, on any thread.
    void keep(const std::string& uuid, std::shared_ptr<const Run> run, const std::string& name);
    void forget(const std::string& uuid);
    /// Waits until all that was asked for is on disk, or cannot be.
    void finish();
    bool busy() const;

    /// Runs of windows that have ended; null until they were looked for.
    std::shared_ptr<const std::vector<RunSummary>> earlier() const;
    /// Moves them into a run file, on the calling thread. Throws Error(io).
    size_t move_earlier_to(RunStore& target);
    void drop_earlier();
    /// Why runs cannot be kept, once; "" when all is well.
    std::string take_problem();

  private:
    struct Wanted {
        std::string uuid;
        std::shared_ptr<const Run> run;
        std::string name;
    };
    void loop(std::stop_token stop);
    template <typename Action>
    void attempt(Action action);

    std::function<void()> wake_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::optional<Wanted> wanted_;
    std::vector<std::string> unwanted_;
    bool working_ = true;  // the thread has something to do, or does it
    bool hurry_ = false;   // somebody waits in finish()
    std::string problem_;
    bool told_ = false;
    std::shared_ptr<const std::vector<RunSummary>> earlier_;
    std::mutex disk_mutex_;  // of runs_
    UnsavedRuns runs_;
    std::jthread thread_;  // last: ends before the rest goes
};

}  // namespace ringscope
