#include "engine/simulate/settings_search.h"

#include <algorithm>
#include <tuple>

#include "engine/base/error.h"
#include "engine/simulate/settings_bounds.h"
#include "engine/simulate/side_by_side.h"

namespace ringscope {

namespace {

/// Laid out between two looks at the best.
constexpr size_t kAtATime = 4;
/// Settings of smaller rings that large schedules are tried with.
constexpr size_t kBestForLarge = 4;

struct Candidate {
    AdvisedSettings settings;
    size_t preference = 0;
    double bound = 0;
};

/// What became of a candidate.
struct Trial {
    std::optional<SettingsTime> time;  // unset: skipped
    bool fits = true;
};

bool is_better(const SettingsTime& a, const SettingsTime& b) {
    const auto rank = [](const SettingsTime& time) {
        return std::tuple(time.seconds, time.bytes_on_wire, time.device_bytes);
    };
    return rank(a) < rank(b);
}

class Search {
  public:
    Search(const Experiment& experiment, const MachineModel& machine, const SearchLimits& limits,
           const std::stop_token& stop)
        : experiment_(experiment), machine_(machine), limits_(limits), stop_(stop) {}

    SearchResult of(const std::vector<AdvisedSettings>& settings) {
        std::vector<Candidate> small, large;
        for (size_t i = 0; i < settings.size(); ++i) {
            look_at_stop();
            const Experiment changed = with_settings(experiment_, settings[i]);
            const double bound = seconds_at_least(changed, placed(machine_, settings[i].placement));
            (is_small(changed) ? small : large).push_back({settings[i], i, bound});
        }
        result_.considered = static_cast<int64_t>(settings.size());
        go_through(small, &Search::try_small);
        keep_promising(large);
        go_through(large, &Search::try_large);
        return result_;
    }

  private:
    void look_at_stop() const {
        if (stop_.stop_requested()) throw Error(ErrorKind::cancelled, "cancelled");
    }

    double to_beat() const {
        return result_.best ? std::min(limits_.beats_seconds, result_.best->seconds) : limits_.beats_seconds;
    }
    bool is_enough() const {
        return limits_.first_that_beats && result_.best && result_.best->seconds < limits_.beats_seconds;
    }

    using TryOut = Trial (Search::*)(const AdvisedSettings&, double) const;

    void go_through(std::vector<Candidate>& candidates, TryOut try_out) {
        std::stable_sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
            return std::tuple(a.bound, a.preference) < std::tuple(b.bound, b.preference);
        });
        for (size_t first = 0; first < candidates.size() && !is_enough();) {
            look_at_stop();
            std::vector<const Candidate*> batch;
            for (; first < candidates.size() && batch.size() < kAtATime; ++first)
                if (candidates[first].bound < to_beat()) batch.push_back(&candidates[first]);
            std::vector<Trial> trials(batch.size());
            const double best = to_beat();
            side_by_side(batch.size(),
                         [&](size_t i) { trials[i] = (this->*try_out)(batch[i]->settings, best); });
            for (const Trial& trial : trials) take(trial);
        }
    }

    Trial try_small(const AdvisedSettings& settings, double best) const {
        const PlannedSettings planned = plan_settings(experiment_, machine_, settings, stop_);
        if (!planned.fits()) return {{}, false};
        const WorkCosts costs = work_costs(planned.schedule, planned.machine);
        if (seconds_at_least(planned.schedule, costs, planned.machine) > best) return {};
        const LaidOut laid_out = lay_out(planned.schedule, costs, planned.machine, {}, stop_);
        return {
            SettingsTime{settings, static_cast<double>(laid_out.trace.wall_ns) * 1e-9, planned.device_bytes,
                         planned.schedule.bytes_on_wire, planned.schedule.flops, true, ""},
            true};
    }

    Trial try_large(const AdvisedSettings& settings, double) const {
        const auto time = time_settings(experiment_, machine_, settings, {}, WithReason::no, stop_);
        if (time && !time->fits) return {{}, false};
        return {time, true};
    }

    void take(const Trial& trial) {
        if (!trial.fits) ++result_.too_large;
        if (!trial.time) return;
        ++result_.laid_out;
        times_.push_back(*trial.time);
        if (!result_.best || is_better(*trial.time, *result_.best)) result_.best = trial.time;
        if (trial.time->settings.ring.strategy == Strategy::single) return;
        if (!result_.best_ring || is_better(*trial.time, *result_.best_ring)) result_.best_ring = trial.time;
    }

    /// Those whose settings, but for the ring size, did best so far; without any, the preferred ones.
    void keep_promising(std::vector<Candidate>& large) {
        std::stable_sort(times_.begin(), times_.end(), is_better);
        std::vector<AdvisedSettings> kinds;
        const auto add = [&](AdvisedSettings kind) {
            kind.ring.ranks = 0;
            if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end() && kinds.size() < kBestForLarge)
                kinds.push_back(kind);
        };
        for (const SettingsTime& time : times_)
            if (time.settings.ring.strategy != Strategy::single) add(time.settings);
        for (const Candidate& candidate : large) add(candidate.settings);
        std::erase_if(large, [&](const Candidate& candidate) {
            AdvisedSettings kind = candidate.settings;
            kind.ring.ranks = 0;
            return std::find(kinds.begin(), kinds.end(), kind) == kinds.end();
        });
    }

    const Experiment& experiment_;
    const MachineModel& machine_;
    const SearchLimits limits_;
    const std::stop_token& stop_;
    SearchResult result_;
    std::vector<SettingsTime> times_;
};

}  // namespace

SearchResult search_settings(const Experiment& experiment, const MachineModel& machine,
                             const std::vector<AdvisedSettings>& candidates, const SearchLimits& limits,
                             const std::stop_token& stop) {
    return Search(experiment, machine, limits, stop).of(candidates);
}

}  // namespace ringscope
