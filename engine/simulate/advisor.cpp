#include "engine/simulate/advisor.h"

#include <algorithm>
#include <limits>

#include "engine/base/error.h"
#include "engine/base/number_text.h"
#include "engine/simulate/advice_reasons.h"
#include "engine/simulate/settings_search.h"
#include "engine/simulate/side_by_side.h"

namespace ringscope {

namespace {

int most_ranks_of(const AdvisorOptions& options, const MachineModel& machine) {
    const int64_t places = std::min<int64_t>(machine.most_ranks(), kMaxRanks);
    if (options.most_ranks == kMaxRanks) return static_cast<int>(places);
    if (options.most_ranks < 1 || options.most_ranks > places)
        throw Error(ErrorKind::bad_input, "a ring of at most " + std::to_string(options.most_ranks) +
                                              " ranks: the machine " + machine.name + " has room for 1 to " +
                                              std::to_string(places));
    return options.most_ranks;
}

class Advisor {
  public:
    Advisor(const Experiment& experiment, const MachineModel& machine, const AdvisorOptions& options,
            const std::stop_token& stop)
        : experiment_(experiment),
          machine_(machine),
          most_ranks_(most_ranks_of(options, machine)),
          asked_(without_idle_fields(settings_asked(experiment, machine), experiment, machine)),
          stop_(stop) {}

    Advice make() {
        advice_.experiment = experiment_;
        search();
        list_candidates();
        advice_.border = border(experiment_, machine_, most_ranks_, stop_);
        list_longest();
        if (!advice_.best) return std::move(advice_);
        // One device has no ring to be scaled.
        const AdvisedSettings& best = advice_.best->settings;
        advice_.sensitivity = sensitivity_of(experiment_, machine_, best, stop_);
        const AdvisedSettings& ring = best.ring.strategy == Strategy::single ? ring_ : best;
        advice_.strong = strong_scaling(experiment_, machine_, ring, most_ranks_, stop_);
        advice_.weak = weak_scaling(experiment_, machine_, ring, most_ranks_, stop_);
        summarize();
        return std::move(advice_);
    }

  private:
    void search() {
        std::vector<AdvisedSettings> settings;
        for (const int ranks : ring_sizes(machine_, asked_ranks(), most_ranks_))
            for (const AdvisedSettings& one : settings_on(experiment_, machine_, ranks))
                settings.push_back(one);
        if (std::find(settings.begin(), settings.end(), asked_) == settings.end()) settings.push_back(asked_);
        const SearchResult found = search_settings(experiment_, machine_, settings, {}, stop_);
        advice_.considered = found.considered;
        advice_.laid_out = found.laid_out;
        if (found.best) best_ = found.best->settings;
        if (found.best_ring) {
            ring_ = found.best_ring->settings;
        } else {
            ring_ = settings_on(experiment_, machine_, largest_ring()).front();
        }
    }

    int asked_ranks() const {
        return experiment_.ring.strategy == Strategy::single ? 1 : experiment_.ring.ranks;
    }
    int largest_ring() const { return std::min(machine_.devices(), most_ranks_); }

    /// From the best settings, or the best of a ring where those are one device's.
    void list_candidates() {
        std::vector<AdvisedSettings> rows;
        const auto add = [&](const AdvisedSettings& settings) {
            const AdvisedSettings row = without_idle_fields(settings, experiment_, machine_);
            if (std::find(rows.begin(), rows.end(), row) == rows.end()) rows.push_back(row);
        };
        if (best_) add(*best_);
        add(settings_on(experiment_, machine_, 1).front());
        add(asked_);
        if (ring_.ring.ranks > 1) {
            for (const AdvisedSettings& choice : settings_on(experiment_, machine_, ring_.ring.ranks))
                if (differs_in_strategy_and_layout(choice)) add(choice);
            for (bool RingSpec::*toggle :
                 {&RingSpec::overlap, &RingSpec::dilate_before_send, &RingSpec::prune}) {
                AdvisedSettings toggled = ring_;
                toggled.ring.*toggle = !(toggled.ring.*toggle);
                if (is_choice(toggled)) add(toggled);
            }
            AdvisedSettings placed = ring_;
            placed.placement =
                ring_.placement == RankPlacement::block ? RankPlacement::cyclic : RankPlacement::block;
            if (is_choice(placed)) add(placed);
        }
        advice_.candidates.resize(rows.size());
        side_by_side(rows.size(), [&](size_t i) { advice_.candidates[i] = candidate(rows[i]); });
        if (best_) advice_.best = advice_.candidates.front();
        const auto time = [](const AdvisedCandidate& row) {
            return row.seconds.value_or(std::numeric_limits<double>::infinity());
        };
        std::stable_sort(
            advice_.candidates.begin(), advice_.candidates.end(),
            [&](const AdvisedCandidate& a, const AdvisedCandidate& b) { return time(a) < time(b); });
    }

    bool differs_in_strategy_and_layout(AdvisedSettings choice) const {
        const RingSpec& ring = ring_.ring;
        const bool gathers = choice.ring.strategy == Strategy::all_gather;
        return choice.placement == ring_.placement &&
               choice.ring.dilate_before_send == ring.dilate_before_send &&
               (gathers || ring.strategy == Strategy::all_gather
                    ? gathers || (choice.ring.overlap && choice.ring.prune)
                    : choice.ring.overlap == ring.overlap && choice.ring.prune == ring.prune);
    }

    /// Whether the search could have chosen it: fields that do not count are as they are there.
    bool is_choice(const AdvisedSettings& settings) const {
        const auto all = settings_on(experiment_, machine_, settings.ring.ranks);
        return std::find(all.begin(), all.end(), settings) != all.end();
    }

    AdvisedCandidate candidate(const AdvisedSettings& settings) const {
        AdvisedCandidate row;
        row.settings = settings;
        row.asked = settings == asked_;
        const auto time = time_settings(experiment_, machine_, settings, {}, WithReason::yes, stop_);
        if (!time) {
            row.reason = "too large to lay out";
            return row;
        }
        row.device_bytes = time->device_bytes;
        row.bytes_on_wire = time->bytes_on_wire;
        row.fits = time->fits;
        if (time->fits) row.seconds = time->seconds;
        const bool shares =
            settings.ring.strategy != Strategy::single && settings.ring.ranks > machine_.devices();
        row.reason = time->fits ? time->reason
                                : memory_reason(time->device_bytes, machine_.device.memory_bytes, shares);
        return row;
    }

    /// Strategies with the least memory that each can do with.
    void list_longest() {
        if (best_) add_longest("best", *best_);
        add_longest("asked", asked_);
        add_longest("single", settings_on(experiment_, machine_, 1).front());
        AdvisedSettings lean = settings_asked(experiment_, machine_);
        lean.ring.layout = Layout::contiguous;
        lean.ring.stripe_block = {};
        lean.ring.dilate_before_send = lean.ring.prune = lean.ring.overlap = true;
        for (const Strategy strategy : {Strategy::all_gather, Strategy::ring}) {
            lean.ring.strategy = strategy;
            for (const int ranks : doubled_sizes(machine_, most_ranks_)) {
                AdvisedSettings larger = lean;
                larger.ring.ranks = ranks;
                if (is_small(with_settings(experiment_, larger))) lean = larger;
            }
            if (lean.ring.ranks > 1) add_longest(name_of(strategy), lean);
        }
        std::vector<LongestCase>& cases = advice_.longest;
        side_by_side(cases.size(), [&](size_t i) {
            cases[i].longest = longest_sequence(experiment_, machine_, cases[i].longest.settings, stop_);
        });
        std::stable_sort(cases.begin(), cases.end(), [](const LongestCase& a, const LongestCase& b) {
            return a.longest.tokens > b.longest.tokens;
        });
    }

    void add_longest(const std::string& name, const AdvisedSettings& settings) {
        if (is_quick_to_plan(with_settings(experiment_, settings)))
            advice_.longest.push_back({name, {0, settings, ""}});
    }

    void summarize() {
        const AdvisedCandidate& best = *advice_.best;
        advice_.summary = words_of(best.settings) + ": " + seconds_text(*best.seconds) + ", " +
                          bytes_text(static_cast<double>(best.device_bytes)) + " of " +
                          bytes_text(static_cast<double>(machine_.device.memory_bytes)) + " per device, " +
                          bytes_text(static_cast<double>(best.bytes_on_wire)) + " sent";
        for (const AdvisedCandidate& row : advice_.candidates)
            if (row.asked && row.seconds && !best.asked && *best.seconds > 0)
                advice_.summary += "; " + ratio_text(*row.seconds / *best.seconds) +
                                   " times as fast as the settings asked for";
    }

    const Experiment& experiment_;
    const MachineModel& machine_;
    const int most_ranks_;
    const AdvisedSettings asked_;
    const std::stop_token& stop_;
    std::optional<AdvisedSettings> best_;
    AdvisedSettings ring_;  // the best on several ranks
    Advice advice_;
};

}  // namespace

Advice advise(const Experiment& experiment, const MachineModel& machine, const AdvisorOptions& options,
              const std::stop_token& stop) {
    require_valid(experiment);
    require_room(machine, experiment);
    return Advisor(experiment, machine, options, stop).make();
}

Experiment advised_experiment(const Advice& advice) {
    RINGSCOPE_CHECK(advice.best.has_value());
    return with_settings(advice.experiment, advice.best->settings);
}

}  // namespace ringscope
