// The newest runs of a window that are in no run file yet, on disk, so that neither a lost display nor a closed
// window takes them along.
//
//     FOLDER/session-0123456789abcdef.ringscope   of a window that is open: a run file
//     FOLDER/session-0123456789abcdef.lock        locked (flock) as long as it is
//     FOLDER/earlier.ringscope                    what ended windows left, at most kMost runs
//     FOLDER/lock                                 locked by whoever changes what ended windows left
//
// One object belongs to one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sessions/store/run_store.h"
#include "sessions/temporary_file.h"

namespace ringscope {

class UnsavedRuns {
  public:
    static constexpr size_t kMost = 20;

    /// The first run makes the folder; "": there is none, and nothing is kept.
    explicit UnsavedRuns(std::string folder) : folder_(std::move(folder)) {}
    /// What is kept stays for the next window.
    ~UnsavedRuns();
    UnsavedRuns(const UnsavedRuns&) = delete;
    UnsavedRuns& operator=(const UnsavedRuns&) = delete;

    /// Settings, figures and trace, without o and lse. Throws Error(io).
    void keep(const std::string& uuid, const Run& run, const std::string& name);
    /// The run was saved, or is not wanted. Throws Error(io).
    void forget(const std::string& uuid);

    /// Runs of windows that have ended, newest first. Throws Error(io).
    std::vector<RunSummary> earlier();
    /// Moves them into a run file; gives how many were not there. Throws Error(io); they stay then.
    size_t move_earlier_to(RunStore& target);
    void drop_earlier();

  private:
    void begin_session();
    void gather();

    std::string folder_;
    std::string session_;  // path of this window's run file, without its ending; "": none yet
    Descriptor alive_;
    std::unique_ptr<RunStore> store_;
};

}  // namespace ringscope
