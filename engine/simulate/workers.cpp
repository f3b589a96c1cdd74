#include "engine/simulate/workers.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ringscope {

/// Few pieces end in rounds. Of many the workers end at any moment of a last piece: half of it is lost in the mean.
double tail_seconds(double seconds, double pieces, double workers) {
    constexpr double kFewRounds = 8;
    const double grain = seconds / pieces;
    if (pieces >= kFewRounds * workers) return grain * (workers - 1) / 2;
    return grain * (std::ceil(pieces / workers) * workers - pieces);
}

double Workers::speed() const { return busy_ <= cores_ ? 1.0 : static_cast<double>(cores_) / busy_; }

double Workers::rate_of(const Job& job) const { return job.is_thread ? speed() : job.workers * speed(); }

void Workers::advance(double now) {
    for (Job& job : jobs_) job.left = std::max(0.0, job.left - rate_of(job) * (now - since_));
    since_ = now;
}

void Workers::submit(int job, double seconds, double pieces, double now) {
    advance(now);
    Job submitted;
    submitted.number = job;
    submitted.left = seconds;
    submitted.seconds = seconds;
    submitted.pieces = pieces;
    jobs_.push_back(submitted);
    changed_ = true;
}

void Workers::submit_thread(int job, double seconds, double now) {
    advance(now);
    Job submitted;
    submitted.number = job;
    submitted.left = seconds;
    submitted.is_thread = true;
    jobs_.push_back(submitted);
    ++busy_;
    changed_ = true;
}

void Workers::begin_copy(double now) {
    advance(now);
    ++busy_;
    changed_ = true;
}

void Workers::end_copy(double now) {
    advance(now);
    --busy_;
    changed_ = true;
}

/// The job that the next free worker joins; null when none has room for it.
Workers::Job* Workers::neediest() {
    Job* best = nullptr;
    for (Job& job : jobs_) {
        if (job.is_thread || job.workers >= job.pieces) continue;
        if (best == nullptr || job.workers < best->workers) best = &job;
    }
    return best;
}

Workers::Job* Workers::unserved() {
    const auto at = std::find_if(jobs_.begin(), jobs_.end(),
                                 [](const Job& job) { return !job.is_thread && job.workers == 0; });
    return at == jobs_.end() ? nullptr : &*at;
}

/// The job with the most workers, of several the oldest, and with pieces that nobody has begun; null when none has two.
Workers::Job* Workers::best_served() {
    Job* best = nullptr;
    for (Job& job : jobs_) {
        if (job.is_thread || job.workers <= (best == nullptr ? 1 : best->workers)) continue;
        const double pieces_left = (job.left - job.idle) / job.seconds * job.pieces;
        if (pieces_left > job.workers) best = &job;
    }
    return best;
}

void Workers::set_workers(Job& job, int workers) {
    job.workers = workers;
    job.left -= job.idle;
    job.idle = tail_seconds(job.seconds, job.pieces, workers);
    job.left += job.idle;
}

void Workers::join(Job& job, double now) {
    if (job.workers == 0) started_.push_back({job.number, now});
    set_workers(job, job.workers + 1);
}

bool Workers::settle(double now) {
    started_.clear();
    if (!changed_) return false;
    advance(now);
    for (Job* job = neediest(); job != nullptr && free_ > 0; job = neediest()) {
        join(*job, now);
        --free_;
        ++busy_;
    }
    for (Job* job = unserved(); job != nullptr; job = unserved()) {
        Job* from = best_served();
        if (from == nullptr) break;
        set_workers(*from, from->workers - 1);
        join(*job, now);
    }
    changed_ = false;
    return true;
}

double Workers::next_end() const {
    double next = std::numeric_limits<double>::infinity();
    for (const Job& job : jobs_)
        if (const double rate = rate_of(job); rate > 0) next = std::min(next, since_ + job.left / rate);
    return next;
}

const std::vector<int>& Workers::take_ended(double now) {
    advance(now);
    ended_.clear();
    for (const Job& job : jobs_) {
        // What rounding leaves of a job is less than a billionth of the time that has passed.
        if (rate_of(job) <= 0 || job.left > 1e-15 + 1e-12 * now) continue;
        ended_.push_back(job.number);
    }
    std::erase_if(jobs_, [&](const Job& job) {
        if (std::find(ended_.begin(), ended_.end(), job.number) == ended_.end()) return false;
        busy_ -= job.is_thread ? 1 : job.workers;
        free_ += job.is_thread ? 0 : job.workers;
        return true;
    });
    changed_ = changed_ || !ended_.empty();
    return ended_;
}

}  // namespace ringscope
