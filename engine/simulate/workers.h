// The workers of one device, and how the ranks on it share them: as engine/host/worker_pool.h does.
//
// A job takes the workers that are free when it comes, and those that other jobs leave; who has the fewest comes
// first, then who has waited longest. A job that has none takes one from a job that has several. A rank's own thread
// that packs or copies beside them is one more that wants a core: when more are busy than there are cores, all run
// slower alike.
#pragma once

#include <vector>

#include "engine/experiment/machine_model.h"

namespace ringscope {

/// What `workers` lose together at the end of a job of `seconds` in `pieces` of equal length, when no piece is left for
/// some of them: seconds of one worker.
double tail_seconds(double seconds, double pieces, double workers);

class Workers {
  public:
    /// `threads` workers on `cores` cores.
    Workers(int threads, int cores) : free_(threads), cores_(cores) {}

    /// Work of `seconds` for one worker, in `pieces` of equal length that workers take one after the other: so at most so
    /// many workers share it, and the last to end holds up the others. `job` is the caller's number.
    void submit(int job, double seconds, double pieces, double now);
    /// Work of a rank's own thread, which needs no worker.
    void submit_thread(int job, double seconds, double now);
    /// Threads that copy are busy for as long as a link makes them.
    void begin_copy(double now);
    void end_copy(double now);

    /// What share of a core each busy thread gets.
    double speed() const;

    struct Start {
        int job = 0;
        double seconds = 0;
    };
    /// Hands free workers out. Jobs that got their first one are in started(). True when rates may have changed.
    bool settle(double now);
    const std::vector<Start>& started() const { return started_; }
    /// When the next job ends, were nothing to change; infinity when none is under way.
    double next_end() const;
    /// Jobs that have ended by `now`, which is next_end(); they leave.
    const std::vector<int>& take_ended(double now);

  private:
    struct Job {
        int number = 0;
        double seconds = 0;  // of one worker
        double left = 0;     // of them
        double pieces = 1;
        double idle = 0;  // of `left`: what workers lose at the end, when no piece is left for them
        int workers = 0;
        bool is_thread = false;
    };
    double rate_of(const Job& job) const;
    Job* neediest();
    Job* unserved();
    Job* best_served();
    void join(Job& job, double now);
    static void set_workers(Job& job, int workers);
    void advance(double now);

    std::vector<Job> jobs_;  // oldest first
    std::vector<Start> started_;
    std::vector<int> ended_;
    int free_;
    int busy_ = 0;  // workers and threads
    int cores_;
    bool changed_ = false;
    double since_ = 0;
};

}  // namespace ringscope
